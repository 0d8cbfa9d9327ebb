"""Secrets of second factors: sealed where allauth keeps them.

allauth hands over a text and not its row, so these are bound to their table alone.
"""

from typing import Any, Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from tenants import context, sealing

PLACE: Final = "platform|mfa_authenticator"
# The secret of an authenticator app, and the seed that recovery codes are made of.
SECRETS: Final = ("secret", "seed")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals what allauth would keep in the clear."""

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is kept."""
        return sealing.seal(text, bound_to=PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a kept secret; one that release N-1 wrote in the clear is taken as it is."""
        if not sealing.key_of(encrypted_text):
            return encrypted_text
        return str(sealing.unseal(encrypted_text, bound_to=PLACE))


def reseal() -> int:
    """Seal every secret that an older key sealed, or nobody did. Returns how many rows changed.

    Locks    a row at a time
    """
    with context.in_public():
        return sum(_reseal(pk) for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _reseal(pk: int) -> bool:
    row = Authenticator.objects.select_for_update().get(pk=pk)
    fresh = sealed(row.data)
    if fresh == row.data:
        return False
    row.data = fresh
    row.save(update_fields=["data"])
    return True


def sealed(data: dict[str, Any]) -> dict[str, Any]:
    """The same facts with each secret sealed by the newest key."""
    adapter, fresh = SecondFactorAdapter(), dict(data)
    for name in SECRETS:
        if name in data and sealing.key_of(data[name]) != sealing.newest_key():
            fresh[name] = adapter.encrypt(adapter.decrypt(data[name]))
    return fresh
