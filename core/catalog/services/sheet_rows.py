"""The rows of a brought file as products: cells read and checked, rows of one product put together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import ProductStatus
from core.catalog.services import rows
from core.catalog.services.matrix import MOST_VARIANTS
from core.catalog.services.naming import SKU_LENGTH, SLUG_LENGTH
from core.kernel.errors import InvalidInput
from core.kernel.fields import whole_rupiah

MOST_OPTIONS: Final = 3
MOST_ROWS: Final = 400_000
# Headings as we write them, and as other shops and people do.
_HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "slug": ("handle", "slug", "alamat"),
    "title": ("title", "name", "nama", "nama produk", "judul"),
    "description": ("description", "body (html)", "deskripsi"),
    "category": ("category", "kategori"),
    "brand": ("brand", "vendor", "merek"),
    "tags": ("tags", "label"),
    "status": ("status",),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "price_amount": ("price", "variant price", "harga"),
    "compare_at_amount": ("price before discount", "variant compare at price", "harga sebelum diskon"),
    "cost_amount": ("cost", "cost per item", "modal"),
    "weight_grams": ("weight (gram)", "variant grams", "berat (gram)"),
    **{
        f"option{at}": (f"option{at} name", f"option {at}", f"opsi {at}") for at in range(1, MOST_OPTIONS + 1)
    },
    **{
        f"value{at}": (f"option{at} value", f"value {at}", f"nilai {at}") for at in range(1, MOST_OPTIONS + 1)
    },
}
_FIELD_OF: Final = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_FACTS: Final = ("title", "description", "category", "brand", "tags", "status")
_OF_VARIANT: Final = (
    "sku",
    "barcode",
    "price_amount",
    "compare_at_amount",
    "cost_amount",
    "weight_grams",
)
_STATUS: Final = {
    "active": ProductStatus.ACTIVE,
    "aktif": ProductStatus.ACTIVE,
    "draft": ProductStatus.DRAFT,
    "draf": ProductStatus.DRAFT,
    "archived": ProductStatus.ARCHIVED,
    "diarsipkan": ProductStatus.ARCHIVED,
}
Wrong = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class SheetVariant:
    """One row's variant: its place in the file, its option values, and the cells that say something."""

    row: int
    values: tuple[str, ...]
    facts: dict[str, Any]


@dataclass(slots=True)
class SheetProduct:
    """The rows of one product. A fact that no cell mentions is left as it is."""

    row: int
    slug: str
    facts: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    variants: list[SheetVariant] = field(default_factory=list)
    last_row: int = 0
    wrong: list[Wrong] = field(default_factory=list)


def headings(row: Sequence[str], *, sets_costs: bool) -> list[str]:
    """The field of each column; empty for one that is not ours.

    Raises   InvalidInput when the columns that everything hangs on are missing, or one is there twice
    """
    names = [_FIELD_OF.get(" ".join(cell.split()).casefold(), "") for cell in row]
    known = [name for name in names if name]
    for name in known:
        if known.count(name) > 1:
            raise InvalidInput(
                _("The column %(name)s is there twice.") % {"name": _HEADINGS[name][0]}, "file"
            )
    if "title" not in known and "slug" not in known:
        raise InvalidInput(
            _("This file has no column for products: begin the first row with handle and title."), "file"
        )
    return ["" if name == "cost_amount" and not sets_costs else name for name in names]


def products(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[SheetProduct]:
    """The products of a file, each with all rows that follow one another under its handle.

    lines   what comes after the headings
    """
    current: SheetProduct | None = None
    for row, line in enumerate(lines, start=2):
        if row > MOST_ROWS:
            raise InvalidInput(_("Bring at most 400,000 rows at a time."), "file")
        cells_of = {name: text for name, text in zip(columns, line, strict=False) if name and text.strip()}
        if not cells_of:
            continue
        slug = _slug(cells_of)
        if current is None or (slug and slug != current.slug):
            if current is not None:
                yield current
            current = SheetProduct(row, slug)
        _take(current, row, cells_of)
    if current is not None:
        yield current


def _slug(cells_of: Mapping[str, str]) -> str:
    return texts.slug_of(cells_of.get("slug") or cells_of.get("title", ""), SLUG_LENGTH)


def _take(product: SheetProduct, row: int, cells_of: Mapping[str, str]) -> None:
    product.last_row = row
    if not product.slug:
        product.wrong.append((row, "handle", _("Use letters a to z, digits and hyphens.")))
    for name in _FACTS:
        if name in cells_of and name not in product.facts:
            product.facts[name] = _read(product, row, name, cells_of[name])
    options = tuple(cells_of[f"option{at}"] for at in range(1, MOST_OPTIONS + 1) if f"option{at}" in cells_of)
    if options and not product.options:
        product.options = tuple(_word(product, row, "option1 name", name, 40) for name in options)
    values = [cells_of.get(f"value{at + 1}", "") for at in range(len(product.options))]
    if not all(values):
        product.wrong.append((row, "option1 value", _("Give one value for each option.")))
    words = tuple(_word(product, row, "option1 value", value, 60) for value in values)
    facts = {name: _read(product, row, name, cells_of[name]) for name in _OF_VARIANT if name in cells_of}
    if any(words == each.values for each in product.variants):
        product.wrong.append((row, "option1 value", _("This combination is there twice.")))
    if len(product.variants) >= MOST_VARIANTS:
        product.wrong.append((row, "handle", _("This product has too many variants.")))
    else:
        product.variants.append(SheetVariant(row, words, facts))


def _word(product: SheetProduct, row: int, column: str, text: str, most: int) -> str:
    try:
        return texts.line(text, most=most, field=column)
    except InvalidInput as wrong:
        product.wrong.append((row, column, wrong.message))
        return ""


def _read(product: SheetProduct, row: int, name: str, text: str) -> Any:
    try:
        return _READERS[name](text)
    except InvalidInput as wrong:
        product.wrong.append((row, _HEADINGS[name][0], wrong.message))
        return None


def _money(text: str) -> int:
    try:
        return rows.amount(whole_rupiah(text), "")
    except ValueError as odd:
        raise InvalidInput(_("Type whole rupiah, for example 150.000."), "") from odd


def _grams(text: str) -> int:
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise InvalidInput(_("Type a whole number."), "")
    return rows.measure(int(plain), "", "weight_grams")


def _status(text: str) -> str:
    try:
        return _STATUS[text.strip().casefold()]
    except KeyError as odd:
        raise InvalidInput(_("Choose draft, active or archived."), "") from odd


def _line(most: int) -> Callable[[str], str]:
    return lambda text: texts.line(text, most=most, field="")


def _tags(text: str) -> list[str]:
    words = [texts.line(word, most=40, field="").lower() for word in text.split(",")]
    found = list(dict.fromkeys(word for word in words if word))
    if len(found) > 50:
        raise InvalidInput(_("Use at most %(most)s tags.") % {"most": 50}, "")
    return found


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "title": _line(150),
    "description": lambda text: texts.paragraphs(text, most=20_000, field=""),
    "category": _line(500),
    "brand": _line(80),
    "tags": _tags,
    "status": _status,
    "sku": _line(SKU_LENGTH),
    "barcode": _line(40),
    "price_amount": _money,
    "compare_at_amount": _money,
    "cost_amount": _money,
    "weight_grams": _grams,
}
