"""Addresses as QR codes."""

from io import BytesIO
from typing import Final

import segno

_KINDS: Final = {"svg": "image/svg+xml", "png": "image/png"}


def drawn(address: str, form: str) -> tuple[bytes, str]:
    """The QR code of an address, with the quiet zone that cameras need, and its content type.

    form     svg or png; the png is large enough to print on a sheet of paper
    """
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind=form, scale=24 if form == "png" else 8, border=4)
    return picture.getvalue(), _KINDS[form]
