"""Two stores with the same few goods in two places."""

from core.inventory.models import Location
from core.shipping.models import ShippingMethod
from tenants import context, provisioning, work
from tenants.models import Store, User
from tests.chaos.history import ending
from tests.chaos.history.ending import Ending
from tests.chaos.history.goods import GOLD, GOLD_UNITS, SOLD
from tests.factories.catalog import make_variant
from tests.factories.inventory import location, stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method

SLUGS = ("kopi", "batik")
UNITS = 40


def open_stores() -> list[Store]:
    """Both, open for business."""
    for slug in SLUGS:
        owner = User.objects.create_user(f"{slug}@example.com", "kata-sandi-panjang", name=slug.title())
        provisioning.open_store(owner=owner, name=slug.title(), slug=slug)
    work.work_until_idle()
    stores = [Store.objects.get(slug=slug) for slug in SLUGS]
    for store in stores:
        with context.in_store(store):
            _furnish()
    return stores


def _furnish() -> None:
    method("MIDTRANS")
    ShippingMethod.objects.all().delete()
    flat_method()
    location("Gudang Dua")
    first, second = Location.objects.order_by("pk")
    for sku in SOLD:
        variant = make_variant(sku=sku)
        stock(UNITS, variant=variant, at=first)
        stock(UNITS // 4, variant=variant, at=second)
    gold = make_variant(sku=GOLD)
    stock(GOLD_UNITS // 2, variant=gold, at=first)
    stock(GOLD_UNITS // 2, variant=gold, at=second)


def ending_of(store: Store) -> Ending:
    """What is in a store now."""
    with context.in_store(store):
        return ending.read(list(Location.objects.order_by("pk").values_list("pk", flat=True)))
