"""The checkout: one page until the order is placed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.checkout.selectors import Quote
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from core.payments import selectors as payments
from storefront import areas, cart_cookie
from storefront.areas import Area
from storefront.forms import CheckoutForm
from storefront.views.frame import FOLDER, show
from tenants.permissions import SHOPPER, public


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout_page(request: HttpRequest) -> HttpResponse:
    """Address, shipping and payment with all costs. A POST counts again and orders nothing."""
    form = CheckoutForm(request.POST) if request.method == "POST" else CheckoutForm()
    try:
        if request.POST.get("step") == "accept":
            checkout.accept_changes(cart_id=_cart_id(request), now=timezone.now())
        return _page(request, form, keep_errors=False)
    except CommerceError as refusal:
        return _to_cart(request, refusal)


@public
@require_POST
@never_cache
def place(request: HttpRequest) -> HttpResponse:
    """Order the cart. Sent twice, it leads to the same order."""
    form = CheckoutForm(_completed(request))
    if not form.is_valid():
        return _again(request, form, 422)
    try:
        order = checkout.place_order(
            cart_id=_cart_id(request),
            purchase=form.purchase(get_language() or "id"),
            now=timezone.now(),
            actor=SHOPPER,
        )
    except InvalidInput as wrong:
        field = {"region_code": "area"}.get(wrong.field, wrong.field)
        form.add_error(field if field in form.fields else None, wrong.message)
        return _again(request, form, 422)
    except CommerceError as refusal:
        form.add_error(None, refusal.message)
        return _again(request, form, refusal.http_status)
    response = HttpResponse(status=303, headers={"Location": reverse("storefront:pay", args=[order.token])})
    cart_cookie.forget(response, request)
    return response


@public
@require_safe
def region_suggestions(request: HttpRequest) -> HttpResponse:
    """What somebody may mean while typing a village or a postcode."""
    return render(request, f"{FOLDER}/_regions.html", {"regions": areas.found(request.GET.get("q", ""))})


def _again(request: HttpRequest, form: CheckoutForm, status: int) -> HttpResponse:
    try:
        return _page(request, form, keep_errors=True, status=status)
    except NotFound as missing:
        return _to_cart(request, missing)


def _to_cart(request: HttpRequest, refusal: CommerceError) -> HttpResponse:
    """There is nothing to check out. Say why to somebody who was in the middle of it."""
    if request.method == "POST":
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("storefront:cart"))


def _page(request: HttpRequest, form: CheckoutForm, *, keep_errors: bool, status: int = 200) -> HttpResponse:
    told = form.data
    area = _area(told)
    cart = carts.open_cart(_cart_id(request), now=timezone.now())
    quote = _quote(cart, area, told.get("shipping_method", "")[:32])
    if not quote.lines:
        raise NotFound(_("Your cart is empty."))
    methods = payments.methods_for_checkout(quote.total_amount)
    shown = form if keep_errors else CheckoutForm(initial=dict(told.items()))
    if area.region and not keep_errors:
        shown.initial["area"] = area.region.label
    shown.fields["area"].widget.attrs["data-suggest"] = reverse("storefront:regions")
    return show(
        request,
        "checkout.html",
        {
            "page_title": _("Checkout"),
            "noindex": True,
            "form": shown,
            "cart_id": cart.public_id,
            "quote": quote,
            "area": area,
            "area_was_asked": bool(told.get("area", "").strip()),
            "methods": methods,
            "payment": _chosen_payment(methods, told.get("payment_method", "")),
            "sums": _sums(quote),
        },
        status=status,
    )


def _quote(cart: Any, area: Area, method_id: str) -> Quote:
    """Price the cart; a method that is the only one is chosen."""
    quote = carts.quote(cart, region_code=area.code, method_id=method_id)
    if quote.chosen is None and len(quote.options) == 1 and area.region:
        return carts.quote(cart, region_code=area.code, method_id=quote.options[0].public_id)
    return quote


def _completed(request: HttpRequest) -> QueryDict:
    """The form as sent, with what has only one answer filled in."""
    told = request.POST.copy()
    told["region_code"] = _area(told).code
    if not told.get("payment_method"):
        methods = payments.methods_for_checkout(1)
        if len(methods) == 1:
            told["payment_method"] = methods[0].code
    return told


def _area(told: Any) -> Area:
    """What was typed as the area, and the region that was picked from a list."""
    return areas.meant(told.get("area", ""), told.get("region_choice") or told.get("region_code", ""))


def _chosen_payment(methods: list[payments.CheckoutMethod], told: str) -> str:
    codes = [method.code for method in methods]
    if told in codes:
        return told
    return codes[0] if len(codes) == 1 else ""


def _cart_id(request: HttpRequest) -> str:
    told = request.POST.get("cart", "")
    return told if cart_cookie.is_cart_id(told) else cart_cookie.cart_id_of(request)


def _sums(quote: Quote) -> list[dict[str, Any]]:
    shipping = (
        {"label": _("Shipping"), "amount": quote.shipping_amount}
        if quote.chosen
        else {"label": _("Shipping"), "value": _("after the address")}
    )
    return [
        {"label": _("Subtotal"), "amount": quote.subtotal_amount},
        shipping,
        {"label": _("Total"), "amount": quote.total_amount, "total": True},
    ]
