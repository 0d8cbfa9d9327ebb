"""What a member may change on a placed order: its address, its notes, its tags."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit
from core.kernel.errors import InvalidInput
from core.orders.models import FulfilmentState, Order, OrderState
from core.orders.services.drafts import DraftAddress
from core.orders.services.locking import MoveRefused, lock_order
from tenants.permissions import Actor

LONGEST_NOTE = 2000
LONGEST_TAG = 40
MOST_TAGS = 20


@transaction.atomic
def edit_address(*, order_id: int, address: DraftAddress, actor: Actor) -> Order:
    """Send it elsewhere, as long as nothing has left. The shipping price stays as it was agreed.

    Raises   MoveRefused for a pick-up, or once a parcel has left
    Locks    the order
    """
    order = lock_order(order_id)
    is_unsent = order.fulfilment_state == FulfilmentState.UNFULFILLED and order.state == OrderState.OPEN
    if order.is_pickup or not is_unsent:
        raise MoveRefused(order, _("The address can no longer be changed."))
    after = asdict(address)
    changes = {
        field: [getattr(order, field), value]
        for field, value in after.items()
        if getattr(order, field) != value
    }
    for field, value in after.items():
        setattr(order, field, value)
    order.save(update_fields=list(after))
    audit.write(
        actor=actor,
        action="order.address_edited",
        subject="order",
        subject_id=order.public_id,
        changes=changes,
    )
    return order


@transaction.atomic
def set_staff_note(*, order_id: int, note: str, actor: Actor) -> Order:
    """Replace the note that only the store's members read.

    Locks    the order
    """
    order = lock_order(order_id)
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(_("A note has at most 2,000 characters."), "note")
    changes = {"staff_note": [order.staff_note, note]}
    order.staff_note = note
    order.save(update_fields=["staff_note"])
    audit.write(
        actor=actor, action="order.note_edited", subject="order", subject_id=order.public_id, changes=changes
    )
    return order


@transaction.atomic
def set_tags(*, order_id: int, tags: Sequence[str], actor: Actor) -> Order:
    """Replace an order's tags.

    Raises   InvalidInput for too many or too long ones
    Locks    the order
    """
    return _retag(lock_order(order_id), tags, actor)


@transaction.atomic
def add_tags(*, order_id: int, tags: Sequence[str], actor: Actor) -> Order:
    """Add tags to those an order has; ones that it has already change nothing.

    Raises   InvalidInput for too many or too long ones
    Locks    the order
    """
    order = lock_order(order_id)
    return _retag(order, [*order.tags, *tags], actor)


def _retag(order: Order, tags: Sequence[str], actor: Actor) -> Order:
    clean = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(clean) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in clean):
        raise InvalidInput(_("Use at most 20 tags of at most 40 characters."), "tags")
    if clean == order.tags:
        return order
    changes = {"tags": [order.tags, clean]}
    order.tags = clean
    order.save(update_fields=["tags"])
    audit.write(
        actor=actor, action="order.tags_edited", subject="order", subject_id=order.public_id, changes=changes
    )
    return order
