"""Ship what was sold, and note that it arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.fulfilment.models import MAY_BECOME, Fulfilment, FulfilmentLine, FulfilmentState
from core.inventory import services as inventory
from core.kernel import audit, ids, outbox
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from core.orders import services as orders
from core.orders.models import Order, OrderLine
from tenants.failpoints import failpoint
from tenants.permissions import Actor

LONGEST_LINE = 60


class FulfilmentClosed(CommerceError):
    """The parcel is not in a state from which this can be done."""

    code = "fulfilment_closed"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This parcel has already arrived."))


@transaction.atomic
def ship(
    *,
    order_id: int,
    quantities: Mapping[str, int] | None = None,
    courier_name: str = "",
    waybill: str = "",
    actor: Actor,
    now: datetime,
) -> Fulfilment:
    """Send units of an order in one parcel, or hand them over at the counter.

    quantities  SKU -> units; None for everything that is left
    Raises      MoveRefused when the order may not be shipped, InvalidInput for units it does not have
    Locks       the order, its lines, then its stock
    Records     OrderFulfilled, StockChanged
    """
    order = orders.lock_order(order_id)
    lines = {line.sku: line for line in order.lines.order_by("pk")}
    taken = _taken(lines, quantities)
    orders.mark_fulfilled(
        order_id=order.pk,
        quantities={lines[sku].pk: quantity for sku, quantity in taken.items()},
        actor=actor,
    )
    inventory.consume(reference=order.number, taken=taken, actor=actor)
    failpoint("fulfilment.after_consume")
    fulfilment = Fulfilment.objects.create(
        public_id=ids.new_id("ful"),
        order=order,
        location_id=order.location_id,
        courier_name=_line(courier_name, "courier_name"),
        waybill=_line(waybill, "waybill"),
        shipped_at=now,
    )
    FulfilmentLine.objects.bulk_create(
        FulfilmentLine(fulfilment=fulfilment, order_line=lines[sku], quantity=quantity)
        for sku, quantity in taken.items()
    )
    _note(actor, "fulfilment.shipped", order, fulfilment, {"taken": taken})
    outbox.record(events.OrderFulfilled(order_id=order.pk, fulfilment_id=fulfilment.pk))
    failpoint("fulfilment.before_commit")
    return fulfilment


@dataclass(frozen=True, slots=True)
class ParcelDraft:
    """What a member puts into a parcel. `quantities` maps SKUs to units; None is everything that is left."""

    quantities: Mapping[str, int] | None = None
    courier_name: str = ""
    waybill: str = ""


@transaction.atomic
def ship_as_seen(
    *, order_id: int, left_seen: int, parcel: ParcelDraft, actor: Actor, now: datetime
) -> Fulfilment:
    """Ship, if just as many units are left as the member saw: a form sent twice ships once.

    Raises   MoveRefused when a parcel left meanwhile, and whatever `ship` raises
    Locks    as `ship`
    Records  as `ship`
    """
    order = orders.lock_order(order_id)
    if sum(line.left_quantity for line in order.lines.all()) != left_seen:
        raise orders.MoveRefused(order)
    return ship(
        order_id=order_id,
        quantities=parcel.quantities,
        courier_name=parcel.courier_name,
        waybill=parcel.waybill,
        actor=actor,
        now=now,
    )


def _taken(lines: Mapping[str, OrderLine], quantities: Mapping[str, int] | None) -> dict[str, int]:
    if quantities is None:
        taken = {sku: line.left_quantity for sku, line in lines.items()}
    else:
        taken = dict(quantities)
    taken = {sku: quantity for sku, quantity in taken.items() if quantity}
    if not taken:
        raise InvalidInput(_("Choose at least one unit to send."), "quantities")
    for sku, quantity in taken.items():
        if sku not in lines or not 1 <= quantity <= lines[sku].left_quantity:
            raise InvalidInput(_("More units than are left to send."), "quantities")
    return taken


def _line(text: str, field: str) -> str:
    """One line without stray spaces. Raises InvalidInput for more than 60 characters."""
    cleaned = " ".join(text.split())
    if len(cleaned) > LONGEST_LINE:
        raise InvalidInput(_("Use at most 60 characters."), field)
    return cleaned


def _note(
    actor: Actor, action: str, order: Order, fulfilment: Fulfilment, changes: Mapping[str, object]
) -> None:
    audit.write(
        actor=actor,
        action=action,
        subject="order",
        subject_id=order.public_id,
        changes={
            "fulfilment": fulfilment.public_id,
            "courier_name": fulfilment.courier_name,
            "waybill": fulfilment.waybill,
            **changes,
        },
    )


def _lock_fulfilment(fulfilment_id: int) -> tuple[Fulfilment, Order]:
    order_id = Fulfilment.objects.filter(pk=fulfilment_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such parcel."))
    order = orders.lock_order(order_id)
    return Fulfilment.objects.select_for_update().get(pk=fulfilment_id), order


@transaction.atomic
def deliver(*, fulfilment_id: int, actor: Actor, now: datetime) -> Fulfilment:
    """Note that a parcel arrived. The last one of an order that is sent in full makes it delivered.

    Raises   NotFound. Delivering twice changes nothing
    Locks    the order, then the parcel
    Records  OrderDelivered
    """
    fulfilment, order = _lock_fulfilment(fulfilment_id)
    if FulfilmentState.DELIVERED not in MAY_BECOME[fulfilment.state]:
        return fulfilment
    fulfilment.state, fulfilment.delivered_at = FulfilmentState.DELIVERED, now
    fulfilment.save(update_fields=["state", "delivered_at"])
    if not order.fulfilments.filter(state=FulfilmentState.SHIPPED).exists():
        orders.mark_delivered(order_id=order.pk, actor=actor)
    _note(actor, "fulfilment.delivered", order, fulfilment, {})
    outbox.record(events.OrderDelivered(order_id=order.pk, fulfilment_id=fulfilment.pk))
    return fulfilment


@transaction.atomic
def edit_waybill(*, fulfilment_id: int, courier_name: str, waybill: str, actor: Actor) -> Fulfilment:
    """Correct who carries a parcel and under which number.

    Raises   NotFound, FulfilmentClosed once it arrived
    Locks    the order, then the parcel
    """
    fulfilment, order = _lock_fulfilment(fulfilment_id)
    if fulfilment.state != FulfilmentState.SHIPPED:
        raise FulfilmentClosed
    fulfilment.courier_name = _line(courier_name, "courier_name")
    fulfilment.waybill = _line(waybill, "waybill")
    fulfilment.save(update_fields=["courier_name", "waybill"])
    _note(actor, "fulfilment.waybill_edited", order, fulfilment, {})
    return fulfilment
