"""Open, change and close the places that hold goods."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.inventory import selectors
from core.inventory.models import Location, LocationKind, StockItem
from core.inventory.services.ledger import clean_text
from core.kernel import audit, ids, regions
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants import entitlements
from tenants.permissions import Actor

_TEXTS = {"name": 60, "code": 12, "address_line": 200, "region_code": 13, "postcode": 5, "phone": 20}
_EDITABLE = {*_TEXTS, "kind", "is_active", "allows_pickup", "position"}


class LocationInUse(CommerceError):
    """The location cannot be closed: it is the default, or goods are still there."""

    code = "location_in_use"


@transaction.atomic
def create_location(
    *, name: str, code: str, actor: Actor, facts: Mapping[str, Any] | None = None
) -> Location:
    """Open a place that holds goods. The first one is the default.

    facts    any of the fields that `update_location` may change
    Raises   LimitReached; InvalidInput, also for a code that is taken
    """
    _claim_one_more()
    last = Location.objects.aggregate(last=Max("position"))["last"]
    location = Location(
        public_id=ids.new_id("loc"),
        position=0 if last is None else last + 1,
        is_default=last is None,
    )
    _set_facts(location, {**(facts or {}), "name": name, "code": code})
    _save(location)
    audit.write(
        actor=actor,
        action="location.created",
        subject="location",
        subject_id=location.public_id,
        changes={"name": [None, location.name], "code": [None, location.code]},
    )
    return location


@transaction.atomic
def update_location(*, public_id: str, changes: Mapping[str, Any], actor: Actor) -> Location:
    """Change some facts of a location, or close it (`is_active` False).

    Raises   NotFound, InvalidInput, LocationInUse; LimitReached when it is opened again
    Locks    the location's row
    """
    location = lock_location(public_id)
    before = {field: getattr(location, field) for field in changes if field in _EDITABLE}
    _set_facts(location, changes)
    if before.get("is_active") and not location.is_active:
        _refuse_if_used(location)
    if before.get("is_active") is False and location.is_active:
        _claim_one_more()
    _save(location)
    audit.write(
        actor=actor,
        action="location.edited",
        subject="location",
        subject_id=public_id,
        changes={
            field: [value, getattr(location, field)]
            for field, value in before.items()
            if value != getattr(location, field)
        },
    )
    return location


@transaction.atomic
def make_default(*, public_id: str, actor: Actor) -> Location:
    """Sell from this location first. Raises NotFound; LocationInUse for a closed one."""
    rows = {row.public_id: row for row in Location.objects.select_for_update().order_by("pk")}
    location = rows.get(public_id)
    if location is None:
        raise NotFound(_("There is no such location."))
    if not location.is_active:
        raise LocationInUse(_("A closed location cannot be the default."))
    if location.is_default:
        return location
    Location.objects.filter(is_default=True).update(is_default=False)
    location.is_default = True
    location.save(update_fields=["is_default"])
    audit.write(actor=actor, action="location.made_default", subject="location", subject_id=public_id)
    return location


def lock_location(public_id: str) -> Location:
    """The location, locked until the caller commits. Raises NotFound."""
    location = Location.objects.select_for_update().filter(public_id=public_id).first()
    if location is None:
        raise NotFound(_("There is no such location."))
    return location


def _claim_one_more() -> None:
    entitlements.claim("locations")
    entitlements.require("locations", used=selectors.locations_used())


def _set_facts(location: Location, changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - _EDITABLE
    if unknown:
        raise InvalidInput(_("This cannot be changed."), sorted(unknown)[0])
    for field, value in changes.items():
        most = _TEXTS.get(field)
        setattr(location, field, value if most is None else clean_text(value, most=most, field=field))
    location.code = location.code.upper()
    for field in ("name", "code"):
        if not getattr(location, field):
            raise InvalidInput(_("This field is required."), field)
    if location.kind not in LocationKind.values:
        raise InvalidInput(_("There is no such kind of location."), "kind")
    if location.region_code and regions.find(location.region_code) is None:
        raise InvalidInput(_("There is no such region."), "region_code")


def _refuse_if_used(location: Location) -> None:
    if location.is_default:
        raise LocationInUse(_("Make another location the default before you close this one."))
    if StockItem.objects.filter(location=location, on_hand__gt=0).exists():
        raise LocationInUse(_("Goods are still at this location. Transfer them or correct the count first."))


def _save(location: Location) -> None:
    try:
        with transaction.atomic():
            location.save()
    except IntegrityError as clash:
        message = _("Another location has the code %(code)s.") % {"code": location.code}
        raise InvalidInput(message, "code") from clash
