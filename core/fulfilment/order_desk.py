"""What fulfilment brings to the order desk: the parcels panel, bulk shipping, search by waybill, words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.fulfilment import forms, selectors
from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment, FulfilmentState
from core.kernel.panels import Panel, Step, Viewing
from core.orders import registry
from core.orders import services as orders
from core.orders.models import Order
from core.orders.registry import BulkVerb, Tale
from tenants.permissions import Actor, Permission


@registry.panels.fill("parcels")
def parcels_panel(order: Order, viewing: Viewing) -> Panel:
    """The parcels of an order, and the form for the next one."""
    parcels = selectors.fulfilments_of(order.pk)
    may_fulfil = viewing.actor.may(Permission.FULFIL_ORDERS)
    may_ship = may_fulfil and order.may_be_shipped
    form = viewing.bound.get("ship") or (forms.ShipForm(order) if may_ship else None)
    return Panel(
        "dashboard/fulfilment/panel.html",
        {
            "order": order,
            "parcels": [_parcel(parcel, viewing, may_fulfil) for parcel in parcels],
            "form": form if may_ship else None,
            "left": sum(line.left_quantity for line in order.lines.all()),
            "couriers": forms.COURIERS,
            "why_not": _why_not(order),
        },
        Step(_step_label(order), "truck", url="#ship") if may_ship else None,
    )


def _parcel(parcel: Fulfilment, viewing: Viewing, may_fulfil: bool) -> dict[str, Any]:
    on_the_way = parcel.state == FulfilmentState.SHIPPED
    form = viewing.bound.get(f"waybill-{parcel.public_id}")
    if form is None and on_the_way and may_fulfil:
        form = forms.WaybillForm(
            initial={"courier_name": parcel.courier_name, "waybill": parcel.waybill},
            auto_id=f"{parcel.public_id}_%s",
        )
    return {"it": parcel, "lines": list(parcel.lines.all()), "form": form, "on_the_way": on_the_way}


def _step_label(order: Order) -> str:
    if order.is_pickup:
        return _("Hand over")
    left = sum(line.left_quantity for line in order.lines.all())
    return ngettext("Ship %(units)s unit", "Ship %(units)s units", left) % {"units": left}


def _why_not(order: Order) -> str:
    """Why nothing can leave now, where a seller may wonder."""
    if order.state == "OPEN" and not order.may_be_shipped and order.may_be_cancelled:
        return _("It can be shipped once it is paid.")
    return ""


@registry.finds_orders
def by_waybill(text: str) -> QuerySet:
    """Orders with a parcel of this waybill number."""
    return selectors.orders_with_waybill(text)


def _ship(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    courier = told.get("courier_name", "") or forms.courier_of(order)
    waybill = told.get("waybills", {}).get(order.public_id, "")
    fulfilment.ship(order_id=order.pk, courier_name=courier, waybill=waybill, actor=actor, now=now)


def _say_ship(chosen: Sequence[Order]) -> str:
    units = sum(line.left_quantity for order in chosen for line in order.lines.all())
    text = ngettext(
        "%(units)s unit leaves the stock, and its shopper is told.",
        "%(units)s units leave the stock, and their shoppers are told.",
        units,
    )
    return text % {"units": units}


def _deliver(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    parcels = [
        parcel for parcel in selectors.fulfilments_of(order.pk) if parcel.state == FulfilmentState.SHIPPED
    ]
    if not parcels:
        raise orders.MoveRefused(order, _("No parcel of it is on the way."))
    for parcel in parcels:
        fulfilment.deliver(fulfilment_id=parcel.pk, actor=actor, now=now)


def _say_deliver(chosen: Sequence[Order]) -> str:
    return _("Every parcel of these orders that is on the way counts as arrived.")


def _parcel_words(changes: Mapping[str, Any]) -> str:
    units = sum(changes.get("taken", {}).values())
    counted = ngettext("%(units)s unit", "%(units)s units", units) % {"units": units} if units else ""
    return " · ".join(filter(None, [counted, changes.get("courier_name"), changes.get("waybill")]))


registry.add_bulk_verb(
    BulkVerb(
        code="SHIP",
        label=gettext_lazy("Mark shipped"),
        icon="truck",
        position=20,
        permission=Permission.FULFIL_ORDERS,
        form=forms.BulkShipForm,
        run=_ship,
        preview=_say_ship,
        template="dashboard/fulfilment/bulk_ship.html",
    )
)
registry.add_bulk_verb(
    BulkVerb(
        code="DELIVER",
        label=gettext_lazy("Mark delivered"),
        icon="package-check",
        permission=Permission.FULFIL_ORDERS,
        form=forms.BulkForm,
        run=_deliver,
        preview=_say_deliver,
    )
)
registry.add_tales(
    {
        "fulfilment.shipped": Tale(gettext_lazy("Parcel sent"), "truck", "info", _parcel_words),
        "fulfilment.delivered": Tale(
            gettext_lazy("Parcel arrived"), "package-check", "success", _parcel_words
        ),
        "fulfilment.waybill_edited": Tale(
            gettext_lazy("Waybill corrected"), "square-pen", "neutral", _parcel_words
        ),
    }
)
