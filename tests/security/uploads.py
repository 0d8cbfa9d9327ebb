"""Files of somebody who wishes us ill: 40 that are no pictures, or more than pictures, and 12 bombs."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

HTML = b"<!doctype html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def saved(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, 120).save(stream, kind, **options)
    return stream.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, body: bytes = b"\0" * 4096, *, kind: int = 2, more: bytes = b"") -> bytes:
    """A PNG that claims these measurements, whatever it holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + more + chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b"")


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def gif(frames: int) -> bytes:
    first, *others = [Image.new("P", (64, 64), number % 256) for number in range(frames)]
    stream = io.BytesIO()
    first.save(stream, "GIF", save_all=True, append_images=others)
    return stream.getvalue()


def tiled_gif(width: int, height: int) -> bytes:
    """A GIF whose canvas is huge and whose one frame is a dot."""
    small = bytearray(saved("GIF", (1, 1), "P"))
    small[6:10] = struct.pack("<HH", width, height)
    return bytes(small)


def jpeg(width: int, height: int) -> bytes:
    """A JPEG that claims to be much larger than it is."""
    content = bytearray(saved("JPEG", (16, 16)))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def webp(width: int, height: int) -> bytes:
    """A WebP with an extended header of these measurements and nothing drawn."""
    body = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + _three(width - 1) + _three(height - 1)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


# Name as sent, content type as sent, content.
HOSTILE: dict[str, tuple[str, str, bytes]] = {
    "empty": ("a.jpg", "image/jpeg", b""),
    "text": ("a.jpg", "image/jpeg", b"bukan gambar"),
    "svg": ("a.svg", "image/svg+xml", SVG),
    "svg called png": ("a.png", "image/png", SVG),
    "svg with xml head": ("a.svg", "image/svg+xml", b'<?xml version="1.0"?>' + SVG),
    "svg with a bomb of entities": (
        "a.svg",
        "image/svg+xml",
        b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SVG,
    ),
    "svgz": ("a.svgz", "image/svg+xml", zlib.compress(SVG)),
    "html": ("a.html", "text/html", HTML),
    "html called jpg": ("a.jpg", "image/jpeg", HTML),
    "html after a gif mark": ("a.gif", "image/gif", b"GIF89a" + HTML),
    "html after a jpeg mark": ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + HTML),
    "html after a png mark": ("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + HTML),
    "xml": ("a.xml", "text/xml", b'<?xml version="1.0"?><x/>'),
    "script": ("a.js", "text/javascript", b"alert(1)//"),
    "script after a gif mark": ("a.gif", "image/gif", b"GIF89a=0;alert(1)//"),
    "php": ("a.php", "image/jpeg", b"<?php system($_GET[0]);"),
    "php called jpg": ("a.php.jpg", "image/jpeg", b"<?php system($_GET[0]);"),
    "shell": ("a.sh", "image/png", b"#!/bin/sh\nrm -rf /\n"),
    "python": ("a.py", "image/png", b"import os; os.system('id')"),
    "pickle": (
        "a.png",
        "image/png",
        b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    ),
    "linux program": ("a.png", "image/png", b"\x7fELF" + b"\0" * 100),
    "windows program": ("a.png", "image/png", b"MZ\x90\0" + b"\0" * 100),
    "zip": ("a.zip", "application/zip", archive(evil__html=HTML)),
    "zip called png": ("a.png", "image/png", archive(evil__html=HTML)),
    "zip that climbs": ("a.zip", "application/zip", archive(**{"../../evil__html": HTML})),
    "xlsx": ("a.xlsx", "application/vnd.ms-excel", archive(**{"xl/workbook__xml": b"<x/>"})),
    "pdf": ("a.pdf", "application/pdf", b"%PDF-1.7\n1 0 obj\n<< /S /JavaScript >>"),
    "eps called png": ("a.png", "image/png", b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file"),
    "mvg of imagemagick": ("a.jpg", "image/jpeg", b"push graphic-context\nfill 'url(https://e.vil/x|id)'"),
    "fits": ("a.png", "image/png", b"SIMPLE  =                    T" + b" " * 2850),
    "tiff": ("a.tif", "image/tiff", saved("TIFF")),
    "bmp": ("a.bmp", "image/bmp", saved("BMP")),
    "ico": ("a.ico", "image/x-icon", saved("ICO")),
    "psd": ("a.psd", "image/png", b"8BPS\0\1" + b"\0" * 100),
    "mp4": ("a.mp4", "video/mp4", b"\0\0\0\x18ftypisom" + b"\0" * 64),
    "avif": ("a.avif", "image/avif", saved("AVIF")),
    "truncated jpeg": ("a.jpg", "image/jpeg", saved("JPEG", (900, 900))[:-900]),
    "truncated png": ("a.png", "image/png", saved("PNG", (900, 900))[:-40]),
    "png with a wrong sum": ("a.png", "image/png", saved("PNG")[:40] + b"\0\0\0\0" + saved("PNG")[44:]),
    "jpeg mark only": ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 20),
}
# Made when they are needed: some take a moment.
BOMBS: dict[str, Callable[[], bytes]] = {
    "png of 50,000 by 50,000": lambda: png(50_000, 50_000),
    "png of 65,000 by 65,000 greys": lambda: png(65_000, 65_000, kind=0),
    "png of 5,001 by 5,000": lambda: png(5_001, 5_000),
    "strip of 1 by 10,000,000": lambda: png(1, 10_000_000),
    "png of 6,000 by 6,000 whose 108 MB are packed": lambda: png(6_000, 6_000, b"\0" * 108_006_000),
    "png with a packed text of 64 MB": lambda: png(
        32, 32, more=chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 64_000_000, 9))
    ),
    "png with a packed profile of 64 MB": lambda: png(
        32, 32, more=chunk(b"iCCP", b"k\0\0" + zlib.compress(b"x" * 64_000_000, 9))
    ),
    "gif with a canvas of 65,535 by 65,535": lambda: tiled_gif(65_535, 65_535),
    "jpeg of 65,000 by 65,000": lambda: jpeg(65_000, 65_000),
    "webp of 16,383 by 16,383": lambda: webp(16_383, 16_383),
    "zip of 200 MB": lambda: archive(zero__bin=b"\0" * 200_000_000),
    "twenty-one megabytes": lambda: b"\xff\xd8\xff" + b"\0" * (21 * 1024 * 1024),
}
