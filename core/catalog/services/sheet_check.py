"""What the catalogue says to products of a brought file: which are new, which change, and which cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import Category, Option, Product, ProductStatus, SlugRedirect, Variant
from core.catalog.services.naming import SKU_LENGTH
from core.catalog.services.sheet_rows import SheetProduct, Wrong
from core.kernel.errors import InvalidInput

_BETWEEN_SHELVES: Final = ">"


@dataclass(slots=True)
class Judged:
    """Some products of a file: those to make, and those that are there, by their id."""

    new: list[SheetProduct] = field(default_factory=list)
    known: list[tuple[int, SheetProduct]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """What is looked up once for all products of a chunk."""

    products: Mapping[str, tuple[int, str]]  # slug -> id, status
    options: Mapping[int, tuple[str, ...]]
    skus: Mapping[str, int]  # SKU -> its product's id
    unpriced: frozenset[int]


class Shelves:
    """Categories by what a cell says: a name, or the way from the top as `Fashion > Batik`."""

    def __init__(self) -> None:
        rows = list(Category.objects.values_list("pk", "name", "path"))
        names = {pk: name for pk, name, _path in rows}
        self.words: dict[int, list[str]] = {}
        self._by_way: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}
        for pk, name, path in rows:
            way = [names[int(part)] for part in path.split("/") if part]
            self.words[pk] = way
            self._by_way[_way(way)] = pk
            self._by_name.setdefault(name.casefold(), []).append(pk)

    def find(self, text: str) -> int:
        """The id of the category that a cell names. Raises InvalidInput for none, and for more than one."""
        parts = [" ".join(part.split()) for part in text.split(_BETWEEN_SHELVES)]
        found = [self._by_way[_way(parts)]] if _way(parts) in self._by_way else []
        if not found and len(parts) == 1:
            found = self._by_name.get(parts[0].casefold(), [])
        if not found:
            raise InvalidInput(_("There is no category %(name)s yet.") % {"name": text[:80]}, "category")
        if len(found) > 1:
            raise InvalidInput(
                _("Several categories are called %(name)s. Write the whole way, such as Fashion > Batik.")
                % {"name": text[:80]},
                "category",
            )
        return found[0]


def _way(parts: Sequence[str]) -> str:
    return "\x1f".join(part.casefold() for part in parts)


def judge(products: Sequence[SheetProduct], shelves: Shelves, seen: set[str]) -> Judged:
    """Sort products into new, known and wrong ones. A product with one wrong row is wrong as a whole.

    seen   SKUs of earlier rows of the file; this chunk's are added
    """
    catalogue = _look_up(products)
    judged = Judged()
    for product in products:
        known = catalogue.products.get(product.slug)
        _name_variants(product)
        _check_shelf(product, shelves)
        _check_options(product, catalogue.options.get(known[0]) if known else None)
        _check_skus(product, catalogue, known[0] if known else None, seen)
        _check_sellable(product, known, catalogue)
        if product.wrong:
            judged.wrong += sorted(product.wrong)
            judged.refused += 1
        elif known:
            judged.known.append((known[0], product))
        else:
            judged.new.append(product)
    return judged


def _look_up(products: Sequence[SheetProduct]) -> _Catalogue:
    slugs = [product.slug for product in products]
    skus = [str(each.facts.get("sku", "")) for product in products for each in product.variants]
    moved = SlugRedirect.objects.filter(slug__in=slugs).values_list("slug", "product_id", "product__status")
    there = Product.objects.filter(slug__in=slugs).values_list("slug", "pk", "status")
    known = {slug: (pk, status) for rows in (moved, there) for slug, pk, status in rows}
    ids = [pk for pk, _status in known.values()]
    options: dict[int, tuple[str, ...]] = dict.fromkeys(ids, ())
    named = Option.objects.filter(product__in=ids).order_by("position", "pk")
    for pk, name in named.values_list("product_id", "name"):
        options[pk] = (*options[pk], name)
    made_up = [_made_up(product, each.values) for product in products for each in product.variants]
    taken = Variant.objects.filter(sku__in=[*skus, *made_up]).values_list("sku", "product_id")
    unpriced = Variant.objects.filter(product__in=ids, retired_at=None, is_active=True, price_amount=0)
    return _Catalogue(known, options, dict(taken), frozenset(unpriced.values_list("product_id", flat=True)))


def _made_up(product: SheetProduct, values: Sequence[str]) -> str:
    parts = [product.slug[:24].strip("-"), *(texts.slug_of(value, 10) for value in values)]
    return "-".join(part for part in parts if part).upper()[:SKU_LENGTH]


def _name_variants(product: SheetProduct) -> None:
    """A SKU for each row that has none."""
    for each in product.variants:
        if not each.facts.get("sku"):
            each.facts["sku"] = _made_up(product, each.values)


def _check_shelf(product: SheetProduct, shelves: Shelves) -> None:
    if not product.facts.get("category"):
        return
    try:
        product.facts["category"] = shelves.find(product.facts["category"])
    except InvalidInput as wrong:
        product.wrong.append((product.row, "category", wrong.message))


def _check_options(product: SheetProduct, there: Sequence[str] | None) -> None:
    if len(product.variants) > 1 and not product.options:
        product.wrong.append((product.row, "option1 name", _("Say what these variants differ in.")))
    if there is None:
        if not product.facts.get("title"):
            product.wrong.append((product.row, "title", _("Fill this in.")))
        return
    if [name.casefold() for name in there] != [name.casefold() for name in product.options]:
        told = {"options": ", ".join(there) or "-"}
        product.wrong.append(
            (product.row, "option1 name", _("This product has the options %(options)s.") % told)
        )


def _check_skus(product: SheetProduct, catalogue: _Catalogue, own: int | None, seen: set[str]) -> None:
    for each in product.variants:
        sku = str(each.facts["sku"])
        if sku in seen:
            product.wrong.append((each.row, "sku", _("%(word)s is there twice.") % {"word": sku}))
        elif catalogue.skus.get(sku, own) != own:
            told = _("The SKU %(sku)s is already in use.") % {"sku": sku}
            product.wrong.append((each.row, "sku", told))
        seen.add(sku)


def _check_sellable(product: SheetProduct, known: tuple[int, str] | None, catalogue: _Catalogue) -> None:
    status = product.facts.get("status") or (known[1] if known else ProductStatus.DRAFT)
    for each in product.variants:
        facts = each.facts
        price, before = facts.get("price_amount"), facts.get("compare_at_amount")
        if price is not None and before is not None and before < price:
            told = _("The price before the discount must be higher than the price.")
            product.wrong.append((each.row, "price before discount", told))
        is_new = str(facts["sku"]) not in catalogue.skus
        # A price that cannot be read was named already.
        is_named = any(row == each.row and column == "price" for row, column, _told in product.wrong)
        is_free = not is_named and (price == 0 or (price is None and is_new))
        if status == ProductStatus.ACTIVE and is_free:
            told = _("Give every variant a price before you publish this product.")
            product.wrong.append((each.row, "price", told))
    if known and status == ProductStatus.ACTIVE and known[1] != status and known[0] in catalogue.unpriced:
        told = _("Give every variant a price before you publish this product.")
        product.wrong.append((product.row, "status", told))
