"""A picture as pages and APIs show it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.files.storage import default_storage

from core.catalog.models import Media, MediaState

_THUMB_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is ready. `avif` and `webp` are srcset texts, the rest are addresses in the shop."""

    public_id: str
    src: str
    width: int
    height: int
    alt: str
    avif: str
    webp: str
    thumb: str
    full: str
    colour: str


def picture_of(media: Media | None, alt: str = "") -> Picture | None:
    """The picture, or None while there is none or its sizes are still being drawn.

    alt   said when the seller described nothing
    """
    if media is None or media.state != MediaState.READY or not media.renditions:
        return None
    return picture_from(media.public_id, media.renditions, media.alt_text or alt, media.colour)


class Cover(NamedTuple):
    """A picture that is ready, as its row has it: cheap to read and to compare."""

    public_id: str
    alt: str
    colour: str
    renditions: str  # JSON

    def picture(self) -> Picture:
        """The same with its addresses."""
        return picture_from(self.public_id, json.loads(self.renditions), self.alt, self.colour)


def picture_from(public_id: str, renditions: Mapping[str, Any], alt: str, colour: str) -> Picture:
    """The picture of a row that is ready, by its columns."""
    jpeg = renditions["jpeg"][0]
    webp = renditions.get("webp", [])
    return Picture(
        public_id=public_id,
        src=_url(jpeg),
        width=jpeg["width"],
        height=jpeg["height"],
        alt=alt,
        avif=_srcset(renditions.get("avif", [])),
        webp=_srcset(webp),
        thumb=_url(rendition_near(webp, _THUMB_WIDTH) or jpeg),
        full=_url(jpeg),
        colour=colour,
    )


def rendition_near(kind: Sequence[Mapping[str, Any]], width: int) -> Mapping[str, Any] | None:
    """The narrowest rendition of at least `width`, else the widest; None when there is none."""
    ordered = sorted(kind, key=lambda each: each["width"])
    return next((each for each in ordered if each["width"] >= width), ordered[-1] if ordered else None)


def small_url(media: Media | None) -> str:
    """Address of a picture for a line of a cart or an order; empty without one."""
    return small_url_of(media.state, media.renditions) if media is not None else ""


def small_url_of(state: str | None, renditions: Mapping[str, Any] | None) -> str:
    """The same from the columns of its row, which are None without one."""
    if state != MediaState.READY or not renditions:
        return ""
    found = rendition_near(renditions.get("webp", []), 320)
    return _url(found or renditions["jpeg"][0])


def _url(rendition: Mapping[str, Any]) -> str:
    return default_storage.url(rendition["key"])


def _srcset(kind: Sequence[Mapping[str, Any]]) -> str:
    ordered = sorted(kind, key=lambda each: each["width"])
    return ", ".join(f"{_url(each)} {each['width']}w" for each in ordered)
