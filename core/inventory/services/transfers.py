"""Move goods between locations: drafted, sent, and received in one or more parts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalog.models import Variant
from core.inventory.models import (
    MAY_BECOME,
    Location,
    MovementKind,
    Transfer,
    TransferLine,
    TransferState,
)
from core.inventory.services.ledger import (
    LARGEST_QUANTITY,
    Cause,
    InsufficientStock,
    announce,
    check_quantities,
    clean_text,
    lock_or_open_stock,
    lock_stock,
    move_units,
)
from core.kernel import audit, ids
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from core.kernel.sequences import next_number
from tenants.permissions import Actor

MOST_LINES = 500
LONGEST_NOTE = 200
_CHANGED = gettext_lazy("This transfer has changed meanwhile. Look at it again.")


class TransferMoveRefused(CommerceError):
    """The transfer is in a state that does not allow this."""

    code = "transfer_move_refused"

    def __init__(self, transfer: Transfer, message: str | Promise = "") -> None:
        self.state = transfer.state
        super().__init__(
            str(message)
            or _("Transfer %(number)s is already: %(state)s.")
            % {"number": transfer.number, "state": transfer.get_state_display()}
        )


@transaction.atomic
def create_transfer(
    *, source_id: str, destination_id: str, lines: Mapping[str, int], note: str = "", actor: Actor
) -> Transfer:
    """Write down what shall move. Nothing moves yet.

    source_id, destination_id   public ids of two open locations
    lines    SKU -> whole units
    Raises   NotFound, InvalidInput
    """
    places = {
        place.public_id: place
        for place in Location.objects.filter(public_id__in=[source_id, destination_id], is_active=True)
    }
    if source_id not in places or destination_id not in places:
        raise NotFound(_("There is no such open location."))
    if source_id == destination_id:
        raise InvalidInput(_("Choose two different locations."), "destination_id")
    transfer = Transfer.objects.create(
        public_id=ids.new_id("trf"),
        number=f"TR-{next_number('transfer'):04}",
        source=places[source_id],
        destination=places[destination_id],
        note=clean_text(note, most=LONGEST_NOTE, field="note"),
        created_by=actor.name,
    )
    _write_lines(transfer, lines)
    _audit(transfer, "transfer.created", actor, {"lines": len(lines), "units": sum(lines.values())})
    return transfer


@transaction.atomic
def edit_transfer(*, public_id: str, lines: Mapping[str, int], note: str, actor: Actor) -> Transfer:
    """Replace the lines of a draft. Raises NotFound, InvalidInput, TransferMoveRefused once it was sent."""
    transfer = lock_transfer(public_id)
    if transfer.state != TransferState.DRAFT:
        raise TransferMoveRefused(transfer)
    transfer.note = clean_text(note, most=LONGEST_NOTE, field="note")
    transfer.save(update_fields=["note"])
    transfer.lines.all().delete()
    _write_lines(transfer, lines)
    _audit(transfer, "transfer.edited", actor, {"lines": len(lines), "units": sum(lines.values())})
    return transfer


@transaction.atomic
def send_transfer(*, public_id: str, actor: Actor, now: datetime) -> Transfer:
    """Take the units from the source. From now on they are on their way, and count nowhere.

    Raises   InsufficientStock for the first SKU that falls short, TransferMoveRefused, NotFound
    Locks    the transfer, then the source's StockItem rows in primary-key order
    Records  StockChanged once per SKU
    """
    transfer = lock_transfer(public_id)
    _move(transfer, TransferState.IN_TRANSIT)
    transfer.sent_at = now
    transfer.save(update_fields=["state", "sent_at"])
    wanted = {line.variant.sku: line.quantity for line in _lines(transfer)}
    stock = lock_stock(wanted.keys(), location_id=transfer.source_id)
    cause = Cause(MovementKind.SENT, actor, reference=transfer.number)
    for sku, quantity in wanted.items():
        item = stock.get(sku)
        if item is None or quantity > item.available:
            raise InsufficientStock(sku, quantity, item.available if item else 0)
        move_units(item, -quantity, cause)
    announce(stock.values())
    _audit(transfer, "transfer.sent", actor, {"units": sum(wanted.values())})
    return transfer


@transaction.atomic
def receive_transfer(
    *,
    public_id: str,
    arrived: Mapping[str, int],
    is_complete: bool,
    arrived_seen: int | None = None,
    actor: Actor,
    now: datetime,
) -> Transfer:
    """Add what arrived to the destination.

    arrived      SKU -> whole units that came in this delivery; a SKU left out came with none
    is_complete  nothing more will come: the transfer closes, and what differs is kept as its discrepancy.
                 Without it the transfer closes by itself once every unit has arrived
    arrived_seen how many units had arrived when the person looked: a form sent twice counts once
    Raises   NotFound, InvalidInput, TransferMoveRefused
    Locks    the transfer, then the destination's StockItem rows in primary-key order
    Records  StockChanged once per SKU
    """
    transfer = lock_transfer(public_id)
    if transfer.state != TransferState.IN_TRANSIT:
        raise TransferMoveRefused(transfer)
    lines = {line.variant.sku: line for line in _lines(transfer)}
    if arrived_seen not in (None, sum(line.received_quantity for line in lines.values())):
        raise TransferMoveRefused(transfer, _CHANGED)
    taken = _check_arrived(arrived, lines)
    stock = lock_or_open_stock(taken.keys(), location_id=transfer.destination_id)
    cause = Cause(MovementKind.ARRIVED, actor, reference=transfer.number)
    for sku, quantity in taken.items():
        move_units(stock[sku], quantity, cause)
        lines[sku].received_quantity += quantity
        lines[sku].save(update_fields=["received_quantity"])
    announce(stock.values(), warn=False)

    missing = {sku: line.discrepancy for sku, line in lines.items() if line.discrepancy}
    if is_complete or not any(line.outstanding for line in lines.values()):
        _move(transfer, TransferState.RECEIVED)
        transfer.received_at = now
        transfer.save(update_fields=["state", "received_at"])
    _audit(transfer, "transfer.received", actor, {"units": sum(taken.values()), "discrepancy": missing})
    return transfer


@transaction.atomic
def cancel_transfer(*, public_id: str, actor: Actor) -> Transfer:
    """Call off a draft. Raises TransferMoveRefused once it was sent: then receive it, or send it back."""
    transfer = lock_transfer(public_id)
    _move(transfer, TransferState.CANCELLED)
    transfer.save(update_fields=["state"])
    _audit(transfer, "transfer.cancelled", actor, {})
    return transfer


def lock_transfer(public_id: str) -> Transfer:
    """The transfer, locked until the caller commits. Raises NotFound."""
    transfer = Transfer.objects.select_for_update().filter(public_id=public_id).first()
    if transfer is None:
        raise NotFound(_("There is no such transfer."))
    return transfer


def _lines(transfer: Transfer) -> list[TransferLine]:
    return list(transfer.lines.select_related("variant").order_by("pk"))


def _write_lines(transfer: Transfer, lines: Mapping[str, int]) -> None:
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidInput(_("A transfer has from 1 to %(most)s lines.") % {"most": MOST_LINES}, "lines")
    check_quantities(lines)
    variants = {variant.sku: variant for variant in Variant.objects.filter(sku__in=lines.keys())}
    for sku in lines:
        if sku not in variants:
            raise InvalidInput(_("There is no SKU %(sku)s.") % {"sku": sku[:64]}, "lines")
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, variant=variants[sku], quantity=quantity)
        for sku, quantity in lines.items()
    )


def _check_arrived(arrived: Mapping[str, int], lines: Mapping[str, TransferLine]) -> dict[str, int]:
    """What really came. Raises InvalidInput for a SKU that was not sent, or a count that is none."""
    for sku, quantity in arrived.items():
        if sku not in lines:
            raise InvalidInput(_("%(sku)s is not in this transfer.") % {"sku": sku[:64]}, "arrived")
        if not 0 <= quantity <= LARGEST_QUANTITY:
            message = _("Enter a whole number from %(least)s to %(most)s.")
            raise InvalidInput(message % {"least": 0, "most": LARGEST_QUANTITY}, "arrived")
    return {sku: quantity for sku, quantity in arrived.items() if quantity}


def _move(transfer: Transfer, state: TransferState) -> None:
    if state not in MAY_BECOME[transfer.state]:
        raise TransferMoveRefused(transfer)
    transfer.state = state


def _audit(transfer: Transfer, action: str, actor: Actor, changes: dict) -> None:
    audit.write(
        actor=actor, action=action, subject="transfer", subject_id=transfer.public_id, changes=changes
    )
