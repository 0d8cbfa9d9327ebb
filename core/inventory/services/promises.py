"""Promise units to a reference, take the promise back, and let the units leave."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.inventory.models import Allocation, MovementKind, Reservation, StockItem
from core.inventory.services.ledger import (
    LONGEST_REASON,
    LONGEST_REFERENCE,
    Cause,
    InsufficientStock,
    announce,
    check_quantities,
    clean_text,
    lock_or_open_stock,
    lock_stock,
    move_units,
)
from core.kernel import ids
from core.kernel.errors import CommerceError
from tenants.failpoints import failpoint
from tenants.permissions import SYSTEM, Actor
from tenants.work import store_task


class NotAllocated(CommerceError):
    """More units are to leave than were promised to the reference."""

    code = "not_allocated"

    def __init__(self, reference: str, sku: str) -> None:
        self.reference, self.sku = reference, sku
        super().__init__(
            _("%(sku)s is not promised to %(reference)s in this quantity.")
            % {"sku": sku, "reference": reference}
        )


@transaction.atomic
def allocate(*, reference: str, wanted: Mapping[str, int], location_id: int) -> None:
    """Promise stock to `reference`, all lines or none.

    wanted       SKU -> whole units, each at least 1
    reference    order number; asking twice with the same one changes nothing
    Raises       InsufficientStock for the first SKU that falls short
    Locks        the StockItem rows in primary-key order, until the caller commits
    Records      StockChanged once per SKU, StockLow for those that fell to their threshold
    """
    check_quantities(wanted)
    stock = lock_stock(wanted.keys(), location_id=location_id)
    if Allocation.objects.filter(reference=reference).exists():
        return

    for sku, quantity in wanted.items():
        _take(stock, sku, quantity).allocated += quantity
    failpoint("inventory.in_allocate")
    Allocation.objects.bulk_create(
        Allocation(stock_item=stock[sku], reference=reference, quantity=quantity)
        for sku, quantity in wanted.items()
    )
    announce(stock.values())


@transaction.atomic
def release(*, reference: str) -> None:
    """Take back whatever is still promised to `reference`. Releasing twice changes nothing.

    Units that have left stay gone; afterwards the reference may be promised anew.

    Locks    the StockItem rows in primary-key order
    Records  StockChanged once per SKU
    """
    stock = _lock_promised(reference)
    rows = list(Allocation.objects.filter(reference=reference, stock_item__in=stock))
    changed = []
    for row in rows:
        item = stock[row.stock_item_id]
        item.allocated -= row.outstanding
        changed.append(item)
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    announce(changed, warn=False)


@transaction.atomic
def consume(*, reference: str, taken: Mapping[str, int], actor: Actor = SYSTEM) -> None:
    """Let promised units leave the building.

    taken    SKU -> whole units
    Raises   NotAllocated when a SKU is not promised to `reference` in this quantity
    Locks    the StockItem rows in primary-key order
    Records  StockChanged once per SKU
    """
    check_quantities(taken)
    stock = _lock_promised(reference)
    promised = {
        stock[row.stock_item_id].variant.sku: row
        for row in Allocation.objects.filter(reference=reference, stock_item__in=stock)
    }
    cause = Cause(MovementKind.CONSUMED, actor, reference=reference)
    changed = []
    for sku, quantity in taken.items():
        row = promised.get(sku)
        if row is None or quantity > row.outstanding:
            raise NotAllocated(reference, sku)
        item = stock[row.stock_item_id]
        item.allocated -= quantity
        move_units(item, -quantity, cause)
        row.consumed += quantity
        row.save(update_fields=["consumed"])
        changed.append(item)
    announce(changed)


@transaction.atomic
def restock(*, reference: str, returned: Mapping[str, int], location_id: int, actor: Actor) -> None:
    """Put units that had left back on the shelf, free to be sold again.

    returned  SKU -> whole units
    Raises    NotFound for an unknown SKU or location
    Locks     the StockItem rows in primary-key order
    Records   StockChanged once per SKU
    """
    check_quantities(returned)
    stock = lock_or_open_stock(returned.keys(), location_id=location_id)
    cause = Cause(MovementKind.RESTOCKED, actor, reference=reference)
    for sku, quantity in returned.items():
        move_units(stock[sku], quantity, cause)
    announce(stock.values(), warn=False)


@transaction.atomic
def reserve(
    *,
    reference: str,
    wanted: Mapping[str, int],
    location_id: int,
    expires_at: datetime | None = None,
    note: str = "",
    actor: Actor = SYSTEM,
) -> None:
    """Put units aside, all lines or none: for a checkout that is going on, or by hand without an end.

    reference   cart token or a member's own word; asking twice with the same one changes nothing
    Raises      InsufficientStock for the first SKU that falls short
    Locks       the StockItem rows in primary-key order
    Records     StockChanged once per SKU
    """
    check_quantities(wanted)
    reference = clean_text(reference, most=LONGEST_REFERENCE, field="reference")
    note = clean_text(note, most=LONGEST_REASON, field="note")
    stock = lock_stock(wanted.keys(), location_id=location_id)
    if Reservation.objects.filter(reference=reference).exists():
        return

    for sku, quantity in wanted.items():
        _take(stock, sku, quantity).reserved += quantity
    Reservation.objects.bulk_create(
        Reservation(
            public_id=ids.new_id("rsv"),
            stock_item=stock[sku],
            reference=reference,
            quantity=quantity,
            note=note,
            actor_name=actor.name,
            expires_at=expires_at,
        )
        for sku, quantity in wanted.items()
    )
    announce(stock.values())
    if expires_at is not None:
        end_reservation(reference=reference, run_at=expires_at)


@transaction.atomic
def unreserve(*, reference: str) -> None:
    """End every reservation of `reference`. Doing it twice changes nothing.

    Locks    the StockItem rows in primary-key order
    Records  StockChanged once per SKU
    """
    stock = _lock_items(Reservation.objects.filter(reference=reference).values("stock_item_id"))
    rows = list(Reservation.objects.filter(reference=reference, stock_item__in=stock))
    for row in rows:
        stock[row.stock_item_id].reserved -= row.quantity
    Reservation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    announce([stock[row.stock_item_id] for row in rows], warn=False)


@store_task(dedupe=True, label=gettext_lazy("Release held stock whose time is over"))
def end_reservation(*, reference: str) -> None:
    """Let go of units whose time ran out; nothing happens when the reservation was made longer, or ended."""
    if Reservation.objects.filter(reference=reference, expires_at__lte=timezone.now()).exists():
        unreserve(reference=reference)


def end_overdue(*, now: datetime) -> int:
    """Have every reservation ended whose time ran out a while ago. Returns how many there are."""
    overdue = Reservation.objects.filter(expires_at__lt=now - timedelta(minutes=5))
    references = sorted(set(overdue.values_list("reference", flat=True)))
    for reference in references:
        end_reservation(reference=reference)
    return len(references)


def _take(stock: Mapping[str, StockItem], sku: str, quantity: int) -> StockItem:
    """The row that can give this many units. Raises InsufficientStock."""
    item = stock.get(sku)
    available = item.available if item else 0
    if item is None or quantity > available:
        raise InsufficientStock(sku, quantity, available)
    return item


def _lock_promised(reference: str) -> dict[int, StockItem]:
    return _lock_items(Allocation.objects.filter(reference=reference).values("stock_item_id"))


def _lock_items(stock_item_ids: QuerySet) -> dict[int, StockItem]:
    rows = (
        StockItem.objects.select_for_update(of=("self",))
        .filter(pk__in=stock_item_ids)
        .select_related("variant")
        .order_by("pk")
    )
    return {row.pk: row for row in rows}
