"""The process that opens a stranger's picture: `python -m core.kernel.image_worker inspect|render [folder]`.

It reads the file on standard input and answers with one line of JSON. Decoders are the part of an image
library that gets attacked, so they run here, with little memory, little time and no secrets.
Imports nothing of Django and nothing of ours: it must start in about 0.1 s.
"""

import io
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

try:
    import resource
except ImportError:  # Windows has no rlimits; the parent's time-out still holds there.
    resource = None  # type: ignore[assignment]

WIDTHS: Final = (160, 320, 480, 768, 1080, 1600)
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
MAX_SIDE: Final = 16_000  # WebP cannot hold more than 16,383 on a side
MAX_MEMORY: Final = 1024 * 1024 * 1024
MAX_CPU_SECONDS: Final = 20
MAX_OUTPUT_BYTES: Final = 32 * 1024 * 1024

_AVIF: Final = {"quality": 58, "speed": 8, "max_threads": 1}
_WEBP: Final = {"quality": 76, "method": 4}
_JPEG: Final = {"quality": 82, "optimize": True, "progressive": True}
_PATCH: Final = 48  # side of the thumbnail that the dominant colour is read from
_DECODER_COMPLAINTS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    TypeError,
    EOFError,
    KeyError,
    struct.error,
)


class Refused(Exception):
    """The picture cannot be used; `code` is one of the refusals listed in core.kernel.images."""

    def __init__(self, code: str, **details: int | str) -> None:
        self.code, self.details = code, details
        super().__init__(code)


