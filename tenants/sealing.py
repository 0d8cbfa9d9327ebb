"""Secrets that are kept, sealed with AES-256-GCM.

A sealed text is bound to a place: moved anywhere else it does not open. The first key of SEALING_KEYS
seals, all of them open, so keys can be rotated: put a new one in front, run `manage.py rotate_sealing_keys`,
drop the old one.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from tenants.errors import CommerceError

_NONCE_BYTES = 12


class SealBroken(RuntimeError):
    """The value was changed, moved, or sealed with a key we no longer have."""


class KeysClash(CommerceError):
    """Two deployments call different keys by the same id."""

    code = "keys_clash"

    def __init__(self) -> None:
        super().__init__(
            _("Both deployments have a sealing key of the same name: rotate one of them to a new name first.")
        )


_lent: ContextVar[str] = ContextVar("lent_sealing_keys", default="")


def _read(keys: str) -> dict[str, bytes]:
    pairs = (entry.split(":", 1) for entry in keys.split(",") if entry)
    return {key_id: base64.b64decode(key) for key_id, key in pairs}


def _keys() -> dict[str, bytes]:
    return {**_read(settings.SEALING_KEYS), **_read(_lent.get())}


def refuse_clash(keys: str) -> None:
    """Raise KeysClash when another deployment's keys could be taken for ours."""
    mine, theirs = _read(settings.SEALING_KEYS), _read(keys)
    if any(mine[key_id] != theirs[key_id] for key_id in mine.keys() & theirs.keys()):
        raise KeysClash


@contextmanager
def lent(keys: str) -> Iterator[None]:
    """Let another deployment's keys open what it sealed; ours go on to seal. Raises KeysClash."""
    refuse_clash(keys)
    token = _lent.set(keys)
    try:
        yield
    finally:
        _lent.reset(token)


def newest_key() -> str:
    """The id of the key that seals now."""
    return next(iter(_keys()))


def key_of(text: str) -> str:
    """The id of the key that a text was sealed with; empty for a text that is not sealed."""
    key_id, dot, _body = text.partition(".")
    return key_id if dot else ""


def seal(value: Any, *, bound_to: str) -> str:
    """Encrypt a JSON value for one place."""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(value).encode(), bound_to.encode())
    return f"{key_id}.{base64.b64encode(nonce + sealed).decode()}"


def unseal(text: str, *, bound_to: str) -> Any:
    """The value behind a sealed text. Raises SealBroken."""
    key_id, _dot, body = text.partition(".")
    try:
        raw = base64.b64decode(body, validate=True)
        nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return json.loads(AESGCM(_keys()[key_id]).decrypt(nonce, sealed, bound_to.encode()))
    except (KeyError, ValueError, binascii.Error, InvalidTag) as broken:
        raise SealBroken("A sealed secret does not open here.") from broken
