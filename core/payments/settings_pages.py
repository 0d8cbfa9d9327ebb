"""The pages where a seller chooses how to be paid."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kernel import store_settings
from core.kernel.errors import CommerceError
from core.payments import selectors, services
from core.payments.models import MethodCode
from core.payments.settings_desk import method_setting, method_settings
from core.payments.settings_forms import AccountForm, HoursForm, KeysForm, MethodForm
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_safe
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def methods(request: StoreRequest) -> HttpResponse:
    """Every way to pay, in the order in which shoppers see them."""
    return _methods(request)


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def arrange(request: StoreRequest) -> HttpResponse:
    """Offer the ways to pay in another order."""
    codes = [code for code in request.POST.getlist("order") if code in MethodCode.values]
    services.order_methods(codes=codes, actor=request.actor)
    return HttpResponse(status=204) if request.htmx else redirect("payments:methods")


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def switch(request: StoreRequest, code: str) -> HttpResponse:
    """Offer a way to pay, or stop offering it. What is not set up yet leads to its page."""
    wanted = request.POST.get("is_enabled") == "1"
    try:
        services.edit_method(code=code, changes={"is_enabled": wanted}, actor=request.actor)
    except services.MethodIncomplete as refusal:
        messages.warning(request, refusal.message)
        return redirect("payments:method", code)
    return redirect("payments:methods")


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def set_hours(request: StoreRequest) -> HttpResponse:
    """Set how long an order waits for its money."""
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _methods(request, form)
    store_settings.update(changes=form.cleaned_data, actor=request.actor)
    messages.success(request, _("Saved. It counts for orders from now on."))
    return redirect("payments:methods")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def method(request: StoreRequest, code: str) -> HttpResponse:
    """One way to pay: its words, and its accounts or keys."""
    if request.method == "GET":
        return _method(request, code)
    form = MethodForm(request.POST)
    return _written(
        request,
        code,
        "form",
        form,
        lambda told: services.edit_method(code=code, changes=told, actor=request.actor),
    )


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def add_account(request: StoreRequest) -> HttpResponse:
    """Add a bank account to transfer to."""
    return _written(
        request,
        MethodCode.MANUAL_TRANSFER,
        "account_form",
        AccountForm(request.POST),
        lambda told: services.add_bank_account(**told, actor=request.actor),
    )


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def remove_account(request: StoreRequest, public_id: str) -> HttpResponse:
    """Take a bank account away."""
    services.remove_bank_account(public_id=public_id, actor=request.actor)
    messages.success(request, _("The account is no longer shown to shoppers."))
    return redirect("payments:method", MethodCode.MANUAL_TRANSFER)


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def connect(request: StoreRequest, code: str) -> HttpResponse:
    """Try the keys at the provider, and keep them when they open the account."""

    def write(told: dict[str, Any]) -> None:
        keys = {name: told[name] for name in ("server_key", "signature_key")}
        services.connect_gateway(
            code=code, credentials=keys, is_live=told["mode"] == "live", actor=request.actor
        )

    return _written(request, code, "keys_form", KeysForm(request.POST), write)


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def check(request: StoreRequest, code: str) -> HttpResponse:
    """Ask the provider whether the keys still open the account."""
    try:
        services.check_connection(code=code)
    except CommerceError as refusal:
        if refusal.http_status == 404:
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The provider accepts the keys."))
    return redirect("payments:method", code)


@require_POST
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def disconnect(request: StoreRequest, code: str) -> HttpResponse:
    """Forget the keys."""
    services.disconnect_gateway(code=code, actor=request.actor)
    messages.success(request, _("Disconnected. Shoppers are no longer offered this."))
    return redirect("payments:method", code)


def _written(
    request: StoreRequest,
    code: str,
    name: str,
    form: forms.Form,
    write: Callable[[dict[str, Any]], Any],
) -> HttpResponse:
    """One service call from a valid form, then the method's page; else the page with what is wrong."""
    if form.is_valid():
        try:
            write(form.cleaned_data)
        except CommerceError as refusal:
            if refusal.http_status == 404:
                raise
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, refusal.message)
    if not form.is_valid():
        return _method(request, code, {name: form})
    messages.success(request, _("Saved."))
    return redirect("payments:method", code)


def _methods(request: StoreRequest, form: HoursForm | None = None) -> HttpResponse:
    known = {"payment_hours": store_settings.current().profile.payment_hours}
    context = {"methods": method_settings(), "form": form or HoursForm(initial=known)}
    return render(request, "dashboard/payments/methods.html", context, status=422 if form else 200)


def _method(request: StoreRequest, code: str, sent: dict[str, forms.Form] | None = None) -> HttpResponse:
    setting = method_setting(code)
    known = {"title": setting.title, "instructions": setting.instructions}
    context = {
        "method": setting,
        "accounts": selectors.bank_accounts(),
        "form": MethodForm(initial=known),
        "account_form": AccountForm(),
        "keys_form": KeysForm(initial={"mode": "live" if setting.is_live else "sandbox"}),
        "banks": [
            "BCA",
            "Mandiri",
            "BRI",
            "BNI",
            "BSI",
            "CIMB Niaga",
            "Permata",
            "Danamon",
            "SeaBank",
            "Jago",
        ],
        **(sent or {}),
    }
    response = render(request, "dashboard/payments/method.html", context, status=422 if sent else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
