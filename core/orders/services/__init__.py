"""Every verb of an order: `from core.orders import services as orders`."""

from core.orders.services.bulk import AT_ONCE, carry_on, carry_on_lost, start_bulk, stop_bulk
from core.orders.services.cancelling import cancel, reopen
from core.orders.services.delivery import mark_delivered, mark_fulfilled
from core.orders.services.drafts import DraftAddress, DraftLine, OrderDraft
from core.orders.services.editing import add_tags, edit_address, set_staff_note, set_tags
from core.orders.services.invoicing import issue_invoice
from core.orders.services.locking import MoveRefused, lock_order
from core.orders.services.money import expect_payment, mark_paid, mark_refunded, mark_reversed
from core.orders.services.placing import create
from core.orders.services.views import ViewExists, delete_view, save_view

__all__ = [
    "AT_ONCE",
    "DraftAddress",
    "DraftLine",
    "MoveRefused",
    "OrderDraft",
    "ViewExists",
    "add_tags",
    "cancel",
    "carry_on",
    "carry_on_lost",
    "create",
    "delete_view",
    "edit_address",
    "expect_payment",
    "issue_invoice",
    "lock_order",
    "mark_delivered",
    "mark_fulfilled",
    "mark_paid",
    "mark_refunded",
    "mark_reversed",
    "reopen",
    "save_view",
    "set_staff_note",
    "set_tags",
    "start_bulk",
    "stop_bulk",
]
