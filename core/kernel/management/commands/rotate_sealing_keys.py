"""`manage.py rotate_sealing_keys`: seal every kept secret with the newest key.

1. Put the new key in front of SEALING_KEYS everywhere, and restart: it seals, the old one still opens.
2. Run this; it may be stopped and run again.
3. When it ends with "0 left", take the old key out.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.kernel import sealing
from core.kernel.sealing import SealBroken
from tenants import context, second_factor, stores
from tenants.archive import vault
from tenants.sealing import newest_key


class Command(BaseCommand):
    help = "Seal every secret of stores and people with the first key of SEALING_KEYS."

    def handle(self, **options: Any) -> None:
        """One line per store and column; fails when something does not open, after the rest is done."""
        self.stdout.write(f"the newest key is {newest_key()}")
        broken = self._try("platform: mfa_authenticator.data", second_factor.reseal)
        broken += self._try("platform: tenants_storekey.sealed", vault.reseal)
        for store in stores.with_tables():
            with context.in_store(store):
                for column in sealing.columns():
                    name = f"{store.slug}: {column}"
                    broken += self._try(name, lambda column=column: sealing.reseal(column))
        if broken:
            raise CommandError(f"{len(broken)} columns hold secrets that no key opens; keep the old keys.")
        self.stdout.write("0 left")

    def _try(self, name: str, reseal: Any) -> list[str]:
        try:
            count = reseal()
        except SealBroken:
            self.stdout.write(f"  {name}: BROKEN, a secret does not open")
            return [name]
        self.stdout.write(f"  {name}: {count} sealed anew")
        return []
