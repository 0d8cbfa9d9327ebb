"""`manage.py console_code`: the code that an authenticator app would show now for the demo's staff."""

import json
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Print the code that the staff console asks for. Good for about half a minute, and once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the secret that the demo wrote down, and do what the app does."""
        path = settings.DATA_DIR / "demo.json"
        try:
            secret = json.loads(path.read_text())["console"]["totp_secret"]
        except (OSError, ValueError, KeyError) as missing:
            raise CommandError(f"{path} names no secret: start with `make run` first.") from missing
        counters = list(yield_hotp_counters_from_time())
        self.stdout.write(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))
