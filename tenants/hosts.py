"""From the request's host to a store and a urlconf.

Every host of the product goes through here: the platform's own names come from settings, all others from
verified rows of Hostname. An unknown host gets a small static 404 that names no store.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models.base import ModelState
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from redis.exceptions import RedisError

from tenants import context, scopes, shop_state
from tenants.models import HostKind, Hostname, Store, StoreState
from tenants.moving import absent
from tenants.security_log import note

_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_CACHE_SECONDS = 300
_UNKNOWN_SECONDS = 20
_MOST_SEEN = 5_000
# Where a store that came with a request has its main host of each kind.
_NAMES = "main_names"
PLATFORM, CONSOLE = "PLATFORM", "CONSOLE"
# Machines were told these addresses and may not follow; pictures stand in old mails.
_STAY = ("/api/", "/hooks/", "/media/")
# Browsers would keep a permanent redirect for good, also when the seller has changed their mind.
_REDIRECT_SECONDS = 300

UNKNOWN_HOST_PAGE = (
    "<!doctype html><html lang=id><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>404</title><style>body{max-width:26rem;margin:18vh auto;padding:0 1.25rem;background:#f6f4ef;"
    "color:#1f1b16;font:1rem/1.5 system-ui,sans-serif}h1{margin:0;font-size:1.5rem}p{margin:.25rem 0 2rem}"
    "div{padding-top:1.5rem;border-top:1px solid #ddd6c9}h2{margin:0;font-size:1.125rem}</style>"
    "<main><h1>Toko tidak ditemukan</h1><p>Tidak ada toko di alamat ini. Periksa kembali ejaannya.</p>"
    "<div lang=en><h2>No store here</h2><p>No store answers at this address. Check its spelling.</p></div>"
    "</main></html>"
)


@dataclass(frozen=True, slots=True)
class Route:
    """What a host means: a kind, and the store where there is one.

    leads_to   for a storefront that has a main address of its own elsewhere: that host
    marks      the words of the shop's parts, read together with the host (tenants.shop_state.word_keys)
    """

    kind: str
    store: Store | None = None
    leads_to: str = ""
    marks: tuple[bytes | None, ...] | None = field(default=None, compare=False)


def normalise(host: str) -> str | None:
    """Lower case, without port and one trailing dot, in ASCII; None for anything that is no host name."""
    name = host.lower()
    if name.count(":") == 1:
        name, _, port = name.partition(":")
        if not (port.isascii() and port.isdigit()):
            return None
    name = name.removesuffix(".")
    if not name.isascii():
        name = _ascii(name)
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return None
    return name


def _ascii(name: str) -> str:
    """The name as DNS knows it; empty when letters would be dropped or exchanged on the way there."""
    try:
        written = name.encode("idna")
        return written.decode() if written.decode("idna") == name else ""
    except UnicodeError:
        return ""


def resolve(host: str) -> Route | None:
    """The route of a request's host, or None when nobody answers there."""
    name = normalise(host)
    if name is None:
        return None
    if name == settings.PLATFORM_HOST:
        return Route(PLATFORM)
    if name == settings.CONSOLE_HOST:
        return Route(CONSOLE)
    return _store_route(name)


def _store_route(name: str) -> Route | None:
    """The route as Redis has it, else as the database has it.

    What Redis said last time about a host is remembered with what it meant: each request asks again, and the
    same answer is not read twice. The words of its shop come with it, which a page would have to ask for.
    """
    before = _seen.get(name)
    try:
        told, marks = _told(name, before)
    except RedisError:
        shop_state.leave_alone()
        return _read_route(name)
    if told is not None:
        if before is None or told != before.told:
            before = _seen.put(name, _Seen.of(told))
            marks = None
        return before.route(marks)
    route = _read_route(name)
    cache = caches["platform"]
    try:
        if route:
            cache.set(_key(name), _as_json(route), _CACHE_SECONDS)
        else:
            # Only where nothing stands: the store may have been announced since we looked.
            cache.add(_key(name), {}, _UNKNOWN_SECONDS)
    except RedisError:
        pass
    return route


def _told(name: str, before: "_Seen | None") -> tuple[bytes | None, tuple[bytes | None, ...] | None]:
    """What Redis knows of a host, and the words of the shop that it meant last time."""
    keys = [caches["platform"].make_and_validate_key(_key(name))]
    if before is not None and before.kind == HostKind.STOREFRONT:
        keys += shop_state.word_keys(before.uid)
    told, *marks = shop_state.redis().mget(keys)
    return told, tuple(marks) or None


def _key(name: str) -> str:
    return f"host:{name}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What Redis said of a host, and what that meant."""

    told: bytes
    kind: str = ""
    leads_to: str = ""
    uid: str = ""
    store: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, told: bytes) -> "_Seen":
        known = json.loads(told)
        if not known:
            return cls(told)
        names = known.get("names", {})
        store = Store(**known["store"]).__dict__
        return cls(told, known["kind"], known.get("leads_to", ""), known["store"]["uid"], store, names)

    def route(self, marks: tuple[bytes | None, ...] | None) -> Route | None:
        """The route, with a store of its own: nobody may find in it what another request has changed."""
        if not self.kind:
            return None
        store = Store.__new__(Store)
        store.__dict__.update(self.store)
        store._state = ModelState()
        store.entitlements = dict(store.entitlements)
        store.__dict__[_NAMES] = self.names
        return Route(self.kind, store, self.leads_to, marks)


