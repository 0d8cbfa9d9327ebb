"""Everything that happens in a store: its vocabulary on one page.

An event carries ids and no state: a handler runs later, so it reads what is true then.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProductChanged:
    """A product was made, edited, published or archived."""

    product_id: int


@dataclass(frozen=True, slots=True)
class ProductScheduled:
    """A draft product was given a moment to be published at."""

    product_id: int


@dataclass(frozen=True, slots=True)
class MediaUploaded:
    """A picture arrived; its renditions still have to be drawn."""

    media_id: int


@dataclass(frozen=True, slots=True)
class StockChanged:
    """Available-to-sell of a variant moved. Carries no quantity: read the current one when you act."""

    variant_id: int


@dataclass(frozen=True, slots=True)
class StockTurned:
    """A variant ran out at a location, or has units to sell there again."""

    variant_id: int


@dataclass(frozen=True, slots=True)
class StockLow:
    """A variant fell to its threshold at a location; told once until it recovers."""

    variant_id: int
    location_id: int


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """A customer's record was made or edited."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A shopper, a member or an API key placed an order; it may still be unpaid."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """An order's whole amount is in."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order will not be delivered; what was promised to it has been released."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderFulfilled:
    """A parcel of an order left; the order may be fulfilled in part."""

    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, slots=True)
class OrderDelivered:
    """A parcel arrived."""

    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """A payment's money was confirmed by its provider or by a member."""

    payment_id: int


@dataclass(frozen=True, slots=True)
class PaymentExpired:
    """A payment's time ran out before any money came."""

    payment_id: int


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """Money went back to the shopper."""

    refund_id: int
