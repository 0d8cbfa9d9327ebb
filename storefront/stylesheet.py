"""A theme as CSS: the variables that templates/assets/css/storefront/tokens.css leaves to the seller."""

import hashlib

from storefront.models import Corner, Density, Preset, Theme, Typeface
from storefront.palette import content_on

_FONTS: dict[str, str] = {
    Typeface.JAKARTA: "var(--type-jakarta)",
    Typeface.SYSTEM: "var(--type-system)",
    Typeface.SERIF: "var(--type-serif)",
}
_CORNERS: dict[str, str] = {
    Corner.SQUARE: "0rem",
    Corner.SLIGHT: "0.375rem",
    Corner.ROUND: "0.75rem",
    Corner.ROUNDER: "1.25rem",
}
_DENSITIES: dict[str, str] = {Density.TIGHT: "0.8", Density.NORMAL: "1", Density.AIRY: "1.3"}


def css(theme: Theme) -> str:
    """Only what the seller chose; the preset has the rest. Each value is a colour or from a fixed list."""
    rules: dict[str, str] = {}
    if theme.primary_color:
        rules["primary"] = theme.primary_color
        rules["primary-content"] = content_on(theme.primary_color)
    if theme.accent_color:
        rules["accent"] = theme.accent_color
        rules["accent-content"] = content_on(theme.accent_color)
    chosen = (
        ("body-font", _FONTS, theme.body_font),
        ("heading-font", _FONTS, theme.heading_font),
        ("corner", _CORNERS, theme.corner),
        ("density", _DENSITIES, theme.density),
    )
    rules.update({name: values[choice] for name, values, choice in chosen if choice in values})
    body = "".join(f"--seller-{name}:{value};" for name, value in rules.items())
    return f":root{{{body}}}\n" if body else ""


def version(theme: Theme) -> str:
    """Changes with the stylesheet's text, so that its address may be kept for a year."""
    return hashlib.sha256(css(theme).encode()).hexdigest()[:12]


def needs_no_font(theme: Theme) -> bool:
    """Whether nothing on the page is set in Plus Jakarta Sans, so that it is not fetched early."""
    own = Typeface.SYSTEM if theme.preset == Preset.BERSIH else Typeface.JAKARTA
    body = theme.body_font or own
    heading = theme.heading_font or (Typeface.SERIF if theme.preset == Preset.GALERI else body)
    return Typeface.JAKARTA not in (body, heading)
