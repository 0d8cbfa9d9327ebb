"""Cache keys that carry the store, values that are plain JSON (never pickle), and a `clear` with borders."""

import json
import re
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from tenants.context import require_store

_SPECIAL = re.compile(r"[][*?^\\-]")
_MOST_AT_ONCE = 500


def store_key(key: str, key_prefix: str, version: int) -> str:
    """Prefix the store's permanent id. Raises NoStoreContext outside a store."""
    return f"{store_prefix(key_prefix)}{version}:{key}"


def store_prefix(key_prefix: str) -> str:
    """How every key of the store in force begins. Raises NoStoreContext outside a store."""
    return f"{key_prefix}:{require_store().uid}:"


class LastingClient(RedisCacheClient):
    """Django's way to Redis, with one client for all commands: Django makes a new one for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client, which takes a connection from its pool for each command."""
        server = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if server not in self._made:
            pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
            self._made[server] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._made[server]


class BoundedRedisCache(RedisCache):
    """Django's Redis cache, whose `clear` removes this alias' own keys: the store's, where it is the store's.

    Django would empty the whole Redis: every store's pages, log-in limits, sessions and the bell.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._class = LastingClient

    def clear(self) -> None:
        """Remove what was kept here; of a store's cache, what the store in force kept."""
        is_of_store = self.key_func is store_key
        begins = store_prefix(self.key_prefix) if is_of_store else f"{self.key_prefix}:"
        client = self._cache.get_client(None, write=True)
        pattern = _SPECIAL.sub(r"\\\g<0>", begins) + "*"
        batch: list[bytes] = []
        for key in client.scan_iter(match=pattern, count=1000):
            batch.append(key)
            if len(batch) == _MOST_AT_ONCE:
                client.unlink(*batch)
                batch.clear()
        if batch:
            client.unlink(*batch)


class JsonSerializer:
    """What Django's Redis cache calls to turn values into bytes and back."""

    def dumps(self, value: Any) -> bytes | int:
        # Whole numbers stay bare so that Redis can count with them.
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)
