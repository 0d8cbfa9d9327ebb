"""Locations and stock for tests."""

from itertools import count
from typing import Any

from core.catalog.models import Product, Variant
from core.inventory import selectors, services
from core.inventory.models import Location, StockItem
from core.kernel import ids
from tenants.permissions import SYSTEM

_numbers = count(1)


def variant_on_sale(sku: str = "", **columns: Any) -> Variant:
    """A product with one variant. Only its rows: nothing about it is searched or shown."""
    number = next(_numbers)
    sku = sku or f"SKU-{number:04}"
    product = Product.objects.create(
        public_id=ids.new_id("prd"), title=f"Barang {number}", slug=f"barang-{number}", status="ACTIVE"
    )
    return Variant.objects.create(
        public_id=ids.new_id("var"), product=product, sku=sku, **{"price_amount": 50_000, **columns}
    )


def location(name: str = "Gudang Dua", **facts: Any) -> Location:
    """Another place that holds goods."""
    return services.create_location(name=name, code=f"L{next(_numbers)}", actor=SYSTEM, facts=facts)


def stock(on_hand: int = 10, *, at: Location | None = None, variant: Variant | None = None) -> StockItem:
    """A variant with a count, at the default location unless told otherwise."""
    variant = variant or variant_on_sale()
    at = at or selectors.default_location()
    if on_hand:
        services.receive(sku=variant.sku, location_id=at.pk, quantity=on_hand, actor=SYSTEM)
        return StockItem.objects.select_related("variant").get(variant=variant, location=at)
    return services.set_count(sku=variant.sku, location_id=at.pk, counted=0, reason="", actor=SYSTEM)
