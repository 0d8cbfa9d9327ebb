"""Goods leave one location and arrive at another, in parts, and not always all of them."""

import pytest
from django.utils import timezone

from core.inventory import services
from core.inventory.models import Location, StockItem, Transfer, TransferState
from core.kernel import audit
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import SYSTEM
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def item(store: object) -> StockItem:
    return stock(10)


@pytest.fixture
def shelf(store: object) -> Location:
    return location("Toko")


@pytest.fixture
def draft(item: StockItem, shelf: Location) -> Transfer:
    return services.create_transfer(
        source_id=item.location.public_id,
        destination_id=shelf.public_id,
        lines={item.variant.sku: 6},
        actor=SYSTEM,
    )


@pytest.fixture
def sent(draft: Transfer) -> Transfer:
    return services.send_transfer(public_id=draft.public_id, actor=SYSTEM, now=timezone.now())


def arrive(transfer: Transfer, item: StockItem, quantity: int, is_complete: bool = False) -> Transfer:
    return services.receive_transfer(
        public_id=transfer.public_id,
        arrived={item.variant.sku: quantity},
        is_complete=is_complete,
        actor=SYSTEM,
        now=timezone.now(),
    )


def on_hand(item: StockItem, at: Location) -> int:
    return sum(StockItem.objects.filter(variant=item.variant, location=at).values_list("on_hand", flat=True))


def test_a_draft_moves_nothing(draft: Transfer, item: StockItem, shelf: Location):
    assert draft.number == "TR-0001"
    assert (on_hand(item, item.location), on_hand(item, shelf)) == (10, 0)


def test_what_was_sent_counts_nowhere_until_it_arrives(sent: Transfer, item: StockItem, shelf: Location):
    assert (on_hand(item, item.location), on_hand(item, shelf)) == (4, 0)

    done = arrive(sent, item, 6)

    assert done.state == TransferState.RECEIVED
    assert (on_hand(item, item.location), on_hand(item, shelf)) == (4, 6)


def test_arrives_in_parts(sent: Transfer, item: StockItem, shelf: Location):
    assert arrive(sent, item, 2).state == TransferState.IN_TRANSIT
    assert on_hand(item, shelf) == 2

    assert arrive(sent, item, 4).state == TransferState.RECEIVED
    assert on_hand(item, shelf) == 6


def test_what_is_missing_stays_on_record(sent: Transfer, item: StockItem, shelf: Location):
    done = arrive(sent, item, 5, is_complete=True)

    assert done.state == TransferState.RECEIVED
    assert done.lines.get().discrepancy == -1
    assert audit.history("transfer", done.public_id)[0].changes["discrepancy"] == {item.variant.sku: -1}
    assert (on_hand(item, item.location), on_hand(item, shelf)) == (4, 5)


def test_cannot_send_what_is_promised(draft: Transfer, item: StockItem):
    services.allocate(reference="SO-1", wanted={item.variant.sku: 5}, location_id=item.location_id)

    with pytest.raises(services.InsufficientStock):
        services.send_transfer(public_id=draft.public_id, actor=SYSTEM, now=timezone.now())

    draft.refresh_from_db()
    assert (draft.state, on_hand(item, item.location)) == (TransferState.DRAFT, 10)


def test_is_sent_once_and_received_once(sent: Transfer, item: StockItem, shelf: Location):
    with pytest.raises(services.TransferMoveRefused):
        services.send_transfer(public_id=sent.public_id, actor=SYSTEM, now=timezone.now())
    arrive(sent, item, 6)
    with pytest.raises(services.TransferMoveRefused):
        arrive(sent, item, 6)

    assert (on_hand(item, item.location), on_hand(item, shelf)) == (4, 6)


def test_only_a_draft_is_edited_or_cancelled(draft: Transfer, item: StockItem):
    services.edit_transfer(public_id=draft.public_id, lines={item.variant.sku: 3}, note="Pagi", actor=SYSTEM)
    assert draft.lines.get().quantity == 3

    services.send_transfer(public_id=draft.public_id, actor=SYSTEM, now=timezone.now())
    with pytest.raises(services.TransferMoveRefused):
        services.cancel_transfer(public_id=draft.public_id, actor=SYSTEM)
    with pytest.raises(services.TransferMoveRefused):
        services.edit_transfer(public_id=draft.public_id, lines={item.variant.sku: 1}, note="", actor=SYSTEM)


@pytest.mark.parametrize("lines", [{}, {"TIDAK-ADA": 1}, {"SKU": 0}, {"SKU": -1}])
def test_refuses_lines_that_move_nothing(lines: dict[str, int], item: StockItem, shelf: Location):
    item.variant.sku = "SKU"
    item.variant.save(update_fields=["sku"])

    with pytest.raises(InvalidInput):
        services.create_transfer(
            source_id=item.location.public_id, destination_id=shelf.public_id, lines=lines, actor=SYSTEM
        )


def test_needs_two_open_locations(item: StockItem, shelf: Location):
    here = item.location.public_id
    lines = {item.variant.sku: 1}

    with pytest.raises(InvalidInput):
        services.create_transfer(source_id=here, destination_id=here, lines=lines, actor=SYSTEM)
    services.update_location(public_id=shelf.public_id, changes={"is_active": False}, actor=SYSTEM)
    with pytest.raises(NotFound):
        services.create_transfer(source_id=here, destination_id=shelf.public_id, lines=lines, actor=SYSTEM)


def test_refuses_what_was_not_sent(sent: Transfer, item: StockItem, shelf: Location):
    other = stock(5)

    with pytest.raises(InvalidInput):
        arrive(sent, other, 1)
    with pytest.raises(InvalidInput):
        arrive(sent, item, -1)

    assert on_hand(item, shelf) == 0
