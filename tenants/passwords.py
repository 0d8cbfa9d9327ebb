"""Refuses passwords that whoever knows the shop would try first."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants import context
from tenants.models import Membership, User

# What is left of a password without such words must still be worth guessing.
_LEAST_LEFT: Final = 6
_SHORTEST_WORD: Final = 4
# Words of the trade and of log-ins, besides the brand, the person's own and their stores'.
OWN_WORDS: Final = (
    *("admin", "akun", "jualan", "kasir", "login", "marketplace", "masuk", "olshop", "online", "owner"),
    *("pass", "password", "pemilik", "pesanan", "rahasia", "sandi", "seller", "shop", "smart", "smartseller"),
    *("store", "toko", "tokoku", "warung"),
)


class OwnWordsValidator:
    """A Django password validator: brand, store and person are no secret, with digits behind them either."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when little else is in the password."""
        left = password.lower()
        for word in sorted({*OWN_WORDS, *_words([settings.BRAND_NAME, *_names_of(user)])}, key=len)[::-1]:
            left = left.replace(word, "")
        if left != password.lower() and len(re.sub(r"[\W_]", "", left)) < _LEAST_LEFT:
            raise ValidationError(
                _("This password is mostly the name of the store, of you or of us. Add words of your own."),
                code="own_words",
            )

    def get_help_text(self) -> str:
        """What Django shows beside a field."""
        return str(_("Not only the name of your store, your own or ours."))


def _names_of(user: Any) -> Iterable[str]:
    """How a person and their stores are called; who signs up brings the store's name in theirs."""
    if not isinstance(user, User):
        return
    yield from (user.name, user.email.split("@")[0])
    if user.pk:
        with context.in_public():
            yield from Membership.objects.filter(user_id=user.pk).values_list("store__name", flat=True)


def _words(names: Iterable[str]) -> set[str]:
    found = {word for name in names for word in re.split(r"[\W_]+", name.lower())}
    return {word for word in found if len(word) >= _SHORTEST_WORD}
