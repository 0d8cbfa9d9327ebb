"""After the purchase: on to the gateway, and the page that follows an order without a login."""

import re
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.fulfilment import selectors as fulfilment
from core.kernel import phones
from core.kernel.errors import CommerceError, NotFound
from core.orders import selectors as orders
from core.payments import selectors as payments
from core.payments import services as paying
from storefront import following
from storefront.views.frame import facts_of, origin_of, show
from tenants.permissions import SHOPPER, public

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
# In the address that a gateway leads back to, so that the page does not ask at once to pay again.
_BACK: Final = "back"


@public
@require_safe
@never_cache
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to the gateway's page.

    A page with a Refresh header, not a redirect: browsers hold a form's whole chain of redirects to this
    page's form-action, and the gateway is not in it.
    """
    order = _order(token)
    there = _private(_to_order(token))
    payment = payments.payment_of(order.pk)
    if payment is None or not payment.is_open:
        return there
    context = {"page_title": _("Payment"), "noindex": True, "order": order, "payment": payment}
    status_url = f"{origin_of(request)}{there.headers['Location']}"
    return_url = f"{status_url}?{_BACK}=1"
    try:
        url = paying.start(payment_id=payment.pk, return_url=return_url, now=timezone.now())
    except CommerceError as refusal:
        return _private(show(request, "pay.html", {**context, "problem": refusal.message}, status=503))
    if url == return_url:
        return there
    response = _private(show(request, "pay.html", {**context, "gateway_url": url}))
    response.headers["Refresh"] = f"1; url={url}"
    return response


@public
@require_safe
@never_cache
def order(request: HttpRequest, token: str) -> HttpResponse:
    """Where an order stands, how to pay it, and where its parcel is."""
    found = _order(token)
    payment = payments.payment_of(found.pk)
    sent = fulfilment.fulfilments_of(found.pk)
    word, tone = following.standing(found)
    context = {
        "page_title": _("Order %(number)s") % {"number": found.number},
        "noindex": True,
        "order": found,
        "lines": list(found.lines.all()),
        "standing": word,
        "tone": tone,
        "timeline": following.timeline(found, sent),
        "parcels": following.parcels(sent),
        "sums": _sums(found),
        "address": _address(found),
        "state_url": reverse("storefront:order_state", args=[token]),
        "version": following.version(found, payment),
        "ask_url": _ask_url(request, found),
        "is_back": _BACK in request.GET,
        **_payment(found, payment),
    }
    return _private(show(request, "order.html", context))


@public
@require_safe
@never_cache
def state(request: HttpRequest, token: str) -> HttpResponse:
    """A short text that changes when the order's page would: the page asks for it while it waits."""
    found = _order(token)
    version = following.version(found, payments.payment_of(found.pk))
    return _private(HttpResponse(version, content_type="text/plain; charset=utf-8"))


@public
@require_POST
def change_method(request: HttpRequest, token: str) -> HttpResponse:
    """Pay in another way, or once more in the same way."""
    found = _order(token)
    code = request.POST.get("payment_method", "")
    offered = _ways(found, payments.methods_for_checkout(found.total_amount))
    if code not in [method.code for method in offered]:
        messages.error(request, _("Choose how you pay."))
        return _private(_to_order(token))
    try:
        paying.open(order=found, method_code=code, now=timezone.now(), actor=SHOPPER)
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        return _private(_to_order(token))
    there = reverse("storefront:pay", args=[token])
    return _private(HttpResponse(status=303, headers={"Location": there}))


@public
@require_POST
def check(request: HttpRequest, token: str) -> HttpResponse:
    """ "I have paid": have the gateway asked now, should its own message be late."""
    payment = payments.payment_of(_order(token).pk)
    if payment is not None and payment.is_open and payment.method == "MIDTRANS":
        paying.check_payment(payment_id=payment.pk)
        messages.info(request, _("We are asking the payment provider. The result will show here."))
    return _private(_to_order(token))


def _order(token: str) -> Any:
    if not _TOKEN.fullmatch(token):
        raise Http404
    try:
        return orders.order_by_token(token)
    except NotFound as missing:
        raise Http404 from missing


def _to_order(token: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("storefront:order", args=[token]))


def _private(response: HttpResponse) -> HttpResponse:
    """Whoever has the address sees the order, so it must not leave through a referrer or a search engine."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _payment(order: Any, payment: Any) -> dict[str, Any]:
    """What is still to be paid, and how it may be."""
    waits = order.state == "OPEN" and order.payment_state == "UNPAID"
    if payment is None or not payment.is_open or not waits:
        return {"payment": None}
    methods = payments.methods_for_checkout(order.total_amount)
    return {
        "payment": payment,
        "now": timezone.now(),
        "failed": payment.state == "FAILED",
        "accounts": list(payments.bank_accounts()) if payment.method == "MANUAL_TRANSFER" else [],
        "instructions": next((each.instructions for each in methods if each.code == payment.method), ""),
        "other_methods": [each for each in _ways(order, methods) if each.code != payment.method],
    }


def _ways(order: Any, methods: list[payments.CheckoutMethod]) -> list[payments.CheckoutMethod]:
    """How an order may be paid now. Once a parcel is on its way, its way to be paid stays as it is."""
    return methods if order.may_be_cancelled else []


def _address(order: Any) -> dict[str, str] | None:
    if order.is_pickup:
        return None
    names = ("landmark", "village", "district", "regency", "province", "postcode")
    return {
        "recipient": order.recipient_name,
        "phone": phones.shown(order.address_phone) if order.address_phone else "",
        "street": order.address_line,
        **{name: getattr(order, name) for name in names},
    }


def _ask_url(request: HttpRequest, order: Any) -> str:
    number = facts_of(request).whatsapp_phone
    question = _("Hello, I have a question about my order %(number)s.") % {"number": order.number}
    return phones.whatsapp_link(number, question) if number else ""


def _sums(order: Any) -> list[dict[str, Any]]:
    rows = [
        (_("Subtotal"), order.subtotal_amount, True),
        (_("Shipping"), order.shipping_amount, True),
        (_("Discount"), -order.discount_amount, False),
        (_("Unique code"), order.unique_code_amount, False),
    ]
    shown = [{"label": label, "amount": amount} for label, amount, always in rows if amount or always]
    return [*shown, {"label": _("Total"), "amount": order.total_amount, "total": True}]
