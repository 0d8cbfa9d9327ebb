"""What the component gallery shows: every component with the arguments that its head comment names.

The samples stand in templates/components/_gallery.json: component -> list of argument sets. A text that
starts with `@` stands for something JSON has no word for: `@hour -3` a moment, `@picture 24` a picture in
that hue, `@drawing 24` its URL, `@form` and `@field name` an untouched form, `@wrong` and `@wrong price`
one with mistakes, `@message` a message of Django's.
"""

import json
from base64 import b64encode
from collections import UserString
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings

Arguments = dict[str, Any]
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=ZoneInfo("Asia/Jakarta"))


class Message(UserString):
    """Stands for one of Django's messages."""

    level_tag = "success"


class SampleForm(forms.Form):
    name = forms.CharField(label="Product name", help_text="As customers call it.", max_length=60)
    price = forms.IntegerField(label="Price", min_value=1)
    weight = forms.IntegerField(label="Weight", required=False, help_text="With packaging.")
    status = forms.ChoiceField(label="Status", choices=[("DRAFT", "Draft"), ("ACTIVE", "Active")])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    pickup = forms.ChoiceField(
        label="How it leaves",
        choices=[("COURIER", "Courier"), ("PICKUP", "Pick-up")],
        widget=forms.RadioSelect,
    )
    cod = forms.BooleanField(
        label="Cash on delivery", required=False, help_text="The courier collects the money."
    )


def samples() -> dict[str, list[Arguments]]:
    """Return every component's argument sets, by the component's name."""
    path = Path(settings.BASE_DIR) / "templates" / "components" / "_gallery.json"
    return _resolve(json.loads(path.read_text(encoding="utf-8")))


def picture(hue: str, width: int = 800, height: int = 800) -> Arguments:
    """Draw a cup on a table, in one hue."""
    return {"src": _drawing(hue), "width": width, "height": height, "alt": "Cangkir"}


def _drawing(hue: str) -> str:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" preserveAspectRatio="xMidYMid slice">'
        f'<rect width="800" height="800" fill="hsl({hue} 34% 88%)"/>'
        f'<rect y="560" width="800" height="240" fill="hsl({hue} 28% 78%)"/>'
        f'<ellipse cx="400" cy="628" rx="230" ry="30" fill="hsl({hue} 25% 62%)"/>'
        f'<path d="M240 300h300c0 190-50 320-150 320S240 490 240 300z" fill="hsl({hue} 42% 46%)"/>'
        '<path d="M540 350c110-12 104 150-26 146" fill="none" stroke-width="34"'
        f' stroke="hsl({hue} 42% 46%)"/>'
        f'<ellipse cx="390" cy="300" rx="150" ry="34" fill="hsl({hue} 45% 28%)"/></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _hour(hours: str) -> datetime:
    return NOW + timedelta(hours=int(hours))


def _form_or_field(name: str) -> Any:
    form = SampleForm()
    return form[name] if name else form


def _wrong(name: str) -> Any:
    form = SampleForm({"name": "", "price": "nol", "status": "DRAFT", "pickup": "COURIER"})
    form.is_valid()
    return form[name] if name else form


MAKERS: dict[str, Callable[[str], Any]] = {
    "@hour": _hour,
    "@picture": picture,
    "@drawing": _drawing,
    "@form": _form_or_field,
    "@field": _form_or_field,
    "@wrong": _wrong,
    "@message": Message,
}


def _resolve(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _resolve(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner) for inner in value]
    if isinstance(value, str) and value.startswith("@"):
        word, _, rest = value.partition(" ")
        return MAKERS[word](rest)
    return value
