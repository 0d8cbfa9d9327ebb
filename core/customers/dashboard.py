"""What the seller sees of customers: the list, one of them, its edits."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.customers import registry, selectors
from core.customers import services as customers
from core.customers.forms import CustomerFilterForm, CustomerForm
from core.customers.models import Customer
from core.kernel import audit, phones
from core.kernel.errors import CommerceError
from core.kernel.exports import csv_file
from core.kernel.panels import Viewing
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

MOST_EXPORTED = 10_000


@require_safe
@requires(Permission.VIEW_CUSTOMERS)
def customer_list(request: StoreRequest) -> HttpResponse:
    """The customers, narrowed and sorted as the address says; htmx gets the rows alone."""
    form = CustomerFilterForm(request.GET)
    told, base = form.told(), reverse("customers:list")
    rows, cursor = selectors.customer_rows(form.filters(), after=request.GET.get("after", "")[:400])
    context = {
        "rows": rows,
        "told": told,
        "query": urlencode(told),
        "is_narrowed": any(name != "sort" for name in told),
        "next_url": _with(base, told, after=cursor) if cursor else "",
        "first_url": _with(base, told) if request.GET.get("after") else "",
        "chips": _chips(base, told),
        "form": form,
        "kept": [("q", told["q"])] if "q" in told else [],
    }
    is_part = request.htmx and not request.htmx.boosted
    return render(request, f"dashboard/customers/list.html{'#results' if is_part else ''}", context)


def _with(base: str, told: Mapping[str, str], **changes: str) -> str:
    query = {name: value for name, value in {**told, **changes}.items() if value}
    return f"{base}?{urlencode(query)}" if query else base


def _chips(base: str, told: Mapping[str, str]) -> list[dict[str, Any]]:
    words = {"tag": _("Tag: %(value)s"), "q": _("“%(value)s”"), "marketing": _("Agreed to offers")}
    return [
        {
            "label": words[name] % {"value": value} if name != "marketing" else words[name],
            "url": _with(base, told, **{name: ""}),
            "on": True,
        }
        for name, value in told.items()
        if name in words
    ]


@require_safe
@requires(Permission.VIEW_CUSTOMERS)
@reads_replica
def export(request: StoreRequest) -> HttpResponse:
    """The filtered list as a CSV file, newest first."""
    filters = CustomerFilterForm(request.GET).filters()
    rows = selectors.customer_list(query=filters.q, tag=filters.tag, marketing=filters.marketing)
    headings = [_("Name"), _("Phone"), _("E-mail"), _("Orders"), _("Spent"), _("Latest order")]
    headings += [_("Tags"), _("Agreed to offers"), _("Since")]
    lines = (
        [
            row.name,
            row.phone,
            row.email,
            row.order_count,
            row.spent_amount,
            row.last_order_at,
            ", ".join(row.tags),
            int(row.accepts_marketing),
            row.created_at,
        ]
        for row in rows.order_by("-pk")[:MOST_EXPORTED]
    )
    return csv_file(f"customers-{timezone.localdate():%Y-%m-%d}", headings, lines)


@require_safe
@requires(Permission.VIEW_CUSTOMERS)
def detail(request: StoreRequest, public_id: str) -> HttpResponse:
    """One customer: figures, orders, addresses, note, consent."""
    customer = selectors.customer_page(public_id)
    actor = request.actor
    average = customer.spent_amount // customer.order_count if customer.order_count else 0
    context = {
        "customer": customer,
        "average_amount": average,
        "addresses": [_address(place) for place in customer.addresses.all()],
        "panels": registry.panels.panels(customer, Viewing(actor)),
        "whatsapp_url": _whatsapp(customer),
        "may_edit": actor.may(Permission.EDIT_CUSTOMERS),
        "consent": _consent(customer),
    }
    return render(request, "dashboard/customers/detail.html", context)


def _address(place: Any) -> dict[str, str]:
    names = ("landmark", "village", "district", "regency", "province", "postcode")
    return {
        "recipient": place.recipient_name,
        "phone": place.phone,
        "street": place.address_line,
        **{name: getattr(place, name) for name in names},
    }


def _whatsapp(customer: Customer) -> str:
    if not customer.phone or not phones.is_mobile(customer.phone):
        return ""
    return phones.whatsapp_link(customer.phone)


def _consent(customer: Customer) -> Any:
    """The latest change of the consent to offers: when, and by whom."""
    changes = audit.history("customer", customer.public_id).filter(changes__has_key="accepts_marketing")
    return changes.first()


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def edit(request: StoreRequest, public_id: str) -> HttpResponse:
    """Change a customer's record, or show the form with what is wrong."""
    customer = selectors.customer_page(public_id)
    form = CustomerForm(request.POST) if request.method == "POST" else CustomerForm.about(customer)
    if form.is_bound and form.is_valid():
        try:
            customers.edit_customer(public_id=public_id, changes=form.changes(customer), actor=request.actor)
        except CommerceError as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("The customer is saved."))
            return redirect("customers:detail", public_id)
    return render(
        request,
        "dashboard/customers/edit.html",
        {"customer": customer, "form": form, "known_tags": selectors.known_tags()},
        status=422 if form.errors else 200,
    )
