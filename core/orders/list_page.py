"""The page of the order list, and the same list as a file."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.kernel.exports import Cell
from core.orders import registry, selectors, showing
from core.orders.forms import OrderFilterForm, SaveViewForm
from core.orders.models import Order
from tenants.permissions import Actor, Permission
from tenants.requests import StoreRequest

# What the orders of a view wait for; a phone shows one or two buttons before it scrolls.
_NEXT = {"to_ship": ("SHIP", "SLIPS"), "on_the_way": ("DELIVER",)}


def show_list(
    request: StoreRequest, *, save_form: SaveViewForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list as the address narrows it; htmx gets the rows alone."""
    form = OrderFilterForm(request.GET)
    told, base = form.told(), reverse("orders:list")
    rows, cursor = selectors.order_page(form.filters(), after=request.GET.get("after", "")[:400])
    actor: Actor = request.actor
    context = {
        "rows": [showing.row_of(order) for order in rows],
        "next_url": showing.with_query(base, told, after=cursor or "") if cursor else "",
        "first_url": showing.with_query(base, told) if request.GET.get("after") else "",
        "told": told,
        "query": urlencode(told),
        "is_narrowed": bool(told),
        "chips": showing.chips(base, told),
        "clear_url": showing.with_query(base, {"view": told.get("view", "")}),
        "bulk_actions": _bulk_actions(actor, told.get("view", "")),
    }
    if request.htmx and not request.htmx.boosted:
        return render(request, "dashboard/orders/list.html#results", context)
    saved = selectors.saved_views()
    context |= {
        "form": form,
        "views": showing.view_tabs(base, told, selectors.view_counts(), saved),
        "kept": [(name, value) for name, value in told.items() if name in ("view", "q")],
        "save_form": save_form or SaveViewForm(initial={"query": urlencode(told)}),
        "saved_now": next((view for view in saved if showing.is_same(view.query, urlencode(told))), None),
        "may_edit": actor.may(Permission.EDIT_ORDERS),
        "known_tags": selectors.known_tags(),
    }
    return render(request, "dashboard/orders/list.html", context, status=status)


def _bulk_actions(actor: Actor, view: str) -> list[dict[str, Any]]:
    """What this member may do with many orders; what the orders of this view wait for comes first."""
    verbs = [verb for verb in registry.bulk_verbs.values() if actor.may(verb.permission)]
    rows = [
        (verb.position, {"label": verb.label, "value": verb.code, "icon": verb.icon, "danger": verb.is_loss})
        for verb in verbs
    ]
    rows.append((30, {"label": _("Print packing slips"), "value": "SLIPS", "icon": "printer"}))
    wanted = _NEXT.get(view, ())
    ordered = sorted(rows, key=lambda row: (row[1]["value"] not in wanted, row[0]))
    return [action for _position, action in ordered]


def export_rows(orders: Iterable[Order]) -> tuple[list[str], Iterable[list[Cell]]]:
    """Headings, and one line per order."""
    headings = [
        _("Order number"),
        _("Ordered"),
        _("State"),
        _("Payment"),
        _("Shipping"),
        _("Payment method"),
        _("Source"),
        _("Customer"),
        _("Phone"),
        _("E-mail"),
        _("Recipient's name"),
        _("Address"),
        _("Regency"),
        _("Province"),
        _("Postcode"),
        _("Products"),
        _("Units"),
        _("Subtotal"),
        _("Shipping price"),
        _("Discount"),
        _("Unique code"),
        _("Total"),
        _("Refunded"),
        _("Tags"),
        _("Note of the shopper"),
        _("Note of the staff"),
    ]
    return headings, (_line(order) for order in orders)


def _line(order: Order) -> list[Cell]:
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    street = f"{order.address_line}, {order.landmark}" if order.landmark else order.address_line
    return [
        order.number,
        order.placed_at,
        order.state,
        order.payment_state,
        order.fulfilment_state,
        order.payment_method,
        order.source,
        order.customer_name,
        order.phone,
        order.email,
        order.recipient_name,
        ", ".join(filter(None, [street, order.village, order.district])),
        order.regency,
        order.province,
        order.postcode,
        "; ".join(f"{line.quantity} x {line.sku}" for line in lines),
        sum(line.quantity for line in lines),
        order.subtotal_amount,
        order.shipping_amount,
        order.discount_amount,
        order.unique_code_amount,
        order.total_amount,
        order.refunded_amount,
        ", ".join(order.tags),
        order.note,
        order.staff_note,
    ]
