"""The grid's cells as people type them: `150.000`, `0,25` is refused, an empty cell means none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalog.models import Variant
from core.kernel.fields import whole_rupiah

# Fields whose empty cell means zero, and those whose empty cell means that nothing was said.
_ZERO: Final = frozenset({"price_amount", "weight_grams", "length_mm", "width_mm", "height_mm"})
_YES: Final = frozenset({"1", "true", "yes", "ya", "on", "aktif", "active"})
_NO: Final = frozenset({"", "0", "false", "no", "tidak", "off", "nonaktif", "inactive"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the grid. `kind` is text, money, number or switch."""

    name: str
    label: Any
    kind: str
    most: int = 0
    unit: str = ""


COLUMNS: Final = (
    Column("sku", gettext_lazy("SKU"), "text", 64),
    Column("price_amount", gettext_lazy("Price"), "money", 20, "Rp"),
    Column("compare_at_amount", gettext_lazy("Price before discount"), "money", 20, "Rp"),
    Column("cost_amount", gettext_lazy("Cost"), "money", 20, "Rp"),
    Column("barcode", gettext_lazy("Barcode"), "text", 40),
    Column("weight_grams", gettext_lazy("Weight"), "number", 10, "g"),
    Column("length_mm", gettext_lazy("Length"), "number", 10, "mm"),
    Column("width_mm", gettext_lazy("Width"), "number", 10, "mm"),
    Column("height_mm", gettext_lazy("Height"), "number", 10, "mm"),
    Column("low_stock_threshold", gettext_lazy("Low from"), "number", 10),
    Column("is_active", gettext_lazy("On sale"), "switch"),
)
_BY_NAME: Final = {column.name: column for column in COLUMNS}

Typed = Mapping[str, Mapping[str, str]]


def columns(*, sees_costs: bool) -> list[Column]:
    """The columns that this person may see."""
    return [column for column in COLUMNS if sees_costs or column.name != "cost_amount"]


def written(variant: Variant, column: Column) -> str:
    """A cell's text as the grid shows it."""
    value = getattr(variant, column.name)
    if column.kind == "switch":
        return "1" if value else ""
    if value is None or (column.name in _ZERO and not value):
        return ""
    return f"{value:,}".replace(",", ".") if column.kind == "money" else str(value)


def read(typed: Typed, *, sees_costs: bool) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, str]]]:
    """What was typed, as values for `edit_variants`, and what could not be read.

    typed     variant public id -> column -> text
    Returns   edits, and variant public id -> column -> message
    """
    allowed = {column.name for column in columns(sees_costs=sees_costs)}
    edits: dict[str, dict[str, Any]] = {}
    errors: dict[str, dict[str, str]] = {}
    for public_id, cells in typed.items():
        for name, text in cells.items():
            if name not in allowed:
                continue
            try:
                edits.setdefault(public_id, {})[name] = _value(_BY_NAME[name], text.strip())
            except ValueError:
                errors.setdefault(public_id, {})[name] = _complaint(_BY_NAME[name])
    return edits, errors


def _value(column: Column, text: str) -> Any:
    if column.kind == "text":
        return text
    if column.kind == "switch":
        return _switch(text)
    if not text:
        return 0 if column.name in _ZERO else None
    if column.kind == "money":
        return whole_rupiah(text)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _switch(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError(text)
    return word in _YES


def _complaint(column: Column) -> str:
    if column.kind == "money":
        return _("Type whole rupiah, for example 150.000.")
    if column.kind == "switch":
        return _("Say yes or no.")
    return _("Type a whole number.")
