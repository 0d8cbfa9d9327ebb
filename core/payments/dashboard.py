"""Money on the order's page: confirm what came in, ask the provider, give back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.kernel.errors import CommerceError
from core.kernel.formats import format_money
from core.orders.order_page import show_order
from core.payments import selectors
from core.payments import services as payments
from core.payments.models import Payment, RefundState
from core.payments.order_forms import ConfirmForm, RefundForm
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_POST
@requires(Permission.CONFIRM_PAYMENTS)
def confirm(request: StoreRequest, public_id: str) -> HttpResponse:
    """Write down that the money came, or show the order with what is wrong."""
    payment = selectors.payment_by_public_id(public_id)
    form = ConfirmForm(payment, request.POST)
    if form.is_valid():
        try:
            paid = payments.confirm_transfer(
                payment_id=payment.pk, **form.cleaned_data, actor=request.actor, now=timezone.now()
            )
        except CommerceError as refusal:
            form.add_error("received_amount", refusal.message)
        else:
            amount = format_money(paid.received_amount, paid.currency)
            messages.success(request, _("%(amount)s is confirmed.") % {"amount": amount})
            return _back(payment)
    return show_order(request, payment.order.public_id, bound={"confirm": form}, status=422)


@require_POST
@requires(Permission.CONFIRM_PAYMENTS)
def check(request: StoreRequest, public_id: str) -> HttpResponse:
    """Ask the provider what became of a payment."""
    payment = selectors.payment_by_public_id(public_id)
    payments.ask_again(payment_id=payment.pk)
    messages.info(request, _("We are asking the provider. Reload the page in a moment to see its answer."))
    return _back(payment)


@require_POST
@requires(Permission.REFUND_PAYMENTS)
def refund(request: StoreRequest, public_id: str) -> HttpResponse:
    """Give money back, or show the order with what is wrong."""
    payment = selectors.payment_by_public_id(public_id)
    form = RefundForm(payment.refundable_amount, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            row = payments.refund_as_seen(
                payment_id=payment.pk,
                refundable_seen=told["refundable_seen"],
                wish=payments.RefundWish(told["amount"], told["reason"], told["is_by_hand"]),
                actor=request.actor,
                now=timezone.now(),
            )
        except CommerceError as refusal:
            form.add_error("amount", refusal.message)
            messages.error(request, refusal.message)
        else:
            messages.success(request, _said(row.state, format_money(row.amount, payment.currency)))
            return _back(payment)
    return show_order(request, payment.order.public_id, bound={"refund": form}, status=422)


def _said(state: str, amount: str) -> str:
    if state == RefundState.DONE:
        return _("%(amount)s is noted as refunded.") % {"amount": amount}
    return _("The provider is asked to send %(amount)s back. The timeline shows its answer.") % {
        "amount": amount
    }


def _back(payment: Payment) -> HttpResponse:
    return redirect("orders:detail", payment.order.public_id)
