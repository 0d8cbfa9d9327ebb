"""Colours a seller may choose: read, compared, and refused when the text on them could not be read."""

import re

from django.utils.translation import gettext as _

from core.kernel.errors import InvalidInput

WHITE, INK = "#ffffff", "#1c1914"
READABLE = 4.5  # WCAG 2.2 AA, normal text
_HEX = re.compile(r"^#[0-9a-f]{6}$")


def contrast(first: str, second: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def content_on(color: str) -> str:
    """The text colour that reads best on `color`."""
    return WHITE if contrast(color, WHITE) >= contrast(color, INK) else INK


def checked(color: str, *, field: str, reads_on_white: bool) -> str:
    """The colour in lower case, or "" for none.

    reads_on_white  links and prices are written in it, so it must stand out from a white page
    Raises          InvalidInput for no colour, or one that is too pale
    """
    color = color.strip().lower()
    if not color:
        return ""
    if not _HEX.match(color):
        raise InvalidInput(_("Write the colour like #0f6b48."), field)
    if reads_on_white and contrast(color, WHITE) < READABLE:
        raise InvalidInput(
            _("This colour is too pale: links and prices could not be read on it. Choose a darker one."),
            field,
        )
    return color


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
