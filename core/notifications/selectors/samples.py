"""An order that nobody placed, so that a mail can be looked at before it is ever sent."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.fulfilment.models import Fulfilment
from core.kernel import profile
from core.notifications.selectors.stories import Shortage, Story
from core.orders.models import Order, OrderLine, OrderState, PaymentState
from core.payments import selectors as payments
from core.payments.models import BankAccount, Payment, Refund

_UNPAID = ("order_placed", "staff_order_placed", "payment_expired")
_CANCELLED = ("order_cancelled", "payment_expired")


def sample(kind: str, *, now: datetime) -> Story:
    """A made-up story for a mail of this kind. Nothing of it is stored."""
    order = _order(kind, now)
    line = OrderLine(
        order=order,
        product_title=_("Sample product"),
        variant_title=_("Medium"),
        quantity=2,
        unit_amount=75_000,
        total_amount=150_000,
    )
    return Story(
        key="sample",
        about=order.number,
        happened_at=now,
        order=order,
        lines=[line],
        payment=_payment(order, now),
        accounts=list(payments.bank_accounts()) or [_account()],
        parcel=_parcel(order, now) if kind in ("order_shipped", "order_delivered") else None,
        sent=[(line, line.quantity)],
        refund=Refund(amount=order.total_amount, reason=_("Out of stock")),
        shortages=[Shortage(_("Sample product"), "SKU-1", _("Main warehouse"), 3)],
        shortage_count=1,
    )


def _order(kind: str, now: datetime) -> Order:
    state = OrderState.CANCELLED if kind in _CANCELLED else OrderState.OPEN
    paid = PaymentState.UNPAID if kind in _UNPAID else PaymentState.PAID
    return Order(
        number=f"{profile.current().order_prefix}-1001",
        public_id="sample",
        token="sample",  # noqa: S106
        placed_at=now,
        state=state,
        payment_state=paid,
        customer_name="Dewi Lestari",
        recipient_name="Dewi Lestari",
        address_line="Jl. Ir. H. Juanda 12",
        village="Dago",
        district="Coblong",
        regency="Kota Bandung",
        province="Jawa Barat",
        postcode="40135",
        shipping_method_name=_("Regular shipping"),
        payment_method="MANUAL_TRANSFER",
        cancel_reason=_("Out of stock"),
        **_amounts(),
    )


def _amounts() -> dict[str, Any]:
    return {
        "subtotal_amount": 150_000,
        "shipping_amount": 20_000,
        "unique_code_amount": 417,
        "total_amount": 170_417,
    }


def _payment(order: Order, now: datetime) -> Payment:
    hours = profile.current().payment_hours
    return Payment(
        method="MANUAL_TRANSFER",
        amount=order.total_amount,
        unique_code_amount=order.unique_code_amount,
        expires_at=now + timedelta(hours=hours),
    )


def _account() -> BankAccount:
    return BankAccount(bank="BCA", number="1234567890", holder=_("Your name"))


def _parcel(order: Order, now: datetime) -> Fulfilment:
    return Fulfilment(order=order, courier_name="JNE", waybill="JNE0012345678", shipped_at=now)
