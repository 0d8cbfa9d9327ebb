"""Pages of the shop that are the same for everybody, kept in Redis and in the process until a change.

A view says `@kept(...)`: its page depends on nothing but the address, the language and tables of SHOP_TABLES.
Such a page is shown again without a query as long as the words of its parts stand (tenants.shop_state), so a
changed price is there at the next request. What belongs to one visitor is not in it: the form's token is put
in anew for each, the cart's number comes by a request of its own, and whoever has a notice waiting gets a
page of their own. Browsers ask each time whether their copy is good (ETag, 304).
"""

import json
import re
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from redis.exceptions import RedisError

from storefront import drawing
from tenants import access, shop_state
from tenants.models import HostKind
from tenants.shop_state import SHOP, STOCK

__all__ = ["SHOP", "STOCK", "KeptPageMiddleware", "kept"]

# A browser may keep its copy but asks first; caches on the way keep none, since a page differs by cookie.
_ASK_FIRST: Final = "private, no-cache"
# Links from elsewhere bring these; no page reads them.
_FOREIGN: Final = re.compile(r"utm_\w+|fbclid|gclid|ttclid|igsh|srsltid")
_LONGEST_QUERY: Final = 300
# Whoever walks through every filter must not fill Redis: this many pages of a store are taken in a minute.
_MOST_TAKEN_A_MINUTE: Final = 600
_MOST_BYTES_OF_A_PROCESS: Final = 24_000_000
_TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(?=")')
# No page holds this sign: PostgreSQL takes it in no text.
_HERE: Final = b"\x00"

View = Callable[..., HttpResponse]


def kept(*parts: str, names: frozenset[str] = frozenset()) -> Callable[[View], View]:
    """Keep this view's page for everybody.

    parts   of the shop that it shows: SHOP, STOCK
    names   of parameters with which it may be kept; with any other it is made anew
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and set(request.GET) <= names and drawing.previewed() is None:
                response.kept_for = parts  # type: ignore[attr-defined]
            return response

        return marked

    return decorate


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it is kept: its words, its headers, and its bytes with a gap where a token belongs."""

    words: dict[str, str]
    headers: dict[str, str]
    route: str
    made: float
    body: bytes

    def dump(self) -> bytes:
        """The page for Redis."""
        head = json.dumps([self.words, self.headers, self.route, self.made]).encode()
        return head + b"\n" + zlib.compress(self.body, 1)

    @classmethod
    def load(cls, stored: bytes) -> "_Page":
        """The page from Redis."""
        head, _, body = stored.partition(b"\n")
        words, headers, route, made = json.loads(head)
        return cls(words, headers, route, made, zlib.decompress(body))

    def fits(self, words: dict[str, str]) -> bool:
        """Whether nothing that it shows has changed since."""
        fresh = time.time() - self.made < settings.PAGE_SECONDS
        return fresh and all(words[part] == word for part, word in self.words.items())


@dataclass(frozen=True, slots=True)
class _Route:
    """What the meters read of a resolver match."""

    route: str


class _Shelf:
    """The pages that this process keeps, those asked for last; bounded in bytes."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> _Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: str, page: _Page) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._pages[key] = page
            self._bytes += len(page.body) - (len(old.body) if old else 0)
            while self._bytes > _MOST_BYTES_OF_A_PROCESS:
                _, gone = self._pages.popitem(last=False)
                self._bytes -= len(gone.body)


_shelf = _Shelf()


class KeptPageMiddleware:
    """Answers with a kept page, and keeps the pages whose views say so. Stands right below the CSRF check."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = _key(request)
        if key is None:
            return self.get_response(request)
        uid = request.store.uid  # type: ignore[attr-defined]
        try:
            page, words = _find(uid, key, request.route.marks)  # type: ignore[attr-defined]
        except RedisError:
            shop_state.leave_alone()
            return self.get_response(request)
        if page is None:
            request.shop_words = words  # type: ignore[attr-defined]
            response = self.get_response(request)
            parts = getattr(response, "kept_for", None)
            if words is None or parts is None or response.cookies:
                return response
            page = _page_of(request, response, {part: words[part] for part in parts})
            _keep(uid, key, page)
        return _answer(request, page)


def _key(request: HttpRequest) -> str | None:
    """Where a page for this request would be kept; None when it must be made for this visitor alone."""
    route = request.route  # type: ignore[attr-defined]
    if not settings.PAGE_SECONDS or request.method not in ("GET", "HEAD"):
        return None
    if route.kind != HostKind.STOREFRONT or access.access_of(route.store) == access.SHOP_PAUSED:
        return None
    if settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
        return None
    query = request.META.get("QUERY_STRING", "")
    if len(query) > _LONGEST_QUERY or _is_mid_change():
        return None
    if query:
        query = urlencode([pair for pair in parse_qsl(query, True) if not _FOREIGN.fullmatch(pair[0])])
    store = route.store
    about = (
        str(store.uid),
        store.name,
        store.currency,
        store.time_zone,
        get_language(),
        request.path_info,
        query,
    )
    return blake2b(repr((_code(), about)).encode(), digest_size=18).hexdigest()


def _is_mid_change() -> bool:
    """Whether this connection has written what others must not see yet."""
    return bool(connection.shop_changes)  # type: ignore[attr-defined]


def _find(
    uid: object, key: str, marks: tuple[bytes | None, ...] | None
) -> tuple[_Page | None, dict[str, str] | None]:
    """The kept page, if it is still true; and the words under which a new one may be kept.

    marks   the words, where they were read already
    """
    page, stored = _shelf.get(key), None
    if marks is None:
        marks = tuple(shop_state.redis().mget(shop_state.word_keys(uid)))
    words = shop_state.settled(uid, marks)
    if words is None:
        return None, None
    if page is None or not page.fits(words):
        page, stored = None, shop_state.redis().get(_name(uid, key))
    if stored:
        page = _Page.load(stored)
        if not page.fits(words):
            return None, words
        _shelf.put(key, page)
    return page, words


def _page_of(request: HttpRequest, response: Any, words: dict[str, str]) -> _Page:
    body = _TOKEN.sub(_HERE, response.content)
    patch_vary_headers(response, ["Cookie"])
    headers = dict(response.headers)
    headers["ETag"] = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    headers["Cache-Control"] = _ASK_FIRST
    match = request.resolver_match
    return _Page(words, headers, match.route if match else "", time.time(), body)


def _keep(uid: object, key: str, page: _Page) -> None:
    if _is_mid_change():
        return
    minute = f"store:{uid}:taken:{int(time.time()) // 60}"
    try:
        client = shop_state.redis()
        with client.pipeline(transaction=False) as line:
            line.incr(minute)
            line.expire(minute, 120)
            taken = line.execute()[0]
        if taken <= _MOST_TAKEN_A_MINUTE:
            client.set(_name(uid, key), page.dump(), ex=settings.PAGE_SECONDS)
            _shelf.put(key, page)
    except RedisError:
        shop_state.leave_alone()


def _answer(request: HttpRequest, page: _Page) -> HttpResponse:
    if request.resolver_match is None:
        request.resolver_match = _Route(page.route)  # type: ignore[assignment]
    has_form = _HERE in page.body
    if _is_known(request, page.headers["ETag"]) and not (has_form and "CSRF_COOKIE" not in request.META):
        headers = {name: page.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
        response = HttpResponse(status=304, headers=headers)
        del response.headers["Content-Type"]
        return response
    body = page.body.replace(_HERE, get_token(request).encode()) if has_form else page.body
    return HttpResponse(body, headers=page.headers)


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the browser holds this very page. Weak, as RFC 9110 has it for If-None-Match."""
    told = request.META.get("HTTP_IF_NONE_MATCH", "")
    return bool(told) and etag.removeprefix("W/") in (
        each.strip().removeprefix("W/") for each in told.split(",")
    )


def _name(uid: object, key: str) -> str:
    return f"store:{uid}:page:{key}"


@cache
def _code() -> str:
    """Changes with the program: pages of another release are not shown, also while both serve."""
    told = blake2b(settings.RELEASE.encode(), digest_size=12)
    for folder in ("templates", "storefront", "core", "config"):
        files = [*(Path(settings.BASE_DIR) / folder).rglob("*")]
        for file in sorted(each for each in files if each.suffix in {".html", ".py", ".mo"}):
            stat = file.stat()
            told.update(f"{file}{stat.st_size}{stat.st_mtime_ns}".encode())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    told.update(manifest.read_bytes() if manifest.exists() else b"")
    return told.hexdigest()