def limit_this_process() -> None:
    """Cap memory, processor time, open files and file size before a single byte is decoded."""
    if resource is None:
        return
    for name, most in (
        ("RLIMIT_AS", MAX_MEMORY),
        ("RLIMIT_CPU", MAX_CPU_SECONDS),
        ("RLIMIT_FSIZE", MAX_OUTPUT_BYTES),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS, and a lower hard limit may already hold
            continue


def open_picture(content: bytes) -> Image.Image:
    """Recognise the picture by its content and check its measurements; decodes no pixel yet."""
    if not content:
        raise Refused("image_empty")
    if len(content) > MAX_BYTES:
        raise Refused("image_too_heavy", most=MAX_BYTES)
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as bomb:
        raise Refused("image_too_many_pixels", most=MAX_PIXELS) from bomb
    except UnidentifiedImageError as unknown:
        if content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8")) or content[8:12] == b"WEBP":
            raise Refused("image_broken") from unknown
        raise Refused("image_type", found=name_the_type(content)) from unknown
    except _DECODER_COMPLAINTS as broken:
        raise Refused("image_broken") from broken
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Refused("image_too_many_pixels", most=MAX_PIXELS, width=width, height=height)
    if max(width, height) > MAX_SIDE:
        raise Refused("image_too_long", most=MAX_SIDE, width=width, height=height)
    return picture


def name_the_type(content: bytes) -> str:
    """Say what an unusable file really is, so that the refusal can name it; "" when unknown."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = head.lower()
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        if brand in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
            return "HEIC"
        return "AVIF" if brand in (b"avif", b"avis") else "MP4"
    for start, name in (
        (b"%pdf", "PDF"),
        (b"%!ps", "EPS"),
        (b"\xc5\xd0\xd3\xc6", "EPS"),
        (b"pk\x03\x04", "ZIP"),
        (b"bm", "BMP"),
        (b"ii*\x00", "TIFF"),
        (b"mm\x00*", "TIFF"),
        (b"8bps", "PSD"),
    ):
        if lower.startswith(start):
            return name
    if b"<svg" in lower:
        return "SVG"
    return "HTML" if b"<html" in lower or b"<script" in lower or b"<!doctype" in lower else ""


def decode(picture: Image.Image, *, wanted_side: int) -> Image.Image:
    """Decode the first frame upright, in sRGB, as RGB or RGBA, with no metadata left.

    A JPEG is decoded at the smallest scale whose sides still reach `wanted_side`: most of the work saved.
    """
    shortest = min(picture.size)
    if picture.format == "JPEG" and shortest > wanted_side:
        scale = wanted_side / shortest
        picture.draft(None, (round(picture.width * scale), round(picture.height * scale)))
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        return without_metadata(to_srgb(upright))
    except Image.DecompressionBombError as bomb:
        raise Refused("image_too_many_pixels", most=MAX_PIXELS) from bomb
    except _DECODER_COMPLAINTS as broken:
        raise Refused("image_broken") from broken


def to_srgb(picture: Image.Image) -> Image.Image:
    """Bring any mode and colour space to RGB, or RGBA when something is see-through."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted or picture
        except (ImageCms.PyCMSError, OSError):  # a broken profile: the plain conversion below is close enough
            pass
    if picture.mode.startswith("I") or picture.mode == "F":
        return sixteen_to_eight_bits(picture).convert("RGB")
    see_through = picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info
    return picture.convert("RGBA" if see_through else "RGB")


def sixteen_to_eight_bits(picture: Image.Image) -> Image.Image:
    """Scale 16-bit greys down; Pillow's own conversion would clip them to white."""
    return picture.convert("I").point([level // 256 for level in range(65536)], "L")


def without_metadata(picture: Image.Image) -> Image.Image:
    """Drop EXIF, GPS, comments, profiles and thumbnails: only pixels go on."""
    picture.info.clear()
    picture.getexif().clear()
    return picture


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height after the EXIF orientation has been applied."""
    try:
        turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except (OSError, SyntaxError, ValueError, TypeError):
        turned = False
    return (picture.height, picture.width) if turned else (picture.width, picture.height)


def dominant_colour(picture: Image.Image) -> str:
    """The commonest of eight representative colours, as #rrggbb; see-through counts as white."""
    patch = on_white(picture.resize((_PATCH, _PATCH), Image.Resampling.BOX))
    patch = patch.quantize(8, method=Image.Quantize.MEDIANCUT)
    (_, index) = max(patch.getcolors() or [(1, 0)])
    palette = patch.getpalette() or [255, 255, 255]
    assert isinstance(index, int)  # a palette picture counts palette entries
    red, green, blue = palette[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def on_white(picture: Image.Image) -> Image.Image:
    """Lay a see-through picture on white, for formats without transparency."""
    if picture.mode != "RGBA":
        return picture
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A"))
    return page


def widths_for(width: int) -> tuple[int, ...]:
    """The widths to draw, never wider than the original; a tiny picture keeps its own width."""
    return tuple(each for each in WIDTHS if each <= width) or (width,)


def shrink(picture: Image.Image, *, full: tuple[int, int]) -> Iterator[Image.Image]:
    """Yield the picture at each width, widest first, each made from the one before."""
    for width in reversed(widths_for(full[0])):
        height = max(1, round(full[1] * width / full[0]))
        if picture.size != (width, height):
            picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        yield picture


def write_renditions(picture: Image.Image, *, full: tuple[int, int], folder: Path) -> list[dict[str, Any]]:
    """Write every width as AVIF and WebP, and the widest also as JPEG; widest first."""
    written = []
    for number, each in enumerate(shrink(picture, full=full)):
        wanted: list[tuple[str, dict[str, Any]]] = [("avif", _AVIF), ("webp", _WEBP)]
        if number == 0:
            wanted.append(("jpeg", _JPEG))
        for kind, options in wanted:
            target = folder / f"{each.width}.{kind}"
            flat = on_white(each) if kind == "jpeg" else each
            flat.save(target, format=kind.upper(), **options)
            written.append(
                {
                    "name": target.name,
                    "kind": kind,
                    "width": each.width,
                    "height": each.height,
                    "bytes": target.stat().st_size,
                }
            )
    return written


def answer(arguments: list[str], content: bytes) -> dict[str, Any]:
    """Do what the command line asks and return the reply as plain values."""
    picture = open_picture(content)
    kind = str(picture.format).lower()
    full = upright_size(picture)
    if arguments[0] == "inspect":
        patch = decode(picture, wanted_side=_PATCH)
        return {"kind": kind, "width": full[0], "height": full[1], "colour": dominant_colour(patch)}
    ready = decode(picture, wanted_side=WIDTHS[-1])
    return {
        "kind": kind,
        "width": full[0],
        "height": full[1],
        "colour": dominant_colour(ready),
        "renditions": write_renditions(ready, full=full, folder=Path(arguments[1])),
    }


def main() -> int:
    """Answer one request; a refusal is an answer too, so only a fault of ours ends in another code than 0."""
    limit_this_process()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        reply = answer(sys.argv[1:], content)
    except Refused as refusal:
        reply = {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        reply = {"refused": "image_too_complex", "details": {}}
    json.dump(reply, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
