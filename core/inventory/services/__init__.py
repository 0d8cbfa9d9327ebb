"""The verbs of stock. `from core.inventory import services as inventory`, then `inventory.allocate(...)`."""

from core.inventory.services.counts import adjust, receive, set_count, set_rules
from core.inventory.services.ledger import InsufficientStock
from core.inventory.services.locations import create_location, make_default, update_location
from core.inventory.services.promises import (
    NotAllocated,
    allocate,
    consume,
    expire_reservations,
    release,
    reserve,
    restock,
    unreserve,
)

__all__ = [
    "InsufficientStock",
    "NotAllocated",
    "adjust",
    "allocate",
    "consume",
    "create_location",
    "expire_reservations",
    "make_default",
    "receive",
    "release",
    "reserve",
    "restock",
    "set_count",
    "set_rules",
    "unreserve",
    "update_location",
]
