"""What a seller may say about a variant, checked field by field before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import Variant
from core.catalog.services.naming import SKU_LENGTH
from core.kernel.errors import InvalidInput

# Rp1 trillion: more than anything costs, and far from where a sum of lines would overflow.
MOST_AMOUNT = 1_000_000_000_000
MOST = {"weight_grams": 5_000_000, "length_mm": 50_000, "width_mm": 50_000, "height_mm": 50_000}
MOST_THRESHOLD = 1_000_000


class VariantRow(TypedDict, total=False):
    """One variant as a door hands it over. `values` are option values in the order of the options."""

    values: Sequence[str]
    sku: str
    barcode: str
    price_amount: int
    compare_at_amount: int | None
    cost_amount: int | None
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    is_active: bool
    low_stock_threshold: int | None


def clean(row: Mapping[str, Any], *, field: str = "") -> dict[str, Any]:
    """The row's known fields with good values; `values` is left out.

    field    put before the name of a wrong field, such as "variants.3."
    Raises   InvalidInput
    """
    cleaned: dict[str, Any] = {}
    for name, value in row.items():
        if name == "values":
            continue
        if name not in _CHECKS:
            raise InvalidInput(_("This field is not known."), f"{field}{name}")
        cleaned[name] = _CHECKS[name](value, f"{field}{name}", name)
    return cleaned


def refuse_odd_prices(variant: Variant, *, field: str = "") -> None:
    """Raise InvalidInput when the price before the discount is not above the price."""
    if variant.compare_at_amount is not None and variant.compare_at_amount < variant.price_amount:
        raise InvalidInput(
            _("The price before the discount must be higher than the price."), f"{field}compare_at_amount"
        )


def _sku(value: Any, field: str, name: str) -> str:
    return texts.line(_text(value, field), most=SKU_LENGTH, field=field)


def _barcode(value: Any, field: str, name: str) -> str:
    return texts.line(_text(value, field), most=40, field=field)


def amount(value: Any, field: str, name: str = "") -> int:
    """A price in whole rupiah. Raises InvalidInput."""
    return _whole(value, field, MOST_AMOUNT)


def _amount_or_none(value: Any, field: str, name: str) -> int | None:
    return None if value is None else _whole(value, field, MOST_AMOUNT)


def measure(value: Any, field: str, name: str) -> int:
    """A weight in grams or a side in millimetres, named by its column. Raises InvalidInput."""
    return _whole(value, field, MOST[name])


def _threshold(value: Any, field: str, name: str) -> int | None:
    return None if value is None else _whole(value, field, MOST_THRESHOLD)


def _switch(value: Any, field: str, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(_("Say yes or no."), field)
    return value


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(_("Type text here."), field)
    return value


def _whole(value: Any, field: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(_("Type a whole number."), field)
    if not 0 <= value <= most:
        raise InvalidInput(_("Type a number from 0 to %(most)s.") % {"most": f"{most:,}"}, field)
    return value


_CHECKS: Mapping[str, Callable[[Any, str, str], Any]] = {
    "sku": _sku,
    "barcode": _barcode,
    "price_amount": amount,
    "compare_at_amount": _amount_or_none,
    "cost_amount": _amount_or_none,
    "weight_grams": measure,
    "length_mm": measure,
    "width_mm": measure,
    "height_mm": measure,
    "is_active": _switch,
    "low_stock_threshold": _threshold,
}
