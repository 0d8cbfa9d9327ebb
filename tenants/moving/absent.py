"""What a store's hosts answer while it is on its way elsewhere, and when it has arrived there."""

import re
from typing import Any, Final

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from redis.exceptions import RedisError

from tenants import context
from tenants.models import Hostname, MoveState, Store, StoreMove, StoreState

_KEPT_SECONDS: Final = 10
_REDIRECT_SECONDS: Final = 300
_WAIT_SECONDS: Final = 120
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")
_MOVING: Final = "moving"

MOVING_PAGE = (
    "<!doctype html><html lang=id><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<meta http-equiv=refresh content=60><title>503</title><style>body{max-width:26rem;margin:18vh auto;"
    "padding:0 1.25rem;background:#f6f4ef;color:#1f1b16;font:1rem/1.5 system-ui,sans-serif}h1{margin:0;"
    "font-size:1.5rem}p{margin:.25rem 0 2rem}div{padding-top:1.5rem;border-top:1px solid #ddd6c9}h2{margin:0;"
    "font-size:1.125rem}</style><main><h1>Sebentar, toko sedang pindah server</h1><p>Pesanan dan data aman. "
    "Silakan kembali beberapa menit lagi.</p><div lang=en><h2>This store is moving to another server</h2>"
    "<p>Orders and everything else are safe. Please come back in a few minutes.</p></div></main></html>"
)


def answer(request: HttpRequest, name: str) -> HttpResponse | None:
    """The answer of a host whose store is moving or has moved; None for any other host."""
    known = _known(name)
    if not known:
        return None
    if known != _MOVING and request.method in ("GET", "HEAD"):
        response: HttpResponse = HttpResponseRedirect(known + request.get_full_path())
        response.headers["Cache-Control"] = f"max-age={_REDIRECT_SECONDS}"
        return response
    response = HttpResponse(MOVING_PAGE, status=503)
    response.headers["Retry-After"] = str(_WAIT_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def forget(store: Store) -> None:
    """Have the next request look again what its hosts answer."""
    with context.in_public():
        names = list(Hostname.objects.filter(store_id=store.pk).values_list("name", flat=True))
    try:
        caches["platform"].delete_many([f"away:{name}" for name in names])
    except RedisError:
        pass


def _known(name: str) -> str:
    """Where a host's store is: "moving", an origin elsewhere, or nothing that is known."""
    cache, key = caches["platform"], f"away:{name}"
    try:
        known: Any = cache.get(key)
        if known is None:
            known = _read(name)
            cache.set(key, known, _KEPT_SECONDS)
    except RedisError:
        known = _read(name)
    return str(known)


def _read(name: str) -> str:
    with context.in_public():
        row = (
            Hostname.objects.select_related("store")
            .filter(name=name, verified_at__isnull=False)
            .filter(store__state__in=[StoreState.MOVING, StoreState.LEAVING])
            .first()
        )
        if row is None or row.store.state == StoreState.MOVING:
            return _MOVING if row else ""
        moved = StoreMove.objects.filter(store=row.store, state__in=[MoveState.DONE, MoveState.TURNING])
        facts = moved.order_by("-created_at").values_list("facts", flat=True).first()
    origin = str((facts or {}).get("addresses", {}).get(row.kind, ""))
    return origin if _ORIGIN.fullmatch(origin) else ""
