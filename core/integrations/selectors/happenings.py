"""What a store's event is in the words of other systems: its type, public ids, and where to read the rest.

A webhook carries no state and nothing personal: two notices may overtake each other, and a receiver that is
not trusted with orders must not learn them this way. It says what to read; the API says what is true now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core import events
from core.catalog import selectors as catalog
from core.catalog.models import Product
from core.customers.models import Customer
from core.fulfilment.models import Fulfilment
from core.integrations.event_types import TYPE_OF
from core.inventory.models import Location
from core.orders.models import Order
from core.payments.models import Payment, Refund
from tenants import hosts
from tenants.context import require_store
from tenants.models import HostKind

Things = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Happening:
    """A public event. `data` names each thing that it is about, with its id and address."""

    type: str
    data: Things


def happening_of(event: Any) -> Happening | None:
    """An event of the store for the outside; None when what it is about is gone."""
    data = _TELLERS[type(event)](event)
    return Happening(TYPE_OF[type(event)], data) if data else None


def _thing(public_id: str, path: str, **more: str) -> dict[str, str]:
    return {"id": public_id, **more, "url": f"{_origin()}/api/v1{path}"}


def _origin() -> str:
    return hosts.store_origin(require_store(), HostKind.DASHBOARD)


def _order(pk: int) -> Things:
    order = Order.objects.only("public_id", "number").filter(pk=pk).first()
    if order is None:
        return {}
    return {"order": _thing(order.public_id, f"/orders/{order.public_id}", number=order.number)}


def _of_order(event: events.OrderPlaced | events.OrderPaid | events.OrderCancelled) -> Things:
    return _order(event.order_id)


def _of_parcel(event: events.OrderFulfilled | events.OrderDelivered) -> Things:
    parcel = Fulfilment.objects.only("public_id", "order__public_id").select_related("order")
    found = parcel.filter(pk=event.fulfilment_id).first()
    if found is None:
        return {}
    path = f"/orders/{found.order.public_id}/fulfilments"
    return {**_order(event.order_id), "fulfilment": _thing(found.public_id, path)}


def _of_payment(event: events.PaymentReceived | events.PaymentExpired) -> Things:
    payment = Payment.objects.select_related("order").filter(pk=event.payment_id).first()
    return _paid(payment) if payment else {}


def _paid(payment: Payment) -> Things:
    path = f"/orders/{payment.order.public_id}/payments"
    return {**_order(payment.order_id), "payment": _thing(payment.public_id, path)}


def _of_refund(event: events.PaymentRefunded) -> Things:
    refund = Refund.objects.select_related("payment__order").filter(pk=event.refund_id).first()
    return {**_paid(refund.payment), "refund": {"id": refund.public_id}} if refund else {}


def _of_product(event: events.ProductChanged) -> Things:
    public_id = Product.objects.filter(pk=event.product_id).values_list("public_id", flat=True).first()
    return {"product": _thing(public_id, f"/products/{public_id}")} if public_id else {}


def _of_stock(event: events.StockChanged | events.StockLow) -> Things:
    variant = catalog.variant_for_sale([event.variant_id]).get(event.variant_id)
    if variant is None:
        return {}
    path = f"/stock/skus/{quote(variant.sku, safe='')}"
    return {"variant": _thing(variant.public_id, path, sku=variant.sku)}


def _of_shortage(event: events.StockLow) -> Things:
    data = _of_stock(event)
    public_id = Location.objects.filter(pk=event.location_id).values_list("public_id", flat=True).first()
    return {**data, "location": {"id": public_id}} if data and public_id else {}


def _of_customer(event: events.CustomerChanged) -> Things:
    public_id = Customer.objects.filter(pk=event.customer_id).values_list("public_id", flat=True).first()
    return {"customer": _thing(public_id, f"/customers/{public_id}")} if public_id else {}


_TELLERS: dict[type, Callable[[Any], Things]] = {
    events.OrderPlaced: _of_order,
    events.OrderPaid: _of_order,
    events.OrderCancelled: _of_order,
    events.OrderFulfilled: _of_parcel,
    events.OrderDelivered: _of_parcel,
    events.PaymentReceived: _of_payment,
    events.PaymentExpired: _of_payment,
    events.PaymentRefunded: _of_refund,
    events.ProductChanged: _of_product,
    events.StockChanged: _of_stock,
    events.StockLow: _of_shortage,
    events.CustomerChanged: _of_customer,
}
