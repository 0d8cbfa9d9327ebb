"""What is in a store when all clients are gone: as plain data, so that a checker needs no database."""

from dataclasses import asdict, dataclass, field
from typing import Any

from core.inventory.models import Allocation, Reservation, StockItem, StockMovement, Transfer
from core.kernel import invariants
from core.orders.models import Order
from core.payments.models import Payment, Refund


@dataclass
class Ending:
    """The last page of a store's books.

    orders     number -> call that placed it, place, lines, states and amounts
    payments   order's number -> state, received, refunded
    refunds    call -> order's number and amount
    promises   order's number -> units that are promised and have not left
    consumed   order's number -> units that left by it
    shelves    "SKU@place" -> on hand, allocated, reserved
    restocks, transfers, holds   how many rows each call left behind
    violations  what `check_invariants` finds
    """

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, list[Any]] = field(default_factory=dict)
    refunds: dict[str, list[Any]] = field(default_factory=dict)
    promises: dict[str, int] = field(default_factory=dict)
    consumed: dict[str, dict[str, int]] = field(default_factory=dict)
    shelves: dict[str, list[int]] = field(default_factory=dict)
    restocks: dict[str, int] = field(default_factory=dict)
    transfers: dict[str, int] = field(default_factory=dict)
    holds: dict[str, list[Any]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    rules: int = 0

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


def read(places: list[int]) -> Ending:
    """The ending of the store in force. `places` are the ids of its locations, in turn."""
    ending = Ending()
    for order in Order.objects.prefetch_related("lines"):
        ending.orders[order.number] = {
            "call": order.note,
            "place": places.index(order.location_id),
            "lines": {line.sku: [line.quantity, line.fulfilled_quantity] for line in order.lines.all()},
            "states": [order.state, order.payment_state, order.fulfilment_state],
            "total": order.total_amount,
            "refunded": order.refunded_amount,
        }
    _read_money(ending)
    _read_stock(ending, places)
    results = invariants.check()
    ending.rules = len(results)
    ending.violations = [f"{r.rule.id}: {each}" for r in results for each in r.violations]
    return ending


def _read_money(ending: Ending) -> None:
    for payment in Payment.objects.select_related("order"):
        told = [payment.state, payment.received_amount, payment.refunded_amount]
        ending.payments[payment.order.number] = told
    for refund in Refund.objects.select_related("payment__order"):
        ending.refunds[refund.reason] = [refund.payment.order.number, refund.amount]


def _read_stock(ending: Ending, places: list[int]) -> None:
    for item in StockItem.objects.select_related("variant"):
        shelf = f"{item.variant.sku}@{places.index(item.location_id)}"
        ending.shelves[shelf] = [item.on_hand, item.allocated, item.reserved]
    for row in Allocation.objects.all():
        ending.promises[row.reference] = ending.promises.get(row.reference, 0) + row.outstanding
    for movement in StockMovement.objects.select_related("stock_item__variant"):
        reference, sku = movement.reference, movement.stock_item.variant.sku
        if movement.kind == "CONSUMED":
            gone = ending.consumed.setdefault(reference, {})
            gone[sku] = gone.get(sku, 0) - movement.quantity
        elif movement.kind == "RECEIVED" and reference:
            ending.restocks[reference] = ending.restocks.get(reference, 0) + 1
    for transfer in Transfer.objects.all():
        ending.transfers[transfer.note] = ending.transfers.get(transfer.note, 0) + 1
    for hold in Reservation.objects.select_related("stock_item__variant"):
        shelf = f"{hold.stock_item.variant.sku}@{places.index(hold.stock_item.location_id)}"
        ending.holds[hold.reference] = [shelf, hold.quantity]
