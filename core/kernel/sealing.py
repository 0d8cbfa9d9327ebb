"""Secrets that sellers entrust to us, sealed with AES-256-GCM.

A sealed value is bound to its store, table and row: moved anywhere else it does not open. The first key of
SEALING_KEYS seals, all of them open, so keys can be rotated.
"""

import base64
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tenants.context import require_store


class SealBroken(RuntimeError):
    """The value was changed, moved, or sealed with a key we no longer have."""


def _keys() -> dict[str, bytes]:
    pairs = (entry.split(":", 1) for entry in settings.SEALING_KEYS.split(",") if entry)
    return {key_id: base64.b64decode(key) for key_id, key in pairs}


def _bound_to(place: str) -> bytes:
    return f"{require_store().uid}|{place}".encode()


def seal(value: Any, *, place: str) -> str:
    """Encrypt a JSON value for one place, for example `payments_paymentmethod|MIDTRANS`."""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(value).encode(), _bound_to(place))
    return f"{key_id}.{base64.b64encode(nonce + sealed).decode()}"


def unseal(text: str, *, place: str) -> Any:
    """The value behind a sealed text. Raises SealBroken."""
    key_id, _, body = text.partition(".")
    raw = base64.b64decode(body)
    try:
        return json.loads(AESGCM(_keys()[key_id]).decrypt(raw[:12], raw[12:], _bound_to(place)))
    except (KeyError, InvalidTag) as broken:
        raise SealBroken("A sealed secret does not open here.") from broken
