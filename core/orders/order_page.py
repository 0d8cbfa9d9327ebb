"""The page of one order: drawn for its own doors, and for those of the rooms that fill its panels."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.kernel.panels import Panel, Viewing
from core.orders import registry, selectors, showing
from core.orders.forms import NoteForm, TagsForm
from core.orders.models import Order
from tenants.permissions import Actor, Permission
from tenants.requests import StoreRequest


def show_order(
    request: StoreRequest, public_id: str, *, bound: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Draw the order as it stands now, with the forms in `bound` showing what is wrong with them."""
    actor: Actor = request.actor
    order = selectors.order_by_public_id(public_id)
    viewing = Viewing(actor, bound or {})
    panels = registry.panels.panels(order, viewing)
    return render(
        request,
        "dashboard/orders/detail.html",
        {**_facts(order), **_doors(order, actor, panels), **_forms(order, viewing), "panels": panels},
        status=status,
    )


def _facts(order: Order) -> dict[str, Any]:
    link = showing.status_url(order)
    return {
        "order": order,
        "lines": sorted(order.lines.all(), key=lambda line: line.pk),
        "badges": showing.badges(order),
        "sums": showing.sums(order),
        "address": showing.address(order),
        "method": showing.method_name(order.payment_method),
        "status_url": link,
        "whatsapp_url": showing.whatsapp_url(order, link),
        "timeline": selectors.timeline(order),
    }


def _forms(order: Order, viewing: Viewing) -> dict[str, Any]:
    return {
        "note_form": viewing.bound.get("note") or NoteForm(initial={"note": order.staff_note}),
        "tags_form": viewing.bound.get("tags") or TagsForm(initial={"tags": ", ".join(order.tags)}),
        "known_tags": selectors.known_tags(),
    }


def _doors(order: Order, actor: Actor, panels: Sequence[Panel]) -> dict[str, Any]:
    """What this member may do here: the next step first, the rest in a menu."""
    may_edit = actor.may(Permission.EDIT_ORDERS)
    address_stays = order.is_pickup or not order.may_be_cancelled
    return {
        "step": next((panel.step for panel in panels if panel.step is not None), None),
        "may_edit": may_edit,
        "address_url": "" if address_stays or not may_edit else _url("address", order),
        "actions": _actions(order, actor),
        "customer_url": _customer_url(order, actor),
    }


def _customer_url(order: Order, actor: Actor) -> str:
    if not actor.may(Permission.VIEW_CUSTOMERS):
        return ""
    return reverse("customers:detail", args=[order.customer.public_id])


def _actions(order: Order, actor: Actor) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [
        {"label": _("Print packing slip"), "url": _url("packing_slip", order), "icon": "printer"}
    ]
    if hasattr(order, "invoice"):
        entries.append({"label": _("Print invoice"), "url": _url("invoice", order), "icon": "file-text"})
    elif actor.may(Permission.EDIT_ORDERS):
        entries.append(
            {"label": _("Issue invoice"), "url": _url("invoice", order), "icon": "file-text", "post": True}
        )
    if actor.may(Permission.CANCEL_ORDERS) and order.may_be_cancelled:
        entries += [
            {"rule": True},
            {"label": _("Cancel order"), "url": _url("cancel", order), "icon": "circle-x", "danger": True},
        ]
    return entries


def _url(name: str, order: Order) -> str:
    return reverse(f"orders:{name}", args=[order.public_id])
