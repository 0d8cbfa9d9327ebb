"""Low stock is told once, and again only after it has recovered."""

from collections.abc import Iterator

import pytest

from core import events
from core.inventory import services
from core.inventory.models import StockItem
from core.inventory.services import ledger
from tenants.permissions import SYSTEM
from tests.factories.inventory import stock

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[events.StockLow]]:
    """Every StockLow that is recorded."""
    told: list[events.StockLow] = []
    record = ledger.outbox.record_many

    def listen(happened: list[object]) -> None:
        told.extend(event for event in happened if isinstance(event, events.StockLow))
        record(happened)

    monkeypatch.setattr(ledger.outbox, "record_many", listen)
    return told


def count(item: StockItem, counted: int) -> None:
    services.set_count(
        sku=item.variant.sku, location_id=item.location_id, counted=counted, reason="", actor=SYSTEM
    )


def test_is_told_once_until_it_recovers(alerts: list[events.StockLow]):
    item = stock(20)

    for counted in (5, 4, 0, 3):
        count(item, counted)
    assert alerts == [events.StockLow(variant_id=item.variant_id, location_id=item.location_id)]

    count(item, 6)
    count(item, 5)
    assert len(alerts) == 2


def test_a_promise_can_make_it_low(alerts: list[events.StockLow]):
    item = stock(6)

    services.allocate(reference="SO-1", wanted={item.variant.sku: 1}, location_id=item.location_id)

    assert len(alerts) == 1


def test_the_row_has_the_first_word_then_the_variant(alerts: list[events.StockLow]):
    item = stock(20)
    item.variant.low_stock_threshold = 15
    item.variant.save(update_fields=["low_stock_threshold"])

    count(item, 15)
    assert len(alerts) == 1

    place = {"sku": item.variant.sku, "location_id": item.location_id, "actor": SYSTEM}
    services.set_rules(safety=0, low_stock_threshold=2, **place)
    count(item, 3)
    assert len(alerts) == 1
    count(item, 2)
    assert len(alerts) == 2


def test_what_arrives_is_no_reason_for_an_alert(alerts: list[events.StockLow]):
    item = stock(3)
    services.adjust(sku=item.variant.sku, location_id=item.location_id, by=1, reason="Ketemu", actor=SYSTEM)

    item.refresh_from_db()
    assert item.low_alerted_at is not None
    assert alerts == []
