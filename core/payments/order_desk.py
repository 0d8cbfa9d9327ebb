"""What payments bring to the order desk: the payment panel, bulk confirming, names and words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.kernel.formats import format_money
from core.kernel.panels import Panel, Step, Viewing
from core.orders import registry
from core.orders.models import Order, OrderState
from core.orders.registry import BulkVerb, Tale
from core.payments import order_forms, selectors
from core.payments import services as payments
from core.payments.models import MAY_BECOME, MethodCode, Payment, PaymentState
from tenants.permissions import Actor, Permission

_TONES: dict[str, str] = {
    PaymentState.PENDING: "warning",
    PaymentState.AUTHORISED: "info",
    PaymentState.REVIEW: "info",
    PaymentState.PAID: "success",
    PaymentState.PARTLY_REFUNDED: "info",
    PaymentState.REVERSED: "danger",
    PaymentState.DISPUTED: "danger",
}
# The provider's words for the ways to pay that people know by another name.
_CHANNELS = {
    "qris": "QRIS",
    "gopay": "GoPay",
    "shopeepay": "ShopeePay",
    "dana": "DANA",
    "ovo": "OVO",
    **{f"{bank}_va": f"{bank.upper()} virtual account" for bank in ("bca", "bni", "bri", "cimb", "bsi")},
    "permata_va": "Permata virtual account",
    "echannel": "Mandiri Bill",
}
_GONE = ("FULFILLED", "DELIVERED")


@registry.panels.fill("payment")
def payment_panel(order: Order, viewing: Viewing) -> Panel:
    """Every attempt to pay an order, and what a member can do about the one that counts."""
    attempts = selectors.payments_of(order.pk)
    latest = selectors.in_force(attempts)
    confirm = _confirm_form(latest, order, viewing)
    refund = _refund_form(latest, viewing)
    return Panel(
        "dashboard/payments/panel.html",
        {
            "order": order,
            "attempts": [_attempt(row) for row in attempts],
            "payment": latest,
            "confirm_form": confirm,
            "is_late": latest is not None and not latest.is_open,
            "refund_form": refund,
            "is_gateway": latest is not None and latest.method == MethodCode.MIDTRANS,
            "may_check": viewing.actor.may(Permission.CONFIRM_PAYMENTS) and _may_be_checked(latest),
        },
        _step(order, latest, confirm, refund),
    )


def _attempt(row: Payment) -> dict[str, Any]:
    channel = row.provider_method
    return {
        "it": row,
        "tone": _TONES.get(row.state, "neutral"),
        "channel": _CHANNELS.get(channel, channel.replace("_", " ").capitalize()),
    }


def _confirm_form(payment: Payment | None, order: Order, viewing: Viewing) -> order_forms.ConfirmForm | None:
    if payment is None or not viewing.actor.may(Permission.CONFIRM_PAYMENTS):
        return None
    if payment.method not in payments.BY_HAND or PaymentState.PAID not in MAY_BECOME[payment.state]:
        return None
    return viewing.bound.get("confirm") or order_forms.ConfirmForm(payment)


def _refund_form(payment: Payment | None, viewing: Viewing) -> order_forms.RefundForm | None:
    if payment is None or not viewing.actor.may(Permission.REFUND_PAYMENTS):
        return None
    refundable = payments.refundable_now(payment)
    if payment.state not in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED) or refundable <= 0:
        return None
    return viewing.bound.get("refund") or order_forms.RefundForm(refundable)


def _may_be_checked(payment: Payment | None) -> bool:
    return payment is not None and payment.method == MethodCode.MIDTRANS and bool(payment.redirect_url)


def _step(order: Order, payment: Payment | None, confirm: Any, refund: Any) -> Step | None:
    """Confirm what was transferred or collected; give back what a cancelled order was paid."""
    if order.state == OrderState.CANCELLED:
        return Step(_("Refund the money"), "undo-2", url="#refund") if refund is not None else None
    if payment is None or confirm is None or not payment.is_open:
        return None
    if payment.method == MethodCode.COD and order.fulfilment_state not in _GONE:
        return None
    label = _("Confirm %(amount)s") % {"amount": format_money(payment.amount, payment.currency)}
    return Step(label, "banknote", form="confirm-payment")


def _confirm(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    payment = selectors.payment_of(order.pk)
    if payment is None:
        raise payments.PaymentClosed(_("Nothing is to be paid for this order."))
    if payment.state == PaymentState.PAID:
        raise payments.PaymentClosed(_("It is paid already."))
    if not payment.is_open:
        raise payments.PaymentClosed(_("Its time to pay is over. Open the order to confirm a late transfer."))
    payments.confirm_transfer(payment_id=payment.pk, received_amount=payment.amount, actor=actor, now=now)


def _say_confirm(chosen: Sequence[Order]) -> str:
    waiting = [
        order for order in chosen if order.payment_state == "UNPAID" and order.state == OrderState.OPEN
    ]
    text = ngettext(
        "%(count)s payment of %(amount)s in all counts as received, each in its exact amount.",
        "%(count)s payments of %(amount)s in all count as received, each in its exact amount.",
        len(waiting),
    )
    amount = sum(order.total_amount for order in waiting)
    return text % {"count": len(waiting), "amount": format_money(amount)}


def _amount(changes: Mapping[str, Any]) -> str:
    amount = changes.get("received_amount") or changes.get("amount")
    shown = [format_money(amount)] if isinstance(amount, int) else []
    return " · ".join([*shown, *filter(None, [changes.get("reason"), changes.get("why")])])


def _sku(changes: Mapping[str, Any]) -> str:
    return str(changes.get("sku", ""))


registry.payment_methods.update(MethodCode.choices)
registry.add_bulk_verb(
    BulkVerb(
        code="CONFIRM",
        label=gettext_lazy("Confirm payments"),
        icon="banknote",
        position=10,
        permission=Permission.CONFIRM_PAYMENTS,
        form=order_forms.BulkConfirmForm,
        run=_confirm,
        preview=_say_confirm,
    )
)
registry.add_tales(
    {
        "payment.paid": Tale(gettext_lazy("Payment received"), "banknote", "success", _amount),
        "payment.failed": Tale(gettext_lazy("Payment failed"), "circle-x", "warning"),
        "payment.expired": Tale(gettext_lazy("Time to pay ran out"), "clock", "warning"),
        "payment.cancelled": Tale(gettext_lazy("Payment called off"), "circle-x", "neutral"),
        "payment.review": Tale(gettext_lazy("The provider examines the payment"), "search", "info"),
        "payment.authorised": Tale(gettext_lazy("Payment authorised"), "shield-check", "info"),
        "payment.disputed": Tale(gettext_lazy("The payment is disputed"), "triangle-alert", "danger"),
        "refund.requested": Tale(gettext_lazy("Refund asked for"), "undo-2", "info", _amount),
        "order.paid_again": Tale(
            gettext_lazy("Paid a second time: give this payment back"), "triangle-alert", "danger", _amount
        ),
        "order.paid_too_late": Tale(
            gettext_lazy("The money came too late: the goods are gone. Give it back"),
            "triangle-alert",
            "danger",
            _sku,
        ),
        "order.refunded": Tale(gettext_lazy("Money went back to the shopper"), "undo-2", "warning", _amount),
        "refund.refused": Tale(
            gettext_lazy("The provider refused the refund"), "circle-x", "danger", _amount
        ),
    }
)
