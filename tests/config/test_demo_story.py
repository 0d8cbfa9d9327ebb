"""The demo's sixty days: a believable story, and orders that end as it says."""

from datetime import UTC, datetime, timedelta

import pytest

from config.demo import goods, sales, shopfront, story
from config.demo.catalogue import batik, kopi
from config.demo.catalogue.parts import DemoCatalogue
from config.demo.people import STORES, people
from config.demo.story import Fate, Sale
from core.inventory.models import StockMovement
from core.kernel.models import AuditEntry
from core.orders.models import Order
from tenants import context
from tenants.models import Job
from tenants.permissions import SYSTEM

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FEW = tuple(product for product in kopi.catalogue().products if len(product.variants) > 3)[:2]
SMALL = DemoCatalogue(kopi.CATEGORIES, kopi.catalogue().brands, FEW)


def told(seed: int = 1) -> list[Sale]:
    return story.tell(batik.catalogue(), now=NOW, per_day=2, seed=seed)


def test_sixty_days_pass_in_order_and_never_in_the_future() -> None:
    moments = [sale.at for sale in told()]

    assert moments == sorted(moments)
    assert NOW - timedelta(days=61) < moments[0] < moments[-1] < NOW
    assert len({moment.date() for moment in moments}) >= 60


def test_every_fate_and_every_way_to_pay_occurs() -> None:
    assert {sale.fate for sale in told()} == set(Fate)
    assert {sale.method for sale in told()} == {"MIDTRANS", "MANUAL_TRANSFER", "COD"}


def test_the_same_seed_tells_the_same_story() -> None:
    assert told() == told()
    assert told() != told(seed=2)


def test_cash_on_delivery_never_waits_or_expires() -> None:
    assert not [s for s in told() if s.method == "COD" and s.fate in (Fate.WAITING, Fate.EXPIRED)]


@pytest.mark.parametrize(
    ("fate", "method", "states"),
    [
        (Fate.WAITING, "MANUAL_TRANSFER", ("OPEN", "UNPAID", "UNFULFILLED")),
        (Fate.EXPIRED, "MANUAL_TRANSFER", ("CANCELLED", "UNPAID", "UNFULFILLED")),
        (Fate.CANCELLED, "COD", ("CANCELLED", "UNPAID", "UNFULFILLED")),
        (Fate.PAID, "MANUAL_TRANSFER", ("OPEN", "PAID", "UNFULFILLED")),
        (Fate.PARTLY_SENT, "MANUAL_TRANSFER", ("OPEN", "PAID", "PARTLY_FULFILLED")),
        (Fate.SENT, "COD", ("OPEN", "UNPAID", "FULFILLED")),
        (Fate.ARRIVED, "COD", ("CLOSED", "PAID", "DELIVERED")),
        (Fate.PARTLY_REFUNDED, "MANUAL_TRANSFER", ("CLOSED", "PARTLY_REFUNDED", "DELIVERED")),
        (Fate.REFUNDED, "MANUAL_TRANSFER", ("CLOSED", "REFUNDED", "DELIVERED")),
    ],
)
def test_an_order_ends_as_its_fate_says(store, fate: Fate, method: str, states: tuple[str, str, str]) -> None:
    wares = [variant.sku for variant in SMALL.products[0].variants[:2]]
    sale = Sale(NOW - timedelta(days=9), people(1)[0], dict.fromkeys(wares, 2), method, fate, False, "")
    shopfront.furnish(STORES[0], now=NOW)
    goods.fill(SMALL, opened_at=NOW - timedelta(days=65))
    goods.deliver(SMALL, sold=story.units_sold([sale]), at=NOW - timedelta(days=64))

    sales.live([sale], staff=SYSTEM, now=NOW)

    order = Order.objects.get()
    assert (order.state, order.payment_state, order.fulfilment_state) == states
    assert order.placed_at == sale.at


def test_the_past_carries_its_moments_and_mails_nobody(store) -> None:
    sale = Sale(NOW - timedelta(days=9), people(1)[0], {}, "COD", Fate.ARRIVED, False, "")
    sale.units[SMALL.products[0].variants[0].sku] = 1
    shopfront.furnish(STORES[0], now=NOW)
    before = AuditEntry.objects.count()
    goods.fill(SMALL, opened_at=NOW - timedelta(days=65))
    goods.deliver(SMALL, sold={next(iter(sale.units)): 1}, at=NOW - timedelta(days=64))

    sales.live([sale], staff=SYSTEM, now=NOW)

    assert not StockMovement.objects.filter(at__gt=NOW).exists()
    assert AuditEntry.objects.filter(at__lt=NOW).count() == AuditEntry.objects.count() - before
    with context.in_public():
        assert not Job.objects.filter(kind__contains="notifications").exists()
