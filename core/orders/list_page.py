"""The page of the order list, and the same list as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.kernel.exports import Cell
from core.orders import registry, selectors, showing
from core.orders.forms import OrderFilterForm, SaveViewForm
from core.orders.models import Order
from core.orders.selectors import OrderFilter
from tenants.permissions import Permission
from tenants.requests import StoreRequest

# What the orders of a view wait for; a phone shows one or two buttons before it scrolls.
_NEXT = {"to_ship": ("SHIP", "SLIPS"), "on_the_way": ("DELIVER",)}


def show_list(
    request: StoreRequest, *, save_form: SaveViewForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list as the address narrows it; htmx gets the rows alone."""
    form, told, filters = _asked(request.GET)
    base = reverse("orders:list")
    found, cursor = selectors.listed_orders(filters, after=request.GET.get("after", "")[:400])
    context = {
        "rows": showing.rows_of(found),
        "next_url": showing.with_query(base, told, after=cursor or "") if cursor else "",
        "first_url": showing.with_query(base, told) if request.GET.get("after") else "",
        "told": told,
        "query": urlencode(told),
        "is_narrowed": bool(told),
        "chips": showing.chips(base, told),
        "clear_url": showing.with_query(base, {"view": told.get("view", "")}),
        "bulk_actions": _bulk_actions(request.actor.permissions, told.get("view", "")),
    }
    if request.htmx and not request.htmx.boosted:
        return render(request, "dashboard/orders/list.html#results", context)
    saved = selectors.saved_views()
    context |= {
        "views": showing.view_tabs(base, told, selectors.view_counts(), saved),
        "kept": tuple((name, value) for name, value in told.items() if name != "q"),
        "filters": _filter_sheet(form, told, base),
        "save_form": save_form or SaveViewForm(initial={"query": urlencode(told)}),
        "saved_now": next((view for view in saved if showing.is_same(view.query, urlencode(told))), None),
        "may_edit": request.actor.may(Permission.EDIT_ORDERS),
        "known_tags": selectors.known_tags(),
    }
    return render(request, "dashboard/orders/list.html", context, status=status)


def _asked(told: QueryDict) -> tuple[OrderFilterForm | None, dict[str, str], OrderFilter]:
    """The filters of an address: the form, None where nothing is narrowed, and what it understood."""
    if not told.keys() - {"after"}:
        return None, {}, OrderFilter()
    form = OrderFilterForm(told)
    return form, form.told(), form.filters()


def _filter_sheet(form: OrderFilterForm | None, told: dict[str, str], base: str) -> SafeString:
    """The sheet with every filter. One that understood everything says no more than that."""
    if form is not None and form.errors:
        return _drawn_sheet(form, told, base)
    return _kept_sheet(tuple(told.items()), base, get_language())


@lru_cache(maxsize=64)
def _kept_sheet(told: tuple[tuple[str, str], ...], base: str, language: str | None) -> SafeString:
    return _drawn_sheet(OrderFilterForm(dict(told)), dict(told), base)


def _drawn_sheet(form: OrderFilterForm, told: dict[str, str], base: str) -> SafeString:
    kept = [(name, value) for name, value in told.items() if name in ("view", "q")]
    context = {"action": base, "form": form, "keep": kept}
    return SafeString(render_to_string("components/filter_sheet.html", context))


@dataclass(frozen=True, slots=True, eq=False)
class _Action:
    """A button under the list, as components/bulk_bar.html asks for it."""

    label: Any
    value: str
    icon: str
    danger: bool = False


@lru_cache(maxsize=256)
def _bulk_actions(permissions: frozenset[Permission], view: str) -> tuple[_Action, ...]:
    """What this member may do with many orders; what the orders of this view wait for comes first."""
    rows = [
        (verb.position, _Action(verb.label, verb.code, verb.icon, verb.is_loss))
        for verb in registry.bulk_verbs.values()
        if verb.permission in permissions
    ]
    rows.append((30, _Action(gettext_lazy("Print packing slips"), "SLIPS", "printer")))
    wanted = _NEXT.get(view, ())
    ordered = sorted(rows, key=lambda row: (row[1].value not in wanted, row[0]))
    return tuple(action for _position, action in ordered)


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
