"""Colours a seller may choose: read, compared, and refused when the text on them could not be read."""

import re

from django.utils.translation import gettext as _

from core.kernel.errors import InvalidInput

WHITE, INK = "#ffffff", "#1c1914"
DARKEST_PAGE = "#f5f2ec"  # of the presets in assets/css/storefront/presets.css
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

    reads_on_white  links and prices are written in it, so it must stand out from every preset's page
    Raises          InvalidInput for no colour, one that is too pale, or one on which no text can be read;
                    the message names the nearest colour that will do
    """
    color = color.strip().lower()
    if not color:
        return ""
    if not _HEX.match(color):
        raise InvalidInput(_("Write the colour like #0f6b48."), field)
    if reads_on_white and contrast(color, DARKEST_PAGE) < READABLE:
        message = _(
            "Links and prices could not be read in a colour this pale. The nearest that can: %(color)s."
        )
        raise InvalidInput(message % {"color": _nearest(color, WHITE, DARKEST_PAGE)}, field)
    if contrast(color, content_on(color)) < READABLE:
        message = _("No text could be read on this colour. The nearest on which it can: %(color)s.")
        raise InvalidInput(message % {"color": _nearest(color, WHITE, WHITE)}, field)
    return color


def _nearest(color: str, light: str, against: str) -> str:
    """The colour made darker in small steps until it can be read against another, and carry light text."""
    parts = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    for percent in range(100, -1, -2):
        darker = "#" + "".join(f"{part * percent // 100:02x}" for part in parts)
        if min(contrast(darker, against), contrast(darker, light)) >= READABLE:
            return darker
    return INK


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
