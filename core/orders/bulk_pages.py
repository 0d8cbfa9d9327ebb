"""Many orders at once: say what will happen, do it, and show what became of each."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.kernel import pdf
from core.orders import registry, selectors, services, showing
from core.orders.forms import OrderFilterForm
from core.orders.models import BulkRun, Order
from core.orders.registry import BulkVerb
from tenants.permissions import Permission, PermissionRefused, requires
from tenants.requests import StoreRequest

SLIPS = "SLIPS"


@require_POST
@requires(Permission.VIEW_ORDERS)
def prepare(request: StoreRequest) -> HttpResponse:
    """The chosen orders, what will happen to them in numbers, and what the seller may add."""
    chosen = selectors.chosen_orders(_chosen_ids(request))
    if not chosen:
        messages.info(request, _("Tick at least one order first."))
        return redirect("orders:list")
    if request.POST.get("action") == SLIPS:
        return pdf.answer(pdf.render("packing_slips.typ", selectors.packing_slips(chosen)), "packing-slips")
    verb = _verb(request)
    return _draw(request, verb, chosen, verb.form(orders=chosen))


@require_POST
@requires(Permission.VIEW_ORDERS)
def start(request: StoreRequest) -> HttpResponse:
    """Do it to each order, at once or in the background, and lead on to the results."""
    verb = _verb(request)
    chosen = selectors.chosen_orders(request.POST.getlist("selected"))
    form = verb.form(request.POST, orders=chosen)
    if not chosen or not form.is_valid():
        return _draw(request, verb, chosen, form)
    run = services.start_bulk(
        verb=verb.code,
        order_ids=[order.public_id for order in chosen],
        told=form.told(),
        actor=request.actor,
        now=timezone.now(),
    )
    return redirect("orders:bulk_run", run.public_id)


def _chosen_ids(request: StoreRequest) -> list[str]:
    if request.POST.get("everything"):
        told = dict(parse_qsl(request.POST.get("query", "")[:500]))
        return selectors.ids_in_list(OrderFilterForm(told).filters())
    return request.POST.getlist("selected")


def _verb(request: StoreRequest) -> BulkVerb:
    """The verb that was pressed. Which permission it takes is known only now."""
    verb = registry.bulk_verbs.get(request.POST.get("action", ""))
    if verb is None:
        raise Http404
    if not request.actor.may(verb.permission):
        raise PermissionRefused(verb.permission)
    return verb


def _draw(request: StoreRequest, verb: BulkVerb, chosen: list[Order], form: Any) -> HttpResponse:
    context = {
        "verb": verb,
        "form": form,
        "orders": chosen,
        "rows": showing.rows_of(chosen),
        "says": verb.preview(chosen),
        "is_long": len(chosen) > services.AT_ONCE,
    }
    return render(request, "dashboard/orders/bulk.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.VIEW_ORDERS)
def run(request: StoreRequest, public_id: str) -> HttpResponse:
    """What became of each order; while it goes on, how far it has come."""
    found = selectors.bulk_run(public_id)
    part = "#progress" if request.htmx and not found.is_over else ""
    response = render(request, f"dashboard/orders/bulk_run.html{part}", _results(found))
    if request.htmx and found.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


def _results(found: BulkRun) -> dict[str, Any]:
    orders = {order.public_id: order for order in selectors.chosen_orders(found.order_ids)}
    rows = [
        {
            "order": orders.get(public_id),
            "label": orders[public_id].number if public_id in orders else public_id,
        }
        | {"reason": found.results.get(public_id), "is_done": found.results.get(public_id) == ""}
        for public_id in found.order_ids
    ]
    done = [row for row in rows if row["is_done"]]
    return {
        "run": found,
        "verb": registry.bulk_verbs.get(found.verb),
        "rows": rows,
        "done": len(done),
        "refused": [row for row in rows if row["reason"]],
        "has_invoices": found.verb == "INVOICE" and bool(done),
    }


@require_POST
@requires(Permission.VIEW_ORDERS)
def stop(request: StoreRequest, public_id: str) -> HttpResponse:
    """Stop a run; what is done stays done."""
    found = selectors.bulk_run(public_id)
    verb = registry.bulk_verbs.get(found.verb)
    if verb is not None and not request.actor.may(verb.permission):
        raise PermissionRefused(verb.permission)
    services.stop_bulk(public_id=public_id)
    return redirect("orders:bulk_run", public_id)


@require_safe
@requires(Permission.VIEW_ORDERS)
def invoices(request: StoreRequest, public_id: str) -> HttpResponse:
    """The invoices of a run in one file."""
    found = selectors.bulk_run(public_id)
    done = [order for order in selectors.chosen_orders(found.order_ids) if hasattr(order, "invoice")]
    if not done:
        return redirect("orders:bulk_run", public_id)
    content = selectors.invoice_papers([order.invoice for order in done])
    return pdf.answer(pdf.render("invoices.typ", content), "invoices")
