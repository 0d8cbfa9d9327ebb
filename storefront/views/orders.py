"""After the purchase: on to the gateway, and the page that follows an order without a login."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kernel.errors import CommerceError, NotFound
from core.orders import selectors as orders
from core.payments import selectors as payments
from core.payments import services as paying
from storefront.views.frame import origin_of, show
from tenants.permissions import public

POLL_SECONDS = 20


@public
@require_safe
@never_cache
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to the gateway's page.

    A page with a Refresh header, not a redirect: browsers hold a form's whole chain of redirects to this
    page's form-action, and the gateway is not in it.
    """
    order = _order(token)
    there = _private(HttpResponseRedirect(reverse("storefront:order", args=[token])))
    payment = payments.payment_of(order.pk)
    if payment is None or not payment.is_open:
        return there
    status_url = f"{origin_of(request)}{reverse('storefront:order', args=[token])}"
    try:
        url = paying.start(payment_id=payment.pk, return_url=status_url, now=timezone.now())
    except CommerceError as refusal:
        context = {"order": order, "problem": refusal.message}
        return _private(show(request, "pay.html", context, status=503))
    if url == status_url:
        return there
    response = _private(show(request, "pay.html", {"order": order, "gateway_url": url}))
    response.headers["Refresh"] = f"0; url={url}"
    return response


@public
@require_safe
@never_cache
def order(request: HttpRequest, token: str) -> HttpResponse:
    """Where an order stands, how to pay it, and where its parcel is."""
    found = _order(token)
    payment = payments.payment_of(found.pk)
    waits = payment is not None and payment.is_open and found.payment_state == "UNPAID"
    is_transfer = found.payment_method == "MANUAL_TRANSFER"
    response = show(
        request,
        "order.html",
        {
            "order": found,
            "lines": list(found.lines.all()),
            "payment": payment if waits and found.state == "OPEN" else None,
            "is_transfer": is_transfer,
            "accounts": list(payments.bank_accounts()) if waits and is_transfer else [],
            "now": timezone.now(),
            "sums": _sums(found),
            "address": _address(found),
        },
    )
    if waits and found.payment_method == "MIDTRANS":
        response.headers["Refresh"] = str(POLL_SECONDS)
    return _private(response)


def _order(token: str) -> Any:
    try:
        return orders.order_by_token(token)
    except NotFound as missing:
        raise Http404 from missing


def _private(response: HttpResponse) -> HttpResponse:
    """Whoever has the address sees the order, so it must not leave through a referrer or a search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _address(order: Any) -> dict[str, str] | None:
    if order.is_pickup:
        return None
    names = ("landmark", "village", "district", "regency", "province", "postcode")
    return {
        "recipient": order.recipient_name,
        "phone": order.address_phone,
        "street": order.address_line,
        **{name: getattr(order, name) for name in names},
    }


def _sums(order: Any) -> list[dict[str, Any]]:
    rows = [
        {"label": _("Subtotal"), "amount": order.subtotal_amount},
        {"label": _("Shipping"), "amount": order.shipping_amount},
        {"label": _("Discount"), "amount": -order.discount_amount},
        {"label": _("Unique code"), "amount": order.unique_code_amount},
        {"label": _("Total"), "amount": order.total_amount, "total": True},
    ]
    always = (_("Subtotal"), _("Shipping"), _("Total"))
    return [row for row in rows if row["amount"] or row["label"] in always]
