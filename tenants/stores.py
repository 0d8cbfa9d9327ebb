"""A store's own facts on the platform's side: its name, language, time zone and hosts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import context, hosts
from tenants.errors import CommerceError
from tenants.models import Hostname, Store, StoreState

LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)
TIME_ZONES: Final = {
    "Asia/Jakarta": gettext_lazy("Western Indonesia (WIB)"),
    "Asia/Makassar": gettext_lazy("Central Indonesia (WITA)"),
    "Asia/Jayapura": gettext_lazy("Eastern Indonesia (WIT)"),
}
LONGEST_NAME: Final = 80
WITH_TABLES: Final = (
    StoreState.PREPARED,
    StoreState.ACTIVE,
    StoreState.SUSPENDED,
    StoreState.MOVING,
    StoreState.LEAVING,
)


class StoreFactRefused(CommerceError):
    """A store cannot be called or set so; `field` says which fact is meant."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, message: str, field: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class HostFacts:
    """One name under which the store answers."""

    name: str
    kind: str
    origin: str
    is_primary: bool
    is_verified: bool


def with_tables(*, slug: str = "") -> list[Store]:
    """Every store whose tables are made, open or not, oldest first; `slug` asks for one alone."""
    with context.in_public():
        rows = Store.objects.filter(state__in=WITH_TABLES).order_by("pk")
        return list(rows.filter(slug=slug) if slug else rows)


def configure(store: Store, *, changes: Mapping[str, str]) -> dict[str, list[str]]:
    """Change some of `name`, `language`, `time_zone`; pages follow with the next request.

    Returns  fact -> [before, after] for those that did change
    Raises   StoreFactRefused; then nothing is changed
    """
    cleaned = {field: _CHECKS[field](value) for field, value in changes.items()}
    with context.in_public():
        fresh = Store.objects.get(pk=store.pk)
        changed = {
            field: [getattr(fresh, field), value]
            for field, value in cleaned.items()
            if getattr(fresh, field) != value
        }
        if changed:
            Store.objects.filter(pk=store.pk).update(**{field: pair[1] for field, pair in changed.items()})
            context.on_commit(hosts.forget, store)
    for field, pair in changed.items():
        setattr(store, field, pair[1])
    return changed


def host_facts(store: Store) -> list[HostFacts]:
    """The names under which a store answers, or wants to: storefront first, primary ones on top."""
    with context.in_public():
        rows = list(Hostname.objects.filter(store_id=store.pk).order_by("-kind", "-is_primary", "name"))
    return [
        HostFacts(row.name, row.kind, hosts.origin(row.name), row.is_primary, row.verified_at is not None)
        for row in rows
    ]


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name:
        raise StoreFactRefused(_("Give your store a name."), "name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise StoreFactRefused(_("Use at most 80 letters, digits and signs."), "name")
    return name


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise StoreFactRefused(_("Choose one of the languages."), "language")
    return value


def _time_zone(value: str) -> str:
    if value not in TIME_ZONES:
        raise StoreFactRefused(_("Choose one of the time zones."), "time_zone")
    return value


_CHECKS: Final = {"name": _name, "language": _language, "time_zone": _time_zone}
