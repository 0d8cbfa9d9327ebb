"""Pictures from strangers: recognised by content, opened in a cage, written again from their pixels.

`inspect` is quick and answers an upload while the seller waits. `render` draws every size the storefront
needs and belongs in background work. Both hand the file to core.kernel.image_worker, a process with little
memory, little time and none of our secrets. Only pixels survive: no EXIF, GPS, comment or hidden archive.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from core.kernel.errors import CommerceError
from core.kernel.image_worker import MAX_BYTES

TIME_OUT_SECONDS: Final = 30.0
MIME_TYPES: Final[Mapping[str, str]] = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}

_ROOT: Final = Path(__file__).resolve().parents[2]
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG")

Source = bytes | Path


class ImageRefused(CommerceError):
    """This file cannot become a product picture; the message says what to do instead.

    code is one of image_empty, image_too_heavy, image_type, image_too_many_pixels, image_too_long,
    image_broken, image_too_complex.
    """

    http_status = 422

    def __init__(self, code: str, details: Mapping[str, int | str] | None = None) -> None:
        self.code = code
        self.details = dict(details or {})
        super().__init__(_MESSAGES[code](self.details))


@dataclass(frozen=True, slots=True)
class Picture:
    """What an upload is. Width and height are as the eye sees it, after the camera's orientation."""

    kind: str  # jpeg, png, webp or gif
    width: int
    height: int
    colour: str  # the dominant one, #rrggbb: a placeholder while the picture loads


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file ready to serve."""

    name: str  # "768.webp"
    kind: str  # avif, webp or jpeg
    width: int
    height: int
    size_bytes: int
    path: Path

    @property
    def mime_type(self) -> str:
        return MIME_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """A picture and its renditions, widest first; the one JPEG is the widest, for mails and old browsers."""

    picture: Picture
    renditions: tuple[Rendition, ...]

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes for each in self.renditions)


def inspect(source: Source) -> Picture:
    """Recognise a picture and prove that it decodes, without drawing anything.

    Raises       ImageRefused, with what the seller can do about it
    """
    reply = _ask_worker(source, "inspect")
    return Picture(reply["kind"], reply["width"], reply["height"], reply["colour"])


def render(source: Source, *, into: Path) -> RenderedPicture:
    """Write the picture into the folder `into`: AVIF and WebP in each width that it reaches, and one JPEG.

    A picture narrower than the smallest width keeps its own; nothing is ever enlarged.
    Raises       ImageRefused; files already written into `into` are then of no use
    """
    reply = _ask_worker(source, "render", str(into.resolve()))
    picture = Picture(reply["kind"], reply["width"], reply["height"], reply["colour"])
    renditions = tuple(
        Rendition(
            each["name"], each["kind"], each["width"], each["height"], each["bytes"], into / each["name"]
        )
        for each in reply["renditions"]
    )
    return RenderedPicture(picture, renditions)


def _ask_worker(source: Source, *arguments: str) -> dict[str, Any]:
    """Run one worker process on `source`; a crash or a time-out counts as a refusal of the picture."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return _run_worker(stream, arguments)
    if len(source) > MAX_BYTES:
        raise ImageRefused("image_too_heavy", {"most": MAX_BYTES})
    with tempfile.TemporaryFile() as stream:
        stream.write(source)
        stream.seek(0)
        return _run_worker(stream, arguments)


def _run_worker(stream: IO[bytes], arguments: tuple[str, ...]) -> dict[str, Any]:
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "core.kernel.image_worker", *arguments],
            stdin=stream,
            capture_output=True,
            cwd=_ROOT,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=TIME_OUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise ImageRefused("image_too_complex") from slow
    if finished.returncode != 0:
        _tell_a_broken_worker_from_a_bad_picture(finished)
        raise ImageRefused("image_too_complex")
    reply: dict[str, Any] = json.loads(finished.stdout)
    if "refused" in reply:
        raise ImageRefused(reply["refused"], reply["details"])
    return reply


def _tell_a_broken_worker_from_a_bad_picture(finished: subprocess.CompletedProcess[bytes]) -> None:
    """A worker killed by its limits blames the picture; a traceback is our own fault and must be loud."""
    complaint = finished.stderr.decode(errors="replace")
    if "Traceback" in complaint and "MemoryError" not in complaint:
        raise RuntimeError(f"image worker failed: {complaint.strip().splitlines()[-1]}")


def _say_type(details: Mapping[str, int | str]) -> str:
    found = str(details.get("found", ""))
    if found == "HEIC":
        return _(
            "This is a HEIC photo from an iPhone. Choose Settings > Camera > Formats > Most Compatible, "
            "or send us the photo as JPEG."
        )
    if found:
        return _("This is a %(found)s file. Send a JPEG, PNG, WebP or GIF picture instead.") % {
            "found": found
        }
    return _("This file is not a picture that we can read. Send a JPEG, PNG, WebP or GIF picture instead.")


def _say_pixels(details: Mapping[str, int | str]) -> str:
    return _("This picture has more than %(most)d megapixels. Make it smaller and send it again.") % {
        "most": int(details["most"]) // 1_000_000
    }


def _say_weight(details: Mapping[str, int | str]) -> str:
    return _("This file is larger than %(most)d MB. Save it smaller, or as JPEG, and send it again.") % {
        "most": int(details["most"]) // (1024 * 1024)
    }


def _say_length(details: Mapping[str, int | str]) -> str:
    return _("This picture is longer than %(most)d pixels on one side. Crop it and send it again.") % details


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, int | str]], str]]] = {
    "image_empty": lambda details: _("This file is empty. Choose the picture again."),
    "image_too_heavy": _say_weight,
    "image_type": _say_type,
    "image_too_many_pixels": _say_pixels,
    "image_too_long": _say_length,
    "image_broken": lambda details: _(
        "This picture is damaged or incomplete. Open it, save it again as JPEG and send that."
    ),
    "image_too_complex": lambda details: _(
        "This picture takes too much memory or time to prepare. Save it again as JPEG and send that."
    ),
}
