"""Every question about orders: `from core.orders import selectors as orders`."""

from core.orders.selectors.finding import order_by_public_id, order_by_token

__all__ = [
    "order_by_public_id",
    "order_by_token",
]
