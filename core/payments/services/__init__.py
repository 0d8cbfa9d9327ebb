"""Every verb of a payment: `from core.payments import services as payments`."""

from core.payments.services.asking import ask_again, check_payment, lapse, lapse_overdue
from core.payments.services.cancelling import cancel_open
from core.payments.services.connections import GatewayDown, GatewayRefusal, notify_url
from core.payments.services.expiry import expire
from core.payments.services.locking import MethodUnavailable, PaymentClosed
from core.payments.services.methods import (
    MethodIncomplete,
    add_bank_account,
    check_connection,
    connect_gateway,
    disconnect_gateway,
    edit_method,
    order_methods,
    remove_bank_account,
)
from core.payments.services.notices import NoticeRefused, apply_notice, keep_notice
from core.payments.services.opening import TransfersExhausted, open, start  # noqa: A004
from core.payments.services.outcomes import apply_outcome
from core.payments.services.receiving import BY_HAND, AmountDiffers, confirm_transfer
from core.payments.services.refunding import (
    RefundTooLarge,
    RefundWish,
    refund,
    refund_as_seen,
    refundable_now,
    send_refund,
)

__all__ = [
    "BY_HAND",
    "AmountDiffers",
    "GatewayDown",
    "GatewayRefusal",
    "MethodIncomplete",
    "MethodUnavailable",
    "NoticeRefused",
    "PaymentClosed",
    "RefundTooLarge",
    "RefundWish",
    "TransfersExhausted",
    "add_bank_account",
    "apply_notice",
    "apply_outcome",
    "ask_again",
    "cancel_open",
    "check_connection",
    "check_payment",
    "confirm_transfer",
    "connect_gateway",
    "disconnect_gateway",
    "edit_method",
    "expire",
    "keep_notice",
    "lapse",
    "lapse_overdue",
    "notify_url",
    "open",
    "order_methods",
    "refund",
    "refund_as_seen",
    "refundable_now",
    "remove_bank_account",
    "send_refund",
    "start",
]
