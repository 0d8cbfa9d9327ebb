"""Template vocabulary: icons, money, counts and moments."""

import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_urlconf
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.kernel import formats, phones

logger = logging.getLogger(__name__)
register = template.Library()

ICON_NAME = re.compile(r"[a-z0-9-]+")
SVG_BODY = re.compile(r"<svg[^>]*>(?P<body>.*)</svg>", re.DOTALL)
FALLBACK_ICON = '<circle cx="12" cy="12" r="9"/>'
# Stands in a kept text where a slot is filled in; nobody outside this process can write it.
SLOT = f"slot-{secrets.token_hex(8)}-"
SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def icon(name: str, **attributes: str) -> SafeString:
    """Inline a lucide icon: `{% icon "truck" class="icon--lg" label="Shipped" %}`.

    Without `label` the icon is decoration and hidden from screen readers. Attribute values are escaped; the
    drawing itself comes from our own build folder.
    """
    return _icon(str(name), str(attributes.get("class", "")), str(attributes.get("label", "")))


@lru_cache(maxsize=2048)
def _icon(name: str, look: str, label: str) -> SafeString:
    classes = f"icon {look}".strip()
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false">{}</svg>',
        classes,
        meaning,
        mark_safe(_drawing(name)),  # noqa: S308 - lucide's own file, never user text
    )


@register.simple_tag
def kept(template_name: str, **told: Any) -> SafeString:
    """Include a template that says nothing but what it is told, and keep its text in the process.

    `{% kept "base/parts/rail.html" nav=nav name=store.name slot_csrf_token=csrf_token %}`: the template sees
    these values, the language, the time zone and the kind of host, and nothing else. So equal values are the
    same text, other values another one, and nothing is ever to be forgotten. What differs from page to page
    is told in a `slot_...`: the template writes `{{ csrf_token }}`, and each page fills in its own.
    """
    slots = {key: told.pop(key) for key in [key for key in told if key.startswith("slot_")]}
    filled = tuple((key.removeprefix("slot_"), bool(value)) for key, value in slots.items())
    ground = (get_language(), timezone.get_current_timezone_name(), get_urlconf())
    text = _kept(template_name, ground, filled, **told)
    for (name, is_there), value in zip(filled, slots.values(), strict=True):
        if is_there:
            text = text.replace(f"{SLOT}{name}.", str(conditional_escape(value)))
    return mark_safe(text)  # noqa: S308 - a rendered template, and values that were escaped


# Typed, for a text that is safe as it stands is equal to one that has to be escaped.
@lru_cache(maxsize=1024, typed=True)
def _kept(
    template_name: str, ground: tuple[object, ...], slots: tuple[tuple[str, bool], ...], /, **told: object
) -> str:
    marks = {name: f"{SLOT}{name}." if is_there else "" for name, is_there in slots}
    return render_to_string(template_name, {**told, **marks})


@register.simple_tag
def json_ld(document: Mapping[str, object]) -> SafeString:
    """Write structured data (schema.org) as an element. Nothing in it can close the element early."""
    text = json.dumps({"@context": "https://schema.org", **document}, ensure_ascii=False)
    element = f'<script type="application/ld+json">{text.translate(SCRIPT_ESCAPES)}</script>'
    return mark_safe(element)  # noqa: S308 - every sign that HTML knows is escaped


@register.filter
def rupiah(amount: object) -> str:
    """Write whole rupiah, or a Money in its own currency; nothing for a missing amount."""
    return _money(amount, formats.format_money)


@register.filter
def rupiah_compact(amount: object) -> str:
    """Write an amount short, for charts and narrow cards: `Rp1,5 jt`."""
    return _money(amount, formats.format_money_compact)


@register.filter
def phone(number: object) -> str:
    """Write a phone number as its owner does: `0812-3456-7890`. What is no number is shown as it stands."""
    return phones.readable(str(number or ""))


@register.filter
def count(value: object) -> str:
    """Write a whole number with the reader's thousand separators."""
    if not isinstance(value, int | Decimal):
        return ""
    return formats.format_number(value, _language())


@register.filter
def store_time(moment: object) -> str:
    """Write a moment in the active time zone: `23 Nov 2026, 14.05 WIB`."""
    if not isinstance(moment, datetime):
        return ""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return formats.format_datetime(local, _language())


@register.filter
def store_date(moment: object) -> str:
    """Write the day of a moment in the active time zone: `23 Nov 2026`."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        moment = timezone.localtime(moment)
    return formats.format_day(moment, _language()) if isinstance(moment, date) else ""


@register.filter
def lookup(mapping: object, key: object) -> object:
    """Return `mapping[key]`, or an empty string: templates cannot subscript by a variable."""
    return mapping.get(key, "") if isinstance(mapping, Mapping) else ""


def _money(amount: object, write: Callable[[int, str, str], str]) -> str:
    units = getattr(amount, "amount", amount)
    if isinstance(units, bool) or not isinstance(units, int):
        return ""
    return write(units, getattr(amount, "currency", "IDR"), _language())


@lru_cache(maxsize=512)
def _drawing(name: str) -> str:
    path = Path(settings.BUILD_DIR) / "icons" / f"{name}.svg"
    if ICON_NAME.fullmatch(name) is None or not path.is_file():
        logger.warning("icon %r is not built: add it to templates/assets/icons.txt", name)
        return FALLBACK_ICON
    found = SVG_BODY.search(path.read_text(encoding="utf-8"))
    return " ".join(found["body"].split()) if found else FALLBACK_ICON


def _language() -> str:
    return get_language() or "id"
