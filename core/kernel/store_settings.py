"""The settings of a store, on both sides of the schema line, read and changed as one thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit, phones, profile, regions
from core.kernel.errors import InvalidInput
from core.kernel.models import StoreProfile
from core.kernel.regions import Region, RegionLevel
from tenants import stores
from tenants.context import require_store
from tenants.models import Store
from tenants.permissions import Actor

MOST_PAYMENT_HOURS = 168
MOST_THRESHOLD = 100_000
_OF_THE_PLATFORM = ("name", "language", "time_zone")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Everything that is set about a store; `region` is what its code means."""

    store: Store
    profile: StoreProfile
    region: Region | None

    def values(self) -> dict[str, Any]:
        """Field -> value, as `update` takes them."""
        own = {name: getattr(self.store, name) for name in _OF_THE_PLATFORM}
        return own | {name: getattr(self.profile, name) for name in _CHECKS}


def current() -> StoreSettings:
    """The settings of the store in force."""
    shop = profile.current()
    return StoreSettings(require_store(), shop, regions.find(shop.region_code) if shop.region_code else None)


@transaction.atomic
def update(*, changes: Mapping[str, Any], actor: Actor) -> StoreSettings:
    """Change some of the settings, all or none, and leave one audit row.

    changes  names of `StoreSettings.values`; phone numbers as typed
    Raises   InvalidInput, InvalidPhone and StoreFactRefused, each with the field's name
    """
    unknown = set(changes).difference(_CHECKS, _OF_THE_PLATFORM)
    if unknown:
        raise InvalidInput(_("There is no such setting."), min(unknown))
    cleaned = {name: _CHECKS[name](name, value) for name, value in changes.items() if name in _CHECKS}
    if cleaned.get("region_code") and not cleaned.get("postcode"):
        region = regions.find(cleaned["region_code"])
        cleaned["postcode"] = region.postcode if region else ""
    moved = {name: changes[name] for name in _OF_THE_PLATFORM if name in changes}

    if cleaned:
        profile.edit(changes=cleaned, actor=actor)
    if changed := stores.configure(require_store(), changes=moved):
        audit.write(actor=actor, action="store.configured", subject="store", subject_id="1", changes=changed)
    return current()


def found_regions(text: str) -> list[Region]:
    """Where a store may lie, for what somebody typed: villages and districts, best first."""
    typed = " ".join(text.replace("\x00", " ").split())[:80]
    if len(typed) < 3:
        return []
    return [region for region in regions.search(typed) if region.level >= RegionLevel.DISTRICT]


def _line(most: int) -> Callable[[str, Any], str]:
    def check(field: str, value: Any) -> str:
        text = " ".join(str(value).split())
        if not text.isprintable():
            raise InvalidInput(_("This text has characters that cannot be shown. Type it again."), field)
        if len(text) > most:
            raise InvalidInput(_("Use at most %(most)s characters.") % {"most": most}, field)
        return text

    return check


def _whole(least: int, most: int) -> Callable[[str, Any], int]:
    def check(field: str, value: Any) -> int:
        if not least <= value <= most:
            message = _("Write a number from %(least)s to %(most)s.") % {"least": least, "most": most}
            raise InvalidInput(message, field)
        return int(value)

    return check


def _email(field: str, value: Any) -> str:
    address = str(value).strip().lower()
    try:
        if address:
            validate_email(address)
    except ValidationError as wrong:
        raise InvalidInput(_("This e-mail address is not complete."), field) from wrong
    return address


def _phone(field: str, value: Any) -> str:
    try:
        return phones.normalise(value) if str(value).strip() else ""
    except phones.InvalidPhone as wrong:
        raise InvalidInput(wrong.message, field) from wrong


def _mobile(field: str, value: Any) -> str:
    phone = _phone(field, value)
    if phone and not phones.is_mobile(phone):
        raise InvalidInput(_("WhatsApp needs a mobile number."), field)
    return phone


def _region(field: str, value: Any) -> str:
    region = regions.find(str(value)) if value else None
    if value and (region is None or region.level < RegionLevel.DISTRICT):
        raise InvalidInput(_("Choose the village or the postcode from the list."), field)
    return region.code if region else ""


def _postcode(field: str, value: Any) -> str:
    code = str(value).strip()
    if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
        raise InvalidInput(_("A postcode has five digits."), field)
    return code


def _prefix(field: str, value: Any) -> str:
    prefix = str(value).strip().upper()
    if not (1 <= len(prefix) <= 6 and prefix.isascii() and prefix.isalnum()):
        raise InvalidInput(_("Use 1 to 6 letters and digits, such as SO."), field)
    return prefix


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "legal_name": _line(120),
    "email": _email,
    "phone": _phone,
    "whatsapp_phone": _mobile,
    "address_line": _line(200),
    "region_code": _region,
    "postcode": _postcode,
    "order_prefix": _prefix,
    "payment_hours": _whole(1, MOST_PAYMENT_HOURS),
    "low_stock_threshold": _whole(0, MOST_THRESHOLD),
}
