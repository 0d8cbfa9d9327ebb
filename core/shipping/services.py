"""Make and change the store's shipping methods and their rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.kernel import audit, ids, regions
from core.kernel.errors import InvalidInput, NotFound
from core.shipping.models import MethodKind, ShippingMethod, ShippingRate
from tenants.permissions import Actor

MOST_METHODS = 30
MOST_RATES = 2_000
LARGEST_AMOUNT = 1_000_000_000
LARGEST_DAYS = 90
LARGEST_GRAMS = 10_000_000

_EDITABLE = {
    "name",
    "amount",
    "free_over_amount",
    "is_active",
    "position",
    "min_days",
    "max_days",
    "weight_tolerance_grams",
    "location_id",
}


@dataclass(frozen=True, slots=True)
class RateRow:
    """One line of a rate table as a seller writes it."""

    region_code: str
    up_to_grams: int | None
    amount: int
    per_kg_amount: int = 0


@transaction.atomic
def create_method(*, name: str, kind: str, actor: Actor, terms: Mapping[str, Any]) -> ShippingMethod:
    """Add a way to ship, below the others.

    terms    any of the fields that `update_method` may change
    Raises   InvalidInput
    """
    if ShippingMethod.objects.count() >= MOST_METHODS:
        raise InvalidInput(_("A store may have at most %(most)s shipping methods.") % {"most": MOST_METHODS})
    last = ShippingMethod.objects.aggregate(last=Max("position"))["last"]
    method = ShippingMethod(
        public_id=ids.new_id("shp"),
        kind=MethodKind(kind),
        position=0 if last is None else last + 1,
    )
    _set_terms(method, {**terms, "name": name})
    method.save(force_insert=True)
    audit.write(
        actor=actor,
        action="shipping_method.created",
        subject="shipping_method",
        subject_id=method.public_id,
        changes={"name": [None, method.name], "kind": [None, str(method.kind)]},
    )
    return method


@transaction.atomic
def update_method(*, public_id: str, changes: Mapping[str, Any], actor: Actor) -> ShippingMethod:
    """Change some terms of a method. Orders already placed keep theirs. Raises NotFound, InvalidInput."""
    method = lock_method(public_id)
    before = {field: getattr(method, field) for field in changes if field in _EDITABLE}
    _set_terms(method, changes)
    method.save(update_fields=list(before))
    audit.write(
        actor=actor,
        action="shipping_method.edited",
        subject="shipping_method",
        subject_id=public_id,
        changes={
            field: [value, getattr(method, field)]
            for field, value in before.items()
            if value != getattr(method, field)
        },
    )
    return method


@transaction.atomic
def order_methods(*, public_ids: Sequence[str], actor: Actor) -> list[ShippingMethod]:
    """Offer the methods to shoppers in this order; those that are not named come after, as they stood.

    Locks    all methods in primary-key order
    """
    rows = list(ShippingMethod.objects.select_for_update().order_by("pk"))
    rank = {public_id: number for number, public_id in enumerate(public_ids)}
    rows.sort(key=lambda row: (rank.get(row.public_id, len(rank)), row.position, row.pk))
    for position, row in enumerate(rows):
        row.position = position
    ShippingMethod.objects.bulk_update(rows, ["position"])
    audit.write(
        actor=actor,
        action="shipping_methods.ordered",
        subject="shipping_method",
        subject_id="",
        changes={"order": [row.name for row in rows]},
    )
    return rows


@transaction.atomic
def delete_method(*, public_id: str, actor: Actor) -> None:
    """Remove a method and its rates. Orders keep the name and the fee that they were placed with."""
    method = lock_method(public_id)
    method.delete()
    audit.write(
        actor=actor,
        action="shipping_method.deleted",
        subject="shipping_method",
        subject_id=public_id,
        changes={"name": [method.name, None]},
    )


@transaction.atomic
def set_rates(*, public_id: str, rows: Sequence[RateRow], actor: Actor) -> ShippingMethod:
    """Replace the whole rate table of a TABLE method.

    Raises   InvalidInput for an unknown region, two rows for the same step, or another kind of method
    Locks    the method's row
    """
    method = lock_method(public_id)
    if method.kind != MethodKind.TABLE:
        raise InvalidInput(_("Only a method by region and weight has rates."), "rates")
    checked = _check_rates(rows)
    count = method.rates.count()
    method.rates.all().delete()
    ShippingRate.objects.bulk_create(
        [
            ShippingRate(
                method=method,
                region_code=row.region_code,
                up_to_grams=row.up_to_grams,
                amount=row.amount,
                per_kg_amount=row.per_kg_amount,
            )
            for row in checked
        ]
    )
    audit.write(
        actor=actor,
        action="shipping_rates.set",
        subject="shipping_method",
        subject_id=public_id,
        changes={"rates": [count, len(checked)]},
    )
    return method


def lock_method(public_id: str) -> ShippingMethod:
    """The method, locked until the caller commits. Raises NotFound."""
    method = ShippingMethod.objects.select_for_update().filter(public_id=public_id).first()
    if method is None:
        raise NotFound(_("There is no such shipping method."))
    return method


def _set_terms(method: ShippingMethod, changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - _EDITABLE
    if unknown:
        raise InvalidInput(_("This cannot be changed."), sorted(unknown)[0])
    for field, value in changes.items():
        setattr(method, field, value)
    method.name = method.name.strip()
    if not method.name or len(method.name) > 60 or not method.name.isprintable():
        raise InvalidInput(_("Give the method a name of at most 60 characters."), "name")
    _check_between(method.amount, 0, LARGEST_AMOUNT, "amount")
    if method.free_over_amount is not None:
        _check_between(method.free_over_amount, 0, LARGEST_AMOUNT, "free_over_amount")
    _check_between(method.weight_tolerance_grams, 0, 999, "weight_tolerance_grams")
    _check_between(method.min_days, 0, LARGEST_DAYS, "min_days")
    _check_between(method.max_days, method.min_days, LARGEST_DAYS, "max_days")
    _check_between(method.position, 0, 10_000, "position")


def _check_between(value: int, least: int, most: int, field: str) -> None:
    if not least <= value <= most:
        message = _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise InvalidInput(message, field)


def _check_rates(rows: Sequence[RateRow]) -> list[RateRow]:
    if len(rows) > MOST_RATES:
        raise InvalidInput(_("A table may have at most %(most)s rows.") % {"most": MOST_RATES}, "rates")
    seen = set()
    for row in rows:
        if row.region_code and regions.find(row.region_code) is None:
            message = _("There is no region with the code %(code)s.") % {"code": row.region_code[:20]}
            raise InvalidInput(message, "region_code")
        if row.up_to_grams is not None:
            _check_between(row.up_to_grams, 1, LARGEST_GRAMS, "up_to_grams")
        _check_between(row.amount, 0, LARGEST_AMOUNT, "amount")
        _check_between(row.per_kg_amount, 0, LARGEST_AMOUNT, "per_kg_amount")
        step = (row.region_code, row.up_to_grams)
        if step in seen:
            raise InvalidInput(_("Two rows are for the same region and weight."), "rates")
        seen.add(step)
    return list(rows)
