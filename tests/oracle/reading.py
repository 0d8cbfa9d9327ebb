"""What the database says, in the shape of the oracle's books."""

from typing import Any

from core.customers.models import Customer
from core.fulfilment.models import Fulfilment
from core.inventory.models import Allocation, Reservation, StockItem, StockMovement, Transfer, TransferLine
from core.orders.models import Invoice, Order, OrderLine
from core.payments.models import Payment, Refund

_PLACE = ("stock_item__variant__sku", "stock_item__location_id")


def seen() -> dict[str, object]:
    """Every row that the oracle knows of, in the store in force."""
    return _stock() | _orders() | _money() | _parcels()


def _keyed(rows: Any, *columns: str, keys: int = 1) -> dict[Any, Any]:
    """A dict of the rows: the first `keys` columns lead to the others."""
    return {
        (row[0] if keys == 1 else row[:keys]): (row[keys] if len(columns) == keys + 1 else row[keys:])
        for row in rows.values_list(*columns)
    }


def _stock() -> dict[str, object]:
    counts = _keyed(
        StockItem.objects,
        "variant__sku",
        "location_id",
        "on_hand",
        "allocated",
        "reserved",
        "safety",
        keys=2,
    )
    held = Reservation.objects.values_list(
        "reference", "stock_item__variant__sku", "stock_item__location_id", "quantity"
    )
    return {
        "stock": {key: counts[key] for key in counts if any(counts[key])},
        "movements": _movements(),
        "promises": _keyed(
            Allocation.objects, "reference", "stock_item__variant__sku", "quantity", "consumed", keys=2
        ),
        "holds": {(reference, sku): (place, units) for reference, sku, place, units in held},
        "transfers": _keyed(Transfer.objects, "number", "state"),
        "arrived": _keyed(
            TransferLine.objects, "transfer__number", "variant__sku", "quantity", "received_quantity", keys=2
        ),
    }


def _movements() -> dict[Any, Any]:
    """What happened on each shelf, in turn."""
    told: dict[Any, Any] = {}
    rows = StockMovement.objects.order_by("pk").values_list(*_PLACE, "kind", "quantity")
    for sku, place, kind, quantity in rows:
        told.setdefault((sku, place), []).append((kind, quantity))
    return told


def _orders() -> dict[str, object]:
    states = ("state", "payment_state", "fulfilment_state", "payment_method")
    amounts = ("total_amount", "unique_code_amount", "refunded_amount")
    return {
        "orders": _keyed(Order.objects, "number", *states, *amounts),
        "lines": _keyed(OrderLine.objects, "order__number", "sku", "quantity", "fulfilled_quantity", keys=2),
        "invoices": list(Invoice.objects.order_by("number").values_list("order__number", flat=True)),
        "customers": _keyed(Customer.objects.exclude(order_count=0), "pk", "order_count", "spent_amount"),
    }


def _money() -> dict[str, object]:
    columns = ("order__number", "method", "state", "amount", "received_amount", "refunded_amount")
    refunds = Refund.objects.values_list("payment__reference", "amount", "state")
    return {"payments": _keyed(Payment.objects, "reference", *columns), "refunds": sorted(refunds)}


def _parcels() -> dict[str, object]:
    return {"parcels": sorted(Fulfilment.objects.values_list("order__number", "state"))}
