"""Every verb of an order: `from core.orders import services as orders`."""

from core.orders.services.cancelling import cancel, reopen
from core.orders.services.delivery import mark_delivered, mark_fulfilled
from core.orders.services.drafts import DraftAddress, DraftLine, OrderDraft
from core.orders.services.editing import edit_address, set_staff_note, set_tags
from core.orders.services.locking import MoveRefused, lock_order
from core.orders.services.money import expect_payment, mark_paid, mark_refunded, mark_reversed
from core.orders.services.placing import create, set_unique_code

__all__ = [
    "DraftAddress",
    "DraftLine",
    "MoveRefused",
    "OrderDraft",
    "cancel",
    "create",
    "edit_address",
    "expect_payment",
    "lock_order",
    "mark_delivered",
    "mark_fulfilled",
    "mark_paid",
    "mark_refunded",
    "mark_reversed",
    "reopen",
    "set_staff_note",
    "set_tags",
    "set_unique_code",
]
