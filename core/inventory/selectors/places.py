"""Where the store keeps goods, and what may be sold from there."""

from collections.abc import Collection, Mapping

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from core.inventory.models import Location, StockItem
from core.kernel.errors import NotFound

FREE = Greatest(F("on_hand") - F("allocated") - F("reserved") - F("safety"), 0)


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


def location_for(wanted: Mapping[str, int]) -> int | None:
    """The first open location that has everything, in the order of `locations`; None when no one has.

    wanted   SKU -> whole units
    """
    free: dict[int, dict[str, int]] = {}
    rows = (
        StockItem.objects.filter(location__is_active=True, variant__sku__in=wanted.keys())
        .annotate(free=FREE)
        .order_by("-location__is_default", "location__position", "location_id")
        .values_list("location_id", "variant__sku", "free")
    )
    for location_id, sku, quantity in rows:
        free.setdefault(location_id, {})[sku] = quantity
    for location_id, has in free.items():
        if all(has.get(sku, 0) >= quantity for sku, quantity in wanted.items()):
            return location_id
    return None


def available_to_sell(variant_ids: Collection[int]) -> dict[int, int]:
    """Units that may be sold now, over all open locations; 0 for a variant without stock."""
    rows = (
        StockItem.objects.filter(location__is_active=True, variant_id__in=variant_ids)
        .values("variant_id")
        .annotate(free=Sum(FREE))
        .values_list("variant_id", "free")
    )
    found = dict(rows)
    return {variant_id: found.get(variant_id, 0) for variant_id in variant_ids}
