"""How many of a variant are where, and how many of them are spoken for."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core.catalog.models import ProductStatus, Variant
from core.catalog.selectors import small_url
from core.inventory.models import Location, StockItem, TransferLine, TransferState
from core.inventory.selectors.places import locations
from core.kernel import profile
from core.kernel.errors import NotFound
from core.kernel.paging import page

_HEAVY = ("description", "search_vector", "search_text")


@dataclass(frozen=True, slots=True)
class StockLevel:
    """One variant at one location, in numbers."""

    location: Location
    on_hand: int
    allocated: int
    reserved: int
    safety: int
    available: int
    incoming: int
    low_stock_threshold: int
    own_threshold: int | None

    @property
    def is_low(self) -> bool:
        """Whether this is at its threshold or below."""
        return self.available <= self.low_stock_threshold


@dataclass(frozen=True, slots=True)
class VariantStock:
    """One variant over all its locations."""

    variant: Variant
    levels: list[StockLevel]

    @property
    def available(self) -> int:
        """Units that may be sold now, over all open locations."""
        return sum(level.available for level in self.levels if level.location.is_active)

    @property
    def on_hand(self) -> int:
        """Units counted, over all locations."""
        return sum(level.on_hand for level in self.levels)

    @property
    def spoken_for(self) -> int:
        """Units promised to orders or put aside, over all locations."""
        return sum(level.allocated + level.reserved for level in self.levels)

    @property
    def incoming(self) -> int:
        """Units on their way, to all locations."""
        return sum(level.incoming for level in self.levels)


@dataclass(frozen=True, slots=True)
class StockRow:
    """One line of the stock table."""

    variant: Variant
    level: StockLevel

    @property
    def image_url(self) -> str:
        """A small picture of the variant, else of its product; empty without one."""
        return small_url(self.variant.image or self.variant.product.cover)


def stock_table(
    *, query: str = "", location: Location | None = None, low: bool = False, after: str = "", limit: int = 50
) -> tuple[list[StockRow], str | None]:
    """Variants by product name with their counts at one location, and the cursor of the next page.

    query     words of the name, a SKU or its beginning, or a whole barcode
    location  None lists every location at which a variant ever was
    low       only what is at its threshold or below
    """
    if location is None:
        items, cursor = page(_items(query, low), after=after, limit=limit, key="listed_as")
    else:
        variants, cursor = page(_variants(query, location, low), after=after, limit=limit, key="listed_as")
        items = _items_of(variants, location)
    coming = _incoming([item.variant_id for item in items])
    fallback = profile.current().low_stock_threshold
    return [
        StockRow(
            item.variant,
            _level(item, item.location, coming.get((item.variant_id, item.location_id), 0), fallback),
        )
        for item in items
    ], cursor


def stock_of(*, sku: str = "", variant_id: str = "", everywhere: bool = False) -> VariantStock:
    """One variant at every open location, those included where it never was.

    variant_id   the public id; either this or the SKU
    everywhere   True adds closed locations that hold nothing
    Raises       NotFound
    """
    wanted = Q(public_id=variant_id) if variant_id else Q(sku=sku)
    variant = Variant.objects.filter(wanted).select_related("product__cover", "image").first()
    if variant is None:
        raise NotFound(_("There is no such SKU."))
    items = {item.location_id: item for item in StockItem.objects.filter(variant=variant)}
    coming = _incoming([variant.pk])
    fallback = profile.current().low_stock_threshold
    levels = []
    for place in locations():
        item = items.get(place.pk) or StockItem(variant=variant, location=place)
        if everywhere or place.is_active or item.on_hand:
            item.variant = variant
            levels.append(_level(item, place, coming.get((variant.pk, place.pk), 0), fallback))
    return VariantStock(variant, levels)


def stock_row(*, variant_id: str, location_id: str) -> StockRow:
    """One line of the stock table, by public ids. Raises NotFound."""
    found = stock_of(variant_id=variant_id, everywhere=True)
    for level in found.levels:
        if level.location.public_id == location_id:
            return StockRow(found.variant, level)
    raise NotFound(_("There is no such location."))


def low_count() -> int:
    """How many variants are low at an open location."""
    return StockItem.objects.filter(low_alerted_at__isnull=False, location__is_active=True).count()


def _matching(query: str, prefix: str) -> Q:
    """A condition on variants reached by `prefix`."""
    words = Q()
    for word in query.split()[:6]:
        words &= (
            Q(**{f"{prefix}sku__istartswith": word})
            | Q(**{f"{prefix}barcode": word})
            | Q(**{f"{prefix}product__search_text__icontains": word})
        )
    return words


def _listed(prefix: str) -> Q:
    """Variants that are still shown somewhere; what was retired or archived appears while units are left."""
    return Q(**{f"{prefix}retired_at": None}) & ~Q(**{f"{prefix}product__status": ProductStatus.ARCHIVED})


def _items(query: str, low: bool) -> QuerySet[StockItem]:
    rows = (
        StockItem.objects.annotate(listed_as=F("variant__product__title"))
        .filter(_matching(query, "variant__"), _listed("variant__") | Q(on_hand__gt=0))
        .select_related("variant__product__cover", "variant__image", "location")
        .defer(*(f"variant__product__{field}" for field in _HEAVY))
    )
    return rows.filter(low_alerted_at__isnull=False, location__is_active=True) if low else rows


def _variants(query: str, location: Location, low: bool) -> QuerySet[Variant]:
    rows = (
        Variant.objects.annotate(
            listed_as=F("product__title"),
            here=FilteredRelation("stock", condition=Q(stock__location=location)),
        )
        .filter(_matching(query, ""), _listed("") | Q(here__on_hand__gt=0))
        .select_related("product__cover", "image")
        .defer(*(f"product__{field}" for field in _HEAVY))
    )
    return rows.filter(here__low_alerted_at__isnull=False) if low else rows


def _items_of(variants: list[Variant], location: Location) -> list[StockItem]:
    """The variants' rows at one location in the same order, an unsaved 0 where there is none."""
    found = {
        item.variant_id: item for item in StockItem.objects.filter(location=location, variant__in=variants)
    }
    items = []
    for variant in variants:
        item = found.get(variant.pk) or StockItem()
        item.variant, item.location = variant, location
        items.append(item)
    return items


def _incoming(variant_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """(variant, destination) -> units that are on their way."""
    rows = (
        TransferLine.objects.filter(
            variant_id__in=variant_ids,
            transfer__state=TransferState.IN_TRANSIT,
            received_quantity__lt=F("quantity"),
        )
        .values("variant_id", "transfer__destination_id")
        .annotate(units=Sum(F("quantity") - F("received_quantity")))
        .values_list("variant_id", "transfer__destination_id", "units")
    )
    return {(variant_id, place_id): units for variant_id, place_id, units in rows}


def _level(item: StockItem, place: Location, incoming: int, fallback: int) -> StockLevel:
    return StockLevel(
        location=place,
        on_hand=item.on_hand,
        allocated=item.allocated,
        reserved=item.reserved,
        safety=item.safety,
        available=item.available,
        incoming=incoming,
        low_stock_threshold=item.threshold(fallback),
        own_threshold=item.low_stock_threshold,
    )
