"""Every question about orders: `from core.orders import selectors as orders`."""

from core.orders.selectors.finding import bulk_run, order_by_public_id, order_by_token
from core.orders.selectors.listing import (
    BEHIND_NUMBERS,
    MOST_IN_BULK,
    VIEWS,
    Listed,
    OrderFilter,
    chosen_orders,
    found_orders,
    ids_in_list,
    known_tags,
    listed_orders,
    order_list,
    order_page,
    saved_views,
    view_counts,
)
from core.orders.selectors.papers import (
    invoice_of,
    invoice_papers,
    packing_slips,
)
from core.orders.selectors.timeline import Happening, timeline

__all__ = [
    "BEHIND_NUMBERS",
    "MOST_IN_BULK",
    "VIEWS",
    "Happening",
    "Listed",
    "OrderFilter",
    "bulk_run",
    "chosen_orders",
    "found_orders",
    "ids_in_list",
    "invoice_of",
    "invoice_papers",
    "known_tags",
    "listed_orders",
    "order_by_public_id",
    "order_by_token",
    "order_list",
    "order_page",
    "packing_slips",
    "saved_views",
    "timeline",
    "view_counts",
]
