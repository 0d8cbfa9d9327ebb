"""Production's settings: nothing for Django to warn of, and nothing that only development may have."""

import os
import secrets
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

SECRETS = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "SEALING_KEYS": "test:dGVzdC1rZXktb25seS1mb3ItdGhlLXRlc3Qtc3VpdGU=",
}
SHOWN = """
import django
django.setup()
from django.conf import settings
print(settings.DEBUG, settings.DEVELOPMENT, settings.WEBHOOKS_MAY_LOOP_BACK, settings.FAKES_URL == "",
      settings.LOGGING["handlers"]["console"]["formatter"], settings.SESSION_COOKIE_SECURE)
"""


def _in_production(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL") if name in os.environ}
    told = {**kept, **more, "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=told, capture_output=True, text=True, check=False
    )


def test_django_has_nothing_to_warn_of():
    told = _in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING", **SECRETS)

    assert (told.returncode, told.stderr) == (0, "")
    assert "no issues (2 silenced)" in told.stdout


def test_what_development_allows_is_off_and_lines_are_json():
    assert _in_production("-c", SHOWN, **SECRETS).stdout.split() == "False False False True json True".split()


@pytest.mark.parametrize("missing", SECRETS)
def test_does_not_start_without_its_secrets(missing: str):
    given = {name: value for name, value in SECRETS.items() if name != missing}

    told = _in_production("manage.py", "check", **given)

    assert told.returncode != 0
    assert missing in told.stderr


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"STRIPE_API_BASE": "http://127.0.0.1:8010/stripe"}, "STRIPE_API_BASE"),
        ({"STRIPE_SECRET_KEY": "sk_test_fake_smartseller"}, "fake Stripe"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "STRIPE_WEBHOOK_SECRET"),
    ],
)
def test_does_not_start_with_a_stripe_that_is_none(given: dict[str, str], named: str):
    told = _in_production("manage.py", "check", **SECRETS, **given)

    assert told.returncode != 0
    assert named in told.stderr


def test_starts_with_a_real_stripe():
    given = {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}

    assert _in_production("manage.py", "check", **SECRETS, **given).returncode == 0
