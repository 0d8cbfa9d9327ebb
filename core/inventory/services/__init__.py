"""The verbs of stock. `from core.inventory import services as inventory`, then `inventory.allocate(...)`."""

from core.inventory.services.counts import adjust, receive, receive_delivery, set_count, set_rules, take_back
from core.inventory.services.ledger import InsufficientStock
from core.inventory.services.locations import LocationInUse, create_location, make_default, update_location
from core.inventory.services.promises import (
    NotAllocated,
    allocate,
    consume,
    end_overdue,
    end_reservation,
    release,
    reserve,
    restock,
    unreserve,
)
from core.inventory.services.transfers import (
    TransferMoveRefused,
    cancel_transfer,
    create_transfer,
    edit_transfer,
    receive_transfer,
    send_transfer,
)

__all__ = [
    "InsufficientStock",
    "LocationInUse",
    "NotAllocated",
    "TransferMoveRefused",
    "adjust",
    "allocate",
    "cancel_transfer",
    "consume",
    "create_location",
    "create_transfer",
    "edit_transfer",
    "end_overdue",
    "end_reservation",
    "make_default",
    "receive",
    "receive_delivery",
    "receive_transfer",
    "release",
    "reserve",
    "restock",
    "send_transfer",
    "set_count",
    "set_rules",
    "take_back",
    "unreserve",
    "update_location",
]
