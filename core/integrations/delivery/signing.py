"""Signatures by Standard Webhooks (standardwebhooks.com): the receiver knows that it was us, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
_KEY_BYTES: Final = 32


def new_secret() -> str:
    """A secret as receivers' libraries take it: `whsec_` and the key in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def headers(*, event_id: str, sent_at: int, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """What tells a receiver that this body, at this moment, is ours.

    event_id   repeats on every attempt: by it a receiver knows what it has already taken
    sent_at    seconds since 1970
    keys       each signs; two while a secret is being exchanged
    """
    signed = f"{event_id}.{sent_at}.".encode() + body
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(sent_at),
        "Webhook-Signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(raw, signed, hashlib.sha256)).decode()
