"""Where the store keeps goods, and what may be sold from there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from core.inventory.models import Location, StockItem
from core.kernel.errors import NotFound

FREE = Greatest(F("on_hand") - F("allocated") - F("reserved") - F("safety"), 0)
# Every product page and every line of a cart asks this: written out, it costs a quarter. FREE says the same.
_AVAILABLE = """\
SELECT stock."variant_id",
       SUM(GREATEST(stock."on_hand" - stock."allocated" - stock."reserved" - stock."safety", 0))
FROM "inventory_stockitem" AS stock
JOIN "inventory_location" AS place ON place."id" = stock."location_id" AND place."is_active"
WHERE stock."variant_id" = ANY(%s)
GROUP BY stock."variant_id"
"""


def default_location() -> Location:
    """Where the store sells from first."""
    return Location.objects.get(is_default=True)


def locations(*, active_only: bool = False) -> list[Location]:
    """The store's locations: the default first, then in the seller's order, closed ones last."""
    found = Location.objects.order_by("-is_active", "-is_default", "position", "pk")
    return list(found.filter(is_active=True) if active_only else found)


def locations_used() -> int:
    """How many locations count against the plan: those that are open."""
    return Location.objects.filter(is_active=True).count()


def location(public_id: str) -> Location:
    """One location. Raises NotFound."""
    found = Location.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such location."))
    return found


def place_rows() -> QuerySet[Location]:
    """The store's locations in the order of `locations`, each with its `units` and `skus`."""
    return Location.objects.annotate(
        units=Coalesce(Sum("stock__on_hand"), 0), skus=Count("stock", filter=Q(stock__on_hand__gt=0))
    ).order_by("-is_active", "-is_default", "position", "pk")


@dataclass(frozen=True, slots=True)
class FreeStock:
    """What may be sold of some variants, and where. `places` are in the order of `locations`."""

    places: Mapping[int, Mapping[int, int]]  # location id -> variant id -> units

    def units_of(self, variant_id: int) -> int:
        """Units over all open locations."""
        return sum(held.get(variant_id, 0) for held in self.places.values())

    def place_of(self, wanted: Mapping[int, int]) -> int | None:
        """The first location that has everything; None when no one has. `wanted`: variant id -> units."""
        for location_id, held in self.places.items():
            if all(held.get(variant_id, 0) >= units for variant_id, units in wanted.items()):
                return location_id
        return None


def free_stock(variant_ids: Collection[int]) -> FreeStock:
    """What may be sold now at the open locations."""
    places: dict[int, dict[int, int]] = {}
    rows = (
        StockItem.objects.filter(location__is_active=True, variant_id__in=variant_ids)
        .order_by("-location__is_default", "location__position", "location_id")
        .values_list("location_id", "variant_id", FREE)
    )
    for location_id, variant_id, units in rows:
        places.setdefault(location_id, {})[variant_id] = units
    return FreeStock(places)


def available_to_sell(variant_ids: Collection[int]) -> dict[int, int]:
    """Units that may be sold now, over all open locations; 0 for a variant without stock."""
    with connection.cursor() as cursor:
        cursor.execute(_AVAILABLE, [list(variant_ids)])
        found = dict(cursor.fetchall())
    return {variant_id: found.get(variant_id, 0) for variant_id in variant_ids}
