"""Words that people type: made clean, or refused with the field's name."""

import unicodedata

from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.kernel.errors import InvalidInput

# Marks that turn the reading direction around: they make one name look like another.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def line(text: str, *, most: int, field: str, required: bool = False) -> str:
    """One line of text: spaces collapsed, no control characters, at most `most` long."""
    cleaned = " ".join(_plain(text, field).split())
    return _fitting(cleaned, most, field, required)


def paragraphs(text: str, *, most: int, field: str) -> str:
    """Text over several lines; line ends become plain newlines."""
    cleaned = _plain(text, field, allowed="\n\t").strip()
    return _fitting(cleaned, most, field, required=False)


def _plain(text: str, field: str, allowed: str = "") -> str:
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not allowed:
        composed = composed.replace("\n", " ").replace("\t", " ")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in composed):
        raise InvalidInput(_("This text has characters that cannot be shown. Type it again."), field)
    return "".join(letter for letter in composed if letter not in _DIRECTION_MARKS)


def _fitting(text: str, most: int, field: str, required: bool) -> str:
    if required and not text:
        raise InvalidInput(_("Fill this in."), field)
    if len(text) > most:
        raise InvalidInput(_("Use at most %(most)s characters.") % {"most": most}, field)
    return text


def slug_of(text: str, most: int = 160) -> str:
    """The text as it stands in an address; empty when nothing of it can."""
    return slugify(text)[:most].strip("-")
