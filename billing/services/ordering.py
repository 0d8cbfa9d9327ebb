"""Services of ours that sellers order: from the order to the day they are done and billed."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import mails
from billing.invoice_ports import InvoiceItem
from billing.models import LineKind, Service, ServiceOrder, ServiceOrderState
from billing.services import invoicing, paying
from billing.services.invoicing import InvoiceDraft
from billing.services.plans import lock_subscription
from core.kernel.errors import NotFound
from tenants import acts, context
from tenants.errors import CommerceError
from tenants.models import Store
from tenants.permissions import Actor

SERVICE: Final = "SERVICE"
# How long the invoice of a service can be paid.
LASTS: Final = timedelta(days=14)
# Orders of a store that wait or run at a time.
MOST_OPEN: Final = 5
State = ServiceOrderState
MAY_BECOME: Final[dict[str, frozenset[str]]] = {
    State.ORDERED: frozenset({State.CONFIRMED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.CONFIRMED, State.IN_PROGRESS, State.CANCELLED}),
    State.IN_PROGRESS: frozenset({State.DONE, State.CANCELLED}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}
_OPEN: Final = (State.ORDERED, State.CONFIRMED, State.IN_PROGRESS)


class OrderRefused(CommerceError):
    """A service that is not offered, too many orders, or a step that does not come next."""

    code = "service_refused"
    http_status = 422


@transaction.atomic
def order(
    *, store: Store, code: str, wish: str, day: date | None, actor: Actor, now: datetime
) -> ServiceOrder:
    """Order a service at today's price. A second click finds the first order.

    day      what the seller would like best
    Raises   OrderRefused
    Locks    the subscription
    """
    with context.in_public():
        lock_subscription(store)
        service = Service.objects.filter(code=code, is_offered=True).first()
        if service is None:
            raise OrderRefused(_("There is no such service."))
        if day is not None and day < now.date():
            raise OrderRefused(_("This day is over. Choose a later one."))
        rows = ServiceOrder.objects.filter(store_id=store.pk, state__in=_OPEN)
        if known := rows.filter(service=service, state=State.ORDERED).first():
            return known
        if rows.count() >= MOST_OPEN:
            raise OrderRefused(_("Several orders are open already. Let us finish them first."))
        told = f"{day:%d/%m/%Y}. {wish}" if day else wish
        made = ServiceOrder.objects.create(
            store_id=store.pk,
            service=service,
            idr_amount=service.idr_amount,
            wish=told.strip()[:500],
            ordered_by=actor.name[:80],
            changed_at=now,
        )
        _tell(made, actor, "", now)
        return made


def call_off(*, store: Store, uid: uuid.UUID | str, actor: Actor, now: datetime) -> None:
    """Take the store's own order back while nobody has begun. Raises NotFound, OrderRefused."""
    with context.in_public(), transaction.atomic():
        held = ServiceOrder.objects.select_for_update().filter(uid=uid, store_id=store.pk).first()
        if held is None:
            raise NotFound(_("There is no such order."))
        if held.state not in (State.ORDERED, State.CONFIRMED):
            raise OrderRefused(_("This order cannot be cancelled any more. Write to us."))
        _move(held, State.CANCELLED, now)
        _tell(held, actor, "", now)


def confirm(*, uid: uuid.UUID, slot_at: datetime, reason: str, actor: Actor, now: datetime) -> ServiceOrder:
    """Agree to a time, or to another one. Raises OrderRefused for a time that is over."""
    if slot_at <= now:
        raise OrderRefused(_("This time is over. Choose a later one."))

    def plan(held: ServiceOrder) -> None:
        held.slot_at = slot_at

    return _step(uid, State.CONFIRMED, plan, reason=reason, actor=actor, now=now)


def begin(*, uid: uuid.UUID, reason: str, actor: Actor, now: datetime) -> ServiceOrder:
    """Say that work has begun."""
    return _step(uid, State.IN_PROGRESS, lambda held: None, reason=reason, actor=actor, now=now)


def finish(*, uid: uuid.UUID, reason: str, actor: Actor, now: datetime) -> ServiceOrder:
    """Say that it is done, and bill it: one invoice, however often this is pressed."""

    def bill(held: ServiceOrder) -> None:
        store = held.store
        with translation.override(store.language):
            name = held.service.name_id if store.language == "id" else held.service.name_en
            lines = [InvoiceItem(LineKind.SERVICE, name, held.idr_amount)]
        draft = InvoiceDraft(SERVICE, lines, due_at=now + LASTS, key=f"service:{held.uid}")
        held.invoice = invoicing.issue(store=store, draft=draft, now=now)
        paying.use_balance(invoice=held.invoice, now=now)

    return _step(uid, State.DONE, bill, reason=reason, actor=actor, now=now)


def cancel(*, uid: uuid.UUID, reason: str, actor: Actor, now: datetime) -> ServiceOrder:
    """Give the order up; nothing is charged."""
    return _step(uid, State.CANCELLED, lambda held: None, reason=reason, actor=actor, now=now)


@transaction.atomic
def _step(
    uid: uuid.UUID,
    state: ServiceOrderState,
    act: Callable[[ServiceOrder], None],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ServiceOrder:
    """Move an order to its next state. Locks the subscription, the order, then the series of numbers."""
    with context.in_public():
        found = ServiceOrder.objects.filter(uid=uid).select_related("store").first()
        if found is None:
            raise NotFound(_("There is no such order."))
        lock_subscription(found.store)
        held = (
            ServiceOrder.objects.select_for_update(of=("self",))
            .select_related("service", "store")
            .get(pk=found.pk)
        )
        _move(held, state, now, act)
        _tell(held, actor, reason, now)
        return held


def _move(
    held: ServiceOrder,
    state: ServiceOrderState,
    now: datetime,
    act: Callable[[ServiceOrder], None] | None = None,
) -> None:
    if state not in MAY_BECOME[held.state]:
        raise OrderRefused(_("The order is past this step."))
    if act is not None:
        act(held)
    held.state, held.changed_at = state, now
    held.save()


def _tell(row: ServiceOrder, actor: Actor, reason: str, now: datetime) -> None:
    """Write it down, and mail the owners how things stand."""
    acts.note(
        actor=actor,
        action=f"service.{row.state.lower()}",
        store=row.store,
        subject_id=str(row.uid),
        reason=reason,
        changes={"service": row.service.code, "amount": row.idr_amount},
    )
    facts = {
        "name_id": row.service.name_id,
        "name_en": row.service.name_en,
        "state": row.state,
        "slot_at": row.slot_at.isoformat() if row.slot_at else None,
        "amount": row.idr_amount,
        "currency": "IDR",
        "number": row.invoice.number if row.invoice else "",
    }
    mails.tell_owners(row.store, "service_order", facts, dedupe_key=f"service:{row.uid}:{row.state}:{now}")
