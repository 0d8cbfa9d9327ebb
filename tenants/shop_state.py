"""Which state of a shop a kept page shows: a word per part of the shop, exchanged by commits that change it.

The database backend sees each write. Where one touches a table of SHOP_TABLES it says so around the commit:
before it, nobody may keep a page of that part or be shown one; after it, the part has a new word, and pages
that were kept under the old one are worth nothing. So no service can forget it, and a page that was begun
before the commit is kept, if at all, under a word that nobody asks for again. Whoever dies in the midst
leaves a mark that ends by itself, and then there is a new word too.
"""

import logging
import re
import time
from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

from tenants.context import current_store

logger = logging.getLogger(__name__)

# What the parts are called: pages that show no numbers of stock outlive a sale.
SHOP, STOCK = "shop", "stock"
PARTS: Final = (SHOP, STOCK)
# The word of a part while somebody commits, and how long it stands when they die meanwhile.
_CHANGING: Final = b"-"
_CHANGING_SECONDS: Final = 15
# A Redis that does not answer is left alone for so long: a commit must not wait for it, nor a page.
_PAUSE_SECONDS: Final = 5.0

_WRITE = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?(?:"?\w+"?\.)?"?(?P<table>\w+)"?', re.IGNORECASE
)
_READS = ("SELECT", "SAVEPO", "RELEAS", "SET CO", "SHOW ", "EXPLAI", "FETCH ", "DECLAR", "CLOSE ", "ROLLBA")

Change = tuple[str, str]

_owed: set[Change] = set()
_paused_until = 0.0


def changes_of(sql: Any) -> set[Change]:
    """The parts of the store in force that a statement may change, each as (store uid, part)."""
    text = sql if isinstance(sql, str) else str(sql)
    if text.startswith(_READS):
        return set()
    store = current_store()
    if store is None:
        return set()
    tables: Mapping[str, str] = settings.SHOP_TABLES
    found = _WRITE.match(text)
    if found:
        parts = {tables[found["table"]]} if found["table"] in tables else set()
    else:
        # Something rarer, such as COPY or WITH: whatever it names counts.
        parts = {part for table, part in tables.items() if table in text}
    return {(str(store.uid), part) for part in parts}


def changing(changes: Iterable[Change]) -> None:
    """Have no page of these parts kept or shown until `changed`. Call right before the commit."""
    _tell(changes, _CHANGING, _CHANGING_SECONDS)


def changed(changes: Iterable[Change]) -> None:
    """Make every kept page of these parts worthless. Call right after the commit."""
    _tell(changes, token_hex(8).encode(), None)


def forget(uid: object) -> None:
    """Make every kept page of a store worthless: for what stands in no table of the store."""
    changed([(str(uid), part) for part in PARTS])


def word_keys(uid: object) -> list[str]:
    """Where the words of a store's parts stand, in the order of PARTS."""
    return [_key((str(uid), part)) for part in PARTS]


def settled(uid: object, words: Iterable[bytes | None]) -> dict[str, str] | None:
    """Part -> its word, as read at `word_keys`; new where there is none. None while somebody commits."""
    told = {}
    for part, word in zip(PARTS, words, strict=True):
        known = word or _new_word(_key((str(uid), part)))
        if known == _CHANGING:
            return None
        told[part] = known.decode()
    return told


def redis() -> Any:
    """The Redis that pages and words are kept in. Raises RedisError while it is left alone."""
    if time.monotonic() < _paused_until:
        raise RedisError("Left alone for a moment.")
    if _owed:
        _tell([], b"", None)
    return caches["default"]._cache.get_client(None, write=True)  # type: ignore[attr-defined]


def leave_alone() -> None:
    """Do without Redis for a moment: it did not answer."""
    global _paused_until  # noqa: PLW0603 - one Redis, one process
    _paused_until = time.monotonic() + _PAUSE_SECONDS


def _tell(changes: Iterable[Change], word: bytes, seconds: int | None) -> None:
    told = set(changes)
    owed = _owed - told
    if time.monotonic() < _paused_until:
        _owed.update(told)
        return
    try:
        client = caches["default"]._cache.get_client(None, write=True)  # type: ignore[attr-defined]
        with client.pipeline(transaction=False) as line:
            for change in told:
                line.set(_key(change), word, ex=seconds)
            for change in owed:
                line.set(_key(change), token_hex(8))
            line.execute()
        _owed.difference_update(owed, told)
    except RedisError:
        # Kept pages end by themselves after minutes; who commits meanwhile is not held up by it.
        _owed.update(told)
        leave_alone()
        logger.warning("The change of a shop could not be told to Redis; it will be.")


def _key(change: Change) -> str:
    """Below the store's own prefix, so that it goes when the store goes."""
    uid, part = change
    return f"store:{uid}:state:{part}"


def _new_word(key: str) -> bytes:
    client = redis()
    client.set(key, token_hex(8), nx=True)
    return client.get(key) or _CHANGING
