"""Public ids: opaque, unguessable, and readable enough to say what they name."""

import base64
import secrets

MAX_LENGTH = 32


def new_id(prefix: str) -> str:
    """For example `prd_` and 22 lower-case base32 characters (110 random bits)."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(14)).decode().lower()[:22]}"
