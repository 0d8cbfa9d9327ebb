"""The stock rows themselves: found, locked, changed with a movement, and announced."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from core import events
from core.catalog.models import Variant
from core.inventory.models import Location, MovementKind, StockItem, StockMovement
from core.kernel import history, outbox, profile
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants.permissions import Actor

LARGEST_QUANTITY = 1_000_000
LONGEST_REASON = 80
LONGEST_REFERENCE = 40


class InsufficientStock(CommerceError):
    """Fewer units are free than are wanted."""

    code = "insufficient_stock"

    def __init__(self, sku: str, wanted: int, available: int) -> None:
        self.sku, self.wanted, self.available = sku, wanted, available
        super().__init__(
            _("%(sku)s: %(wanted)s wanted, %(available)s available")
            % {"sku": sku, "wanted": wanted, "available": available}
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """Why units move: the kind of movement, in whose name, and what explains it."""

    kind: MovementKind
    actor: Actor
    reason: str = ""
    reference: str = ""


def lock_stock(skus: Collection[str], *, location_id: int) -> dict[str, StockItem]:
    """The rows of these SKUs at one location, locked until the caller commits.

    Returns  SKU -> row; a SKU that never was at this location is missing
    Locks    in primary-key order
    """
    rows = (
        StockItem.objects.select_for_update(of=("self",))
        .filter(location_id=location_id, variant__sku__in=skus)
        .select_related("variant")
        .order_by("pk")
    )
    return {row.variant.sku: row for row in rows}


def lock_or_open_stock(skus: Collection[str], *, location_id: int) -> dict[str, StockItem]:
    """Like `lock_stock`, and a SKU that never was here gets a row with a count of 0.

    Raises   NotFound for a SKU or a location that does not exist
    """
    stock = lock_stock(skus, location_id=location_id)
    missing = [sku for sku in skus if sku not in stock]
    if not missing:
        return stock
    if not Location.objects.filter(pk=location_id).exists():
        raise NotFound(_("There is no such location."))
    variants = list(Variant.objects.filter(sku__in=missing))
    unknown = set(missing) - {variant.sku for variant in variants}
    if unknown:
        raise NotFound(_("There is no SKU %(sku)s.") % {"sku": sorted(unknown)[0][:64]})
    StockItem.objects.bulk_create(
        [StockItem(variant=variant, location_id=location_id) for variant in variants], ignore_conflicts=True
    )
    return lock_stock(skus, location_id=location_id)


def check_quantities(wanted: Mapping[str, int]) -> None:
    """Raise InvalidInput unless every quantity is a whole number from 1 to the largest we count."""
    for quantity in wanted.values():
        if not 1 <= quantity <= LARGEST_QUANTITY:
            message = _("Enter a whole number from %(least)s to %(most)s.")
            raise InvalidInput(message % {"least": 1, "most": LARGEST_QUANTITY}, "quantity")


def clean_text(text: str, *, most: int, field: str) -> str:
    """One trimmed line of printable text. Raises InvalidInput."""
    line = text.strip()
    if len(line) > most or not line.isprintable():
        raise InvalidInput(_("Use at most %(most)s printable characters.") % {"most": most}, field)
    return line


def move_units(item: StockItem, quantity: int, cause: Cause) -> StockMovement:
    """Change the count of a locked row by `quantity` and write down why. The caller saves the row.

    Raises   InsufficientStock when fewer would be left than are promised
    """
    promised = item.allocated + item.reserved
    after = item.on_hand + quantity
    if after < promised:
        raise InsufficientStock(item.variant.sku, -quantity, item.on_hand - promised)
    if after > LARGEST_QUANTITY:
        message = _("A location can hold at most %(most)s units of a SKU.") % {"most": LARGEST_QUANTITY}
        raise InvalidInput(message, "quantity")
    item.on_hand = after
    return StockMovement.objects.create(
        stock_item=item,
        kind=cause.kind,
        quantity=quantity,
        on_hand_after=after,
        reason=clean_text(cause.reason, most=LONGEST_REASON, field="reason"),
        reference=clean_text(cause.reference, most=LONGEST_REFERENCE, field="reference"),
        actor_kind=cause.actor.kind,
        actor_id=cause.actor.id,
        actor_name=cause.actor.name,
        at=history.now(),
    )


def announce(items: Collection[StockItem], *, warn: bool = True) -> None:
    """Save the counters of locked rows and tell whoever listens.

    warn     False where units were added: a first delivery of three is no reason for an alert
    Records  StockChanged once per variant; StockTurned when a row ran out or has units to sell again;
             StockLow when it fell to its threshold since it last recovered
    """
    if not items:
        return
    fallback = profile.current().low_stock_threshold
    fell = [item for item in items if _note_low(item, fallback)]
    turned = _save(items)
    outbox.record_many([events.StockChanged(variant_id=item.variant_id) for item in items])
    outbox.record_many([events.StockTurned(variant_id=item.variant_id) for item in turned])
    if warn:
        outbox.record_many(
            [events.StockLow(variant_id=item.variant_id, location_id=item.location_id) for item in fell]
        )


def _save(items: Collection[StockItem]) -> list[StockItem]:
    """Write the counters of locked rows, in one statement. Returns those that began or ceased to be sold."""
    for item in items:
        item.refuse_elsewhere()
    columns = [[getattr(item, name) for item in items] for name in ("pk", *_COUNTERS)]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, columns)
        had_some = dict(cursor.fetchall())
    return [item for item in items if had_some.get(item.pk) != (item.available > 0)]


_COUNTERS = ("on_hand", "allocated", "reserved", "safety", "low_alerted_at")
_SAVE = """
UPDATE inventory_stockitem AS item
SET on_hand = told.on_hand, allocated = told.allocated, reserved = told.reserved, safety = told.safety,
    low_alerted_at = told.low_alerted_at
FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[], %s::integer[], %s::timestamptz[])
    AS told (id, on_hand, allocated, reserved, safety, low_alerted_at)
    JOIN inventory_stockitem AS before ON before.id = told.id
WHERE item.id = told.id
RETURNING item.id, before.on_hand - before.allocated - before.reserved - before.safety > 0
"""


def _note_low(item: StockItem, fallback: int) -> bool:
    """Move the mark of a low row; True when it is new. An alert is due once until the row recovers."""
    is_low = item.available <= item.threshold(fallback)
    if is_low and item.low_alerted_at is None:
        item.low_alerted_at = history.now()
        return True
    if not is_low:
        item.low_alerted_at = None
    return False