class _Shelf:
    """The hosts that this process was asked for last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: OrderedDict[str, _Seen] = OrderedDict()

    def get(self, name: str) -> _Seen | None:
        return self._rows.get(name)

    def put(self, name: str, seen: _Seen) -> _Seen:
        with self._lock:
            self._rows.pop(name, None)
            self._rows[name] = seen
            if len(self._rows) > _MOST_SEEN:
                self._rows.popitem(last=False)
        return seen


_seen = _Shelf()


def _read_route(name: str) -> Route | None:
    row = (
        Hostname.objects.select_related("store")
        .filter(name=name, verified_at__isnull=False, store__state=StoreState.ACTIVE)
        .first()
    )
    return Route(row.kind, row.store, _main_address(row)) if row else None


def _main_address(row: Hostname) -> str:
    """The seller's own domain that shoppers should arrive at; empty when `row` is it, or while it fails."""
    if row.kind != HostKind.STOREFRONT or row.is_primary:
        return ""
    main = Hostname.objects.filter(store_id=row.store_id, kind=HostKind.STOREFRONT, is_primary=True)
    whole = main.filter(claim__connected_at__isnull=False, claim__failing_since__isnull=True)
    return whole.values_list("name", flat=True).first() or ""


_STORE_FIELDS = (
    "id",
    "schema_name",
    "slug",
    "name",
    "state",
    "language",
    "time_zone",
    "currency",
    "entitlements",
    "is_demo",
)


def _as_json(route: Route | None, names: dict[str, str] | None = None) -> dict:
    """What Redis is told of a host; `names` are the store's main hosts, where they are known already."""
    if route is None or route.store is None:
        return {}
    fields = {field: getattr(route.store, field) for field in _STORE_FIELDS}
    told = {**fields, "uid": str(route.store.uid)}
    names = names or _main_names(route.store)
    return {"kind": route.kind, "store": told, "leads_to": route.leads_to, "names": names}


def _main_names(store: Store) -> dict[str, str]:
    """The host of each kind that links lead to."""
    rows = Hostname.objects.filter(store_id=store.pk, verified_at__isnull=False)
    return dict(rows.order_by("is_primary", "-pk").values_list("kind", "name"))


def announce(store: Store) -> None:
    """Let the main hosts of a store that has just opened answer from now on.

    Written down, not forgotten: a request that looked a moment too early must not have the last word.
    """
    if not store.is_open:
        forget(store)
        return
    rows = Hostname.objects.filter(store_id=store.pk, is_primary=True, verified_at__isnull=False)
    names = {row.kind: row.name for row in rows}
    known = {_key(name): _as_json(Route(kind, store), names) for kind, name in names.items()}
    try:
        caches["platform"].set_many(known, _CACHE_SECONDS)
    except RedisError:
        pass


def forget(store: Store) -> None:
    """Make the next request read this store's hosts and settings again. Call after any change of either."""
    names = list(Hostname.objects.filter(store=store).values_list("name", flat=True))
    forget_names(names)
    shop_state.forget(store.uid)


def forget_names(names: list[str]) -> None:
    """As `forget`, for names that may no longer have a row. Redis being down only delays the change."""
    try:
        caches["platform"].delete_many([_key(name) for name in names])
    except RedisError:
        pass


URLCONFS = {
    PLATFORM: settings.PLATFORM_URLCONF,
    CONSOLE: settings.CONSOLE_URLCONF,
    HostKind.DASHBOARD: settings.DASHBOARD_URLCONF,
    HostKind.STOREFRONT: settings.STOREFRONT_URLCONF,
}


class HostMiddleware:
    """Enters the host's store for the length of the request, and always leaves it again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        context.enter(None)
        # Without a Host header nobody is meant; the server's own name must not stand in for it.
        route = resolve(request.META.get("HTTP_HOST", ""))
        if route is None:
            # Not when it is no name at all.
            if gone := absent.answer(request, normalise(request.META.get("HTTP_HOST", "")) or ""):
                return gone
            note("host.unknown", host=request.META.get("HTTP_HOST", ""))
            return HttpResponse(UNKNOWN_HOST_PAGE, status=404)
        if route.leads_to and request.method in ("GET", "HEAD") and not request.path.startswith(_STAY):
            return _to_main_address(request, route.leads_to)
        request.route = route  # type: ignore[attr-defined]
        request.store = route.store  # type: ignore[attr-defined]
        request.urlconf = URLCONFS[route.kind]
        context.enter(route.store)
        scopes.tell_store(route.store)
        try:
            return self.get_response(request)
        finally:
            context.enter(None)


def _to_main_address(request: HttpRequest, name: str) -> HttpResponse:
    response = HttpResponsePermanentRedirect(origin(name) + request.get_full_path())
    response.headers["Cache-Control"] = f"max-age={_REDIRECT_SECONDS}"
    return response


def origin(name: str) -> str:
    """The public address of a host name, with the port that development needs."""
    standard = {"http": "80", "https": "443"}[settings.SCHEME]
    port = "" if standard == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"
    return f"{settings.SCHEME}://{name}{port}"


def platform_origin() -> str:
    """Where the platform answers: the only origin that account mails may link to."""
    return origin(settings.PLATFORM_HOST)


def store_origin(store: Store, kind: str) -> str:
    """The stored primary address of a store's dashboard or storefront; never taken from a request."""
    names = vars(store).get(_NAMES)
    if names is None:
        with context.in_public():
            names = _main_names(store)
    name = names.get(kind)
    suffix = settings.DASHBOARD_SUFFIX if kind == HostKind.DASHBOARD else settings.STOREFRONT_SUFFIX
    return origin(name or f"{store.slug}.{suffix}")
