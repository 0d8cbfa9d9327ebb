"""Change what is counted at one location: goods arrive, a count is corrected, a safety stock is set."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core.inventory.models import MovementKind, StockItem, StockMovement
from core.inventory.services.ledger import (
    LARGEST_QUANTITY,
    Cause,
    announce,
    check_quantities,
    lock_or_open_stock,
    lock_stock,
    move_units,
)
from core.kernel import audit
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import Actor


@transaction.atomic
def receive(
    *, sku: str, location_id: int, quantity: int, actor: Actor, reason: str = "", reference: str = ""
) -> StockItem:
    """Add goods that arrived.

    quantity   whole units, at least 1
    reference  for example a supplier's delivery note
    Raises     NotFound for an unknown SKU or location, InvalidInput
    Locks      the StockItem row
    Records    StockChanged
    """
    check_quantities({sku: quantity})
    cause = Cause(MovementKind.RECEIVED, actor, reason, reference)
    return _change(sku, location_id, quantity, cause).stock_item


@transaction.atomic
def receive_delivery(
    *, quantities: Mapping[str, int], location_id: int, actor: Actor, reason: str = "", reference: str = ""
) -> dict[str, StockItem]:
    """Add the goods of one delivery, all lines or none.

    quantities  SKU -> whole units, each at least 1
    Raises      NotFound for an unknown SKU or location, InvalidInput
    Locks       the StockItem rows in primary-key order
    Records     StockChanged once per SKU
    """
    check_quantities(quantities)
    stock = lock_or_open_stock(quantities.keys(), location_id=location_id)
    cause = Cause(MovementKind.RECEIVED, actor, reason, reference)
    for sku, quantity in quantities.items():
        move_units(stock[sku], quantity, cause)
    announce(stock.values(), warn=False)
    return stock


@transaction.atomic
def adjust(*, sku: str, location_id: int, by: int, reason: str, actor: Actor) -> StockMovement:
    """Correct a count by a difference, and return the line of the ledger that says so.

    by       units to add; negative removes
    Raises   InsufficientStock when fewer would be left than are promised, InvalidInput without a reason
    Locks    the StockItem row
    Records  StockChanged
    """
    if by == 0 or abs(by) > LARGEST_QUANTITY:
        raise InvalidInput(_("Enter how many units to add or remove."), "by")
    if not reason.strip():
        raise InvalidInput(_("Say why the count changes."), "reason")
    return _change(sku, location_id, by, Cause(MovementKind.ADJUSTED, actor, reason))


@transaction.atomic
def take_back(*, movement_id: int, actor: Actor) -> StockItem:
    """Undo an adjustment by its opposite; both stay in the ledger. Taking back twice changes nothing.

    Raises   NotFound for anything but an adjustment, InsufficientStock when the units are promised by now
    Locks    the StockItem row
    Records  StockChanged
    """
    done = (
        StockMovement.objects.filter(pk=movement_id, kind=MovementKind.ADJUSTED)
        .select_related("stock_item__variant")
        .first()
    )
    if done is None:
        raise NotFound(_("There is no such adjustment."))
    sku, place = done.stock_item.variant.sku, done.stock_item.location_id
    item = lock_stock([sku], location_id=place)[sku]
    reference = f"UNDO-{movement_id}"
    if not item.movements.filter(reference=reference).exists():
        move_units(item, -done.quantity, Cause(MovementKind.ADJUSTED, actor, _("Undone"), reference))
        announce([item], warn=False)
    return item


@transaction.atomic
def set_count(*, sku: str, location_id: int, counted: int, reason: str, actor: Actor) -> StockItem:
    """Write down what was counted on the shelf. The same number as before leaves no movement.

    counted  whole units, promised ones included
    Raises   InsufficientStock when fewer were counted than are promised, InvalidInput
    Locks    the StockItem row
    Records  StockChanged
    """
    if not 0 <= counted <= LARGEST_QUANTITY:
        message = _("Enter a whole number from %(least)s to %(most)s.")
        raise InvalidInput(message % {"least": 0, "most": LARGEST_QUANTITY}, "counted")
    item = lock_or_open_stock([sku], location_id=location_id)[sku]
    if counted != item.on_hand:
        by = counted - item.on_hand
        move_units(item, by, Cause(MovementKind.COUNTED, actor, reason))
        announce([item], warn=by < 0)
    return item


@transaction.atomic
def set_rules(
    *, sku: str, location_id: int, safety: int, low_stock_threshold: int | None, actor: Actor
) -> StockItem:
    """Set how many units are kept back from sale, and from how many on stock counts as low.

    low_stock_threshold   None uses the variant's or the store's own
    Raises   NotFound, InvalidInput
    Locks    the StockItem row
    Records  StockChanged
    """
    for field, value in (("safety", safety), ("low_stock_threshold", low_stock_threshold)):
        if value is not None and not 0 <= value <= LARGEST_QUANTITY:
            message = _("Enter a whole number from %(least)s to %(most)s.")
            raise InvalidInput(message % {"least": 0, "most": LARGEST_QUANTITY}, field)
    item = lock_or_open_stock([sku], location_id=location_id)[sku]
    changes = {
        "safety": [item.safety, safety],
        "low_stock_threshold": [item.low_stock_threshold, low_stock_threshold],
    }
    item.safety, item.low_stock_threshold = safety, low_stock_threshold
    item.save(update_fields=["low_stock_threshold"])
    announce([item])
    audit.write(
        actor=actor,
        action="stock.rules_set",
        subject="variant",
        subject_id=item.variant.public_id,
        changes=changes,
    )
    return item


def _change(sku: str, location_id: int, by: int, cause: Cause) -> StockMovement:
    item = lock_or_open_stock([sku], location_id=location_id)[sku]
    movement = move_units(item, by, cause)
    announce([item], warn=by < 0)
    return movement
