"""Reads a page the way a browser does, and tells what in it nobody of us wrote."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

_ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "xlink:href",
    "srcdoc",
    "ping",
}
_FORBIDDEN = {
    *(
        "object",
        "embed",
        "applet",
        "base",
        "marquee",
        "math",
        "foreignobject",
        "animate",
        "set",
        "xmp",
        "image",
    ),
    *("frame", "frameset", "audio"),
}
_SCRIPTS = ("javascript:", "vbscript:", "data:text")
_HARMLESS_SCRIPTS = {"application/ld+json", "application/json"}


class Reader(HTMLParser):
    """Collects faults: elements, attributes and scripts that came out of somebody's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in _FORBIDDEN:
            self.faults.append(f"<{tag}>")
        for name, value in told.items():
            self._look(tag, name, value)
        if tag == "script":
            self._script = told.get("type", "")
            if "src" not in told and "nonce" not in told and self._script not in _HARMLESS_SCRIPTS:
                self.faults.append("a script without a nonce")

    def _look(self, tag: str, name: str, value: str) -> None:
        bare = re.sub(r"[\x00-\x20]", "", value).lower()
        if name.startswith(("on", "hx-on", "data-hx-on")):
            self.faults.append(f"{tag} {name}={value[:40]}")
        if name == "srcdoc" or (
            name in _ADDRESSES and (bare.startswith(_SCRIPTS) or "e.vil" in urlsplit(bare).netloc)
        ):
            self.faults.append(f"{tag} {name}={value[:40]}")
        if name.startswith(("x-", "@", ":")) and "xss(" in value:
            self.faults.append(f"{tag} {name}={value[:40]}")
        if name == "style" and "xss(" in value:
            self.faults.append(f"{tag} style")

    def handle_data(self, data: str) -> None:
        if self._script in _HARMLESS_SCRIPTS:
            json.loads(data)
        elif self._script is not None and "xss(" in data:
            self.faults.append(f"script {data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None


def faults_of(page: str) -> list[str]:
    """What a browser would run, load or send that comes out of a text."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.faults
