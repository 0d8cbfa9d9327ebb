"""Form fields that more than one room needs."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Dots between thousands and a comma before cents, as Indonesians write, or the other way round.
_AMOUNT: Final = re.compile(
    r"(\d{1,18}|\d{1,3}(?:\.\d{3})+)(?:,00?)?|(\d{1,3}(?:,\d{3})+)(?:\.00?)?", re.ASCII
)


def whole_rupiah(text: str) -> int:
    """Read an amount as people write it: `150000`, `150.000`, `Rp 150.000,00`. Raises ValueError."""
    if len(text) > 40:
        raise ValueError(text)
    found = _AMOUNT.fullmatch(re.sub(r"\s|rp\.?|idr", "", text, flags=re.IGNORECASE))
    if found is None:
        raise ValueError(text)
    return int(re.sub("[.,]", "", found[1] or found[2]))


class RupiahField(forms.Field):
    """An amount in whole rupiah, typed with or without dots; empty becomes None."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return whole_rupiah(text)
        except ValueError as odd:
            raise ValidationError(_("Type whole rupiah, for example 150.000.")) from odd
