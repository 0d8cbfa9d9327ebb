"""What other systems may hear of a store: the public names of its events, which keep their meaning."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core import events


class EventType(StrEnum):
    """The type of a webhook. `webhook.ping` is only sent on request."""

    ORDER_PLACED = "order.placed"
    ORDER_PAID = "order.paid"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_FULFILLED = "order.fulfilled"
    ORDER_DELIVERED = "order.delivered"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_EXPIRED = "payment.expired"
    PAYMENT_REFUNDED = "payment.refunded"
    PRODUCT_CHANGED = "product.changed"
    STOCK_CHANGED = "stock.changed"
    STOCK_LOW = "stock.low"
    CUSTOMER_CHANGED = "customer.changed"


PING: Final = "webhook.ping"


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One type: the store's event behind it, its words, and what stands in `data`."""

    code: EventType
    event: type[Any]
    title: Any
    told_when: Any
    data: str


_ORDER: Final = "`order` {id, number, url}"
_ALL: Final = (
    PublicEvent(
        EventType.ORDER_PLACED,
        events.OrderPlaced,
        _("Order placed"),
        _("An order came in; it may still be unpaid."),
        _ORDER,
    ),
    PublicEvent(
        EventType.ORDER_PAID, events.OrderPaid, _("Order paid"), _("The whole amount is in."), _ORDER
    ),
    PublicEvent(
        EventType.ORDER_CANCELLED,
        events.OrderCancelled,
        _("Order cancelled"),
        _("The order will not be delivered; its goods are on sale again."),
        _ORDER,
    ),
    PublicEvent(
        EventType.ORDER_FULFILLED,
        events.OrderFulfilled,
        _("Parcel sent"),
        _("A parcel left; others of the order may follow."),
        f"{_ORDER}, `fulfilment` {{id, url}}",
    ),
    PublicEvent(
        EventType.ORDER_DELIVERED,
        events.OrderDelivered,
        _("Parcel delivered"),
        _("A parcel arrived."),
        f"{_ORDER}, `fulfilment` {{id, url}}",
    ),
    PublicEvent(
        EventType.PAYMENT_RECEIVED,
        events.PaymentReceived,
        _("Payment received"),
        _("Money was confirmed, by the provider or by one of you."),
        f"{_ORDER}, `payment` {{id, url}}",
    ),
    PublicEvent(
        EventType.PAYMENT_EXPIRED,
        events.PaymentExpired,
        _("Payment time over"),
        _("The time to pay ran out before any money came."),
        f"{_ORDER}, `payment` {{id, url}}",
    ),
    PublicEvent(
        EventType.PAYMENT_REFUNDED,
        events.PaymentRefunded,
        _("Money refunded"),
        _("Money went back to the shopper."),
        f"{_ORDER}, `payment` {{id, url}}, `refund` {{id}}",
    ),
    PublicEvent(
        EventType.PRODUCT_CHANGED,
        events.ProductChanged,
        _("Product changed"),
        _("A product was made, edited, published or archived."),
        "`product` {id, url}",
    ),
    PublicEvent(
        EventType.STOCK_CHANGED,
        events.StockChanged,
        _("Stock changed"),
        _("What may be sold of a SKU moved."),
        "`variant` {id, sku, url}",
    ),
    PublicEvent(
        EventType.STOCK_LOW,
        events.StockLow,
        _("Stock low"),
        _("A SKU fell to its threshold at a location."),
        "`variant` {id, sku, url}, `location` {id}",
    ),
    PublicEvent(
        EventType.CUSTOMER_CHANGED,
        events.CustomerChanged,
        _("Customer changed"),
        _("A customer's record was made or edited."),
        "`customer` {id, url}",
    ),
)
PUBLIC_EVENTS: Final[dict[str, PublicEvent]] = {each.code: each for each in _ALL}
TYPE_OF: Final[dict[type, EventType]] = {each.event: each.code for each in _ALL}
# Events that mean nothing outside this house.
INTERNAL: Final = frozenset({events.MediaUploaded, events.ProductScheduled, events.StockTurned})
