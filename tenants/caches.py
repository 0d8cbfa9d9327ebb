"""Cache keys that carry the store, and values that are plain JSON (never pickle)."""

import json
from typing import Any

from tenants.context import require_store


def store_key(key: str, key_prefix: str, version: int) -> str:
    """Prefix the store's permanent id. Raises NoStoreContext outside a store."""
    return f"{key_prefix}:{require_store().uid}:{version}:{key}"


class JsonSerializer:
    """What Django's Redis cache calls to turn values into bytes and back."""

    def dumps(self, value: Any) -> bytes | int:
        # Whole numbers stay bare so that Redis can count with them.
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)
