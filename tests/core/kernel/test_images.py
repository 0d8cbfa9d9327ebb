"""Pictures from strangers (A44, A46): what is taken, what is refused, and what never gets through."""

import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from core.kernel import image_worker, images
from core.kernel.images import ImageRefused, inspect, render

EXIF_ORIENTATION, EXIF_MAKER, EXIF_GPS = 0x0112, 0x010F, 0x8825


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def children_seconds() -> float:
    """Processor time of the programs that drew: what else the machine does meanwhile does not count."""
    times = os.times()
    return times.children_user + times.children_system


def photo(width: int = 2000, height: int = 1500) -> Image.Image:
    """A gradient with shapes: enough detail that sizes and colours mean something."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 0, width // 4, height // 4), fill=(200, 30, 30))
    brush.ellipse((width // 2, height // 2, width - 1, height - 1), fill=(20, 120, 200))
    return picture


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims these measurements and holds almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4096))
        + chunk(b"IEND", b"")
    )


def photo_with_exif(orientation: int, width: int = 400, height: int = 200) -> bytes:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    exif[EXIF_MAKER] = "KameraRahasia"
    exif.get_ifd(EXIF_GPS).update({1: "S", 2: (6.0, 54.0, 3.0), 3: "E", 4: (107.0, 36.0, 38.0)})
    return saved(photo(width, height), "JPEG", exif=exif, comment=b"alamat rumah saya")


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as bundle:
        bundle.writestr("evil.html", "<script>alert(1)</script>")
    return stream.getvalue()


def heic_header() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><html><script>alert(document.cookie)</script></html>"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"

REFUSED_BY_CONTENT = {
    "empty": (b"", "image_empty"),
    "text": (b"bukan gambar", "image_type"),
    "svg": (SVG, "image_type"),
    "svg after a byte order mark": (b"\xef\xbb\xbf" + SVG, "image_type"),
    "html": (HTML, "image_type"),
    "html that begins like a gif": (b"GIF89a/*" + HTML + b"*/=1", "image_broken"),
    "javascript": (b"alert(1)//", "image_type"),
    "eps": (EPS, "image_type"),
    "eps in its dos wrapping": (b"\xc5\xd0\xd3\xc6" + b"\0" * 60, "image_type"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n", "image_type"),
    "zip": (archive(), "image_type"),
    "windows program": (b"MZ\x90\x00" + b"\0" * 100, "image_type"),
    "linux program": (b"\x7fELF" + b"\0" * 100, "image_type"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "image_type"),
    "php": (b"<?php system($_GET[0]);", "image_type"),
    "mp4": (b"\x00\x00\x00\x18ftypisom" + b"\0" * 64, "image_type"),
    "heic": (heic_header(), "image_type"),
    "avif": (saved(photo(32, 32), "AVIF"), "image_type"),
    "bmp": (saved(photo(32, 32), "BMP"), "image_type"),
    "tiff": (saved(photo(32, 32), "TIFF"), "image_type"),
    "tga": (saved(photo(32, 32), "TGA"), "image_type"),
    "ico": (saved(photo(32, 32), "ICO"), "image_type"),
    "jpeg 2000": (saved(photo(32, 32), "JPEG2000"), "image_type"),
    "fits": (b"SIMPLE  =                    T" + b" " * 2850, "image_type"),
    "psd": (b"8BPS\x00\x01" + b"\0" * 100, "image_type"),
    "bomb of 50,000 by 50,000": (png_header(50_000, 50_000), "image_too_many_pixels"),
    "one row over 25 megapixels": (png_header(5000, 5001), "image_too_many_pixels"),
    "very long strip": (png_header(16_001, 100), "image_too_long"),
    "header without pixels": (png_header(100, 100)[:40], "image_broken"),
    "pixels missing": (png_header(3000, 3000), "image_broken"),
    "truncated jpeg": (saved(photo(), "JPEG")[:-2000], "image_broken"),
    "truncated png": (saved(photo(), "PNG")[:-900], "image_broken"),
    "truncated webp": (saved(photo(), "WEBP")[:-900], "image_broken"),
    "truncated gif": (saved(photo(), "GIF")[:-2000], "image_broken"),
    "jpeg start only": (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image_broken"),
    "png signature only": (b"\x89PNG\r\n\x1a\n", "image_broken"),
    "riff that is a sound": (b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 40, "image_type"),
    "riff that says webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\0" * 40, "image_broken"),
    "21 MB": (b"\xff\xd8\xff" + b"\0" * (21 * 1024 * 1024), "image_too_heavy"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED_BY_CONTENT.values(), ids=REFUSED_BY_CONTENT.keys())
def test_refuses_what_is_not_a_usable_picture(content: bytes, code: str) -> None:
    with pytest.raises(ImageRefused) as refusal:
        inspect(content)

    assert refusal.value.code == code
    assert refusal.value.http_status == 422
    assert str(refusal.value)


def test_refuses_in_render_what_it_refuses_in_inspect(tmp_path: Path) -> None:
    with pytest.raises(ImageRefused) as refusal:
        render(saved(photo(), "JPEG")[:-2000], into=tmp_path)

    assert refusal.value.code == "image_broken"
    assert list(tmp_path.iterdir()) == []


def test_believes_the_content_and_not_the_name(tmp_path: Path) -> None:
    disguised, honest = tmp_path / "foto.png", tmp_path / "laporan.exe"
    disguised.write_bytes(EPS)
    honest.write_bytes(saved(photo(64, 48), "WEBP"))

    with pytest.raises(ImageRefused) as refusal:
        inspect(disguised)

    assert "EPS" in str(refusal.value)
    assert inspect(honest).kind == "webp"


def test_says_what_to_do_with_an_iphone_photo() -> None:
    with pytest.raises(ImageRefused) as refusal:
        inspect(heic_header())

    assert "HEIC" in str(refusal.value)
    assert "JPEG" in str(refusal.value)


def test_takes_exactly_25_megapixels_and_20_megabytes() -> None:
    largest = saved(Image.new("RGB", (5000, 5000), "white"), "PNG")

    padded = largest + b"\0" * (images.MAX_BYTES - len(largest))

    assert inspect(padded) == images.Picture("png", 5000, 5000, "#ffffff")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_takes_the_four_kinds(kind: str) -> None:
    found = inspect(saved(photo(640, 480), kind))

    assert (found.kind, found.width, found.height) == (kind.lower(), 640, 480)


def test_draws_six_widths_twice_and_one_jpeg(tmp_path: Path) -> None:
    result = render(saved(photo(2000, 1500), "JPEG"), into=tmp_path)

    assert (result.picture.width, result.picture.height) == (2000, 1500)
    expected = {
        f"{width}.{kind}": (width, width * 3 // 4)
        for width in (160, 320, 480, 768, 1080, 1600)
        for kind in ("avif", "webp")
    } | {"1600.jpeg": (1600, 1200)}
    assert {each.name: (each.width, each.height) for each in result.renditions} == expected
    assert {path.name for path in tmp_path.iterdir()} == set(expected)
    for each in result.renditions:
        with Image.open(each.path) as written:
            assert (written.format, written.size) == (each.kind.upper(), (each.width, each.height))
        assert each.size_bytes == each.path.stat().st_size
    assert result.size_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_never_enlarges(tmp_path: Path) -> None:
    result = render(saved(photo(500, 400), "PNG"), into=tmp_path)

    assert sorted(each.name for each in result.renditions) == [
        "160.avif", "160.webp", "320.avif", "320.webp", "480.avif", "480.jpeg", "480.webp",
    ]  # fmt: skip


def test_keeps_a_tiny_picture_at_its_own_width(tmp_path: Path) -> None:
    result = render(saved(Image.new("RGB", (1, 1), (10, 20, 30)), "PNG"), into=tmp_path)

    assert sorted(each.name for each in result.renditions) == ["1.avif", "1.jpeg", "1.webp"]
    assert result.picture.colour == "#0a141e"


def test_removes_exif_gps_and_comments(tmp_path: Path) -> None:
    content = photo_with_exif(orientation=1)
    assert b"KameraRahasia" in content and b"alamat rumah" in content

    result = render(content, into=tmp_path)

    for each in result.renditions:
        written = each.path.read_bytes()
        assert not any(word in written for word in (b"KameraRahasia", b"alamat rumah", b"Exif\0\0", b"GPS"))
        with Image.open(each.path) as picture:
            assert dict(picture.getexif()) == {}
            assert picture.info.get("icc_profile") is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_the_picture_upright(orientation: int, tmp_path: Path) -> None:
    """The red corner of the original ends where the camera's orientation says it belongs."""
    corner = {
        1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left",
        5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left",
    }[orientation]  # fmt: skip
    content = photo_with_exif(orientation)

    result = render(content, into=tmp_path)

    turned = orientation >= 5
    assert (result.picture.width, result.picture.height) == ((200, 400) if turned else (400, 200))
    found = inspect(content)
    assert (found.width, found.height) == (result.picture.width, result.picture.height)
    with Image.open(result.renditions[0].path) as widest:
        upright = widest.convert("RGB")
    x = 5 if "left" in corner else upright.width - 6
    y = 5 if "top" in corner else upright.height - 6
    red, green, blue = upright.getpixel((x, y))
    assert red > 150 and green < 90 and blue < 90


def test_turns_cmyk_into_srgb(tmp_path: Path) -> None:
    result = render(saved(Image.new("CMYK", (200, 200), (0, 255, 255, 0)), "JPEG"), into=tmp_path)

    assert result.picture.colour == "#ff0000"
    with Image.open(tmp_path / "160.webp") as written:
        assert written.mode == "RGB"
        red, green, blue = written.getpixel((80, 80))
    assert red > 245 and green < 10 and blue < 10


def test_turns_a_wide_colour_space_into_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    result = render(saved(Image.new("RGB", (200, 200), (10, 200, 30)), "PNG", icc_profile=lab), into=tmp_path)

    assert result.picture.colour == "#0ac81e"


def test_survives_a_broken_colour_profile(tmp_path: Path) -> None:
    content = saved(Image.new("RGB", (200, 200), (10, 200, 30)), "PNG", icc_profile=b"bukan profil")

    assert render(content, into=tmp_path).picture.colour == "#0ac81e"


def test_reads_only_the_first_of_a_thousand_frames(tmp_path: Path) -> None:
    frames = [Image.new("P", (120, 90), index % 256) for index in range(1000)]
    frames[0].putpalette([0, 160, 90] * 256)
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    started = children_seconds()

    result = render(content, into=tmp_path)

    assert children_seconds() - started < 3
    assert result.picture == images.Picture("gif", 120, 90, "#00a05a")
    with Image.open(tmp_path / "120.webp") as written:
        assert getattr(written, "n_frames", 1) == 1


def test_keeps_transparency_and_lays_the_jpeg_on_white(tmp_path: Path) -> None:
    see_through = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    see_through.paste((0, 90, 200, 255), (0, 0, 100, 200))

    result = render(saved(see_through, "PNG"), into=tmp_path)

    assert result.picture.width == 200
    with Image.open(tmp_path / "160.webp") as webp, Image.open(tmp_path / "160.jpeg") as jpeg:
        assert webp.mode == "RGBA"
        assert webp.getpixel((150, 80))[3] == 0
        assert min(jpeg.getpixel((150, 80))) > 250


def test_scales_sixteen_bit_greys(tmp_path: Path) -> None:
    content = saved(Image.new("I;16", (200, 200), 128 * 257), "PNG")

    assert render(content, into=tmp_path).picture.colour == "#808080"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_takes_every_png_mode(mode: str, tmp_path: Path) -> None:
    assert render(saved(photo(200, 150).convert(mode), "PNG"), into=tmp_path).picture.height == 150


def test_nothing_hidden_in_a_good_picture_gets_through(tmp_path: Path) -> None:
    """A file that is a picture and an archive and a page at once leaves as a picture only."""
    content = saved(photo(400, 300), "JPEG", comment=HTML) + HTML + archive()

    result = render(content, into=tmp_path)

    for each in result.renditions:
        written = each.path.read_bytes()
        assert not any(word in written for word in (b"<script", b"<html", b"PK\x03\x04", b"evil.html"))


def test_a_picture_that_stalls_the_decoder_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "TIME_OUT_SECONDS", 0.01)

    with pytest.raises(ImageRefused) as refusal:
        inspect(saved(photo(), "PNG"))

    assert refusal.value.code == "image_too_complex"


def test_a_fault_of_our_own_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        render(saved(photo(200, 200), "PNG"), into=tmp_path / "missing")


def in_the_cage(statement: str) -> subprocess.CompletedProcess[str]:
    code = f"from core.kernel import image_worker as w; w.limit_this_process(); {statement}"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=images._ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces every limit")
def test_the_worker_lives_in_a_cage() -> None:
    assert "MemoryError" in in_the_cage("bytearray(2 * 1024**3)").stderr
    assert (
        in_the_cage("import resource; print(resource.getrlimit(resource.RLIMIT_CPU))").stdout == "(20, 20)\n"
    )
    assert "Too many open files" in in_the_cage("[open('/dev/null') for _ in range(100)] and 0").stderr


def test_the_worker_gets_no_secret_and_no_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "rahasia")
    seen: dict[str, object] = {}

    def look(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        seen.update(options)
        return subprocess.CompletedProcess(
            command, 0, b'{"kind":"png","width":1,"height":1,"colour":"#000000"}', b""
        )

    monkeypatch.setattr(images.subprocess, "run", look)
    inspect(b"x")
    monkeypatch.undo()

    assert "SECRET_KEY" not in seen["env"]  # type: ignore[operator]
    loaded = in_the_cage("import sys; print('django' in sys.modules)").stdout
    assert loaded == "False\n"


def test_a_phone_photo_is_ready_within_seconds(tmp_path: Path) -> None:
    """12 megapixels of JPEG: inspected while the seller waits, rendered in the background."""
    noise = Image.effect_noise((1000, 750), 40).resize((4000, 3000), Image.Resampling.BICUBIC).convert("RGB")
    content = saved(noise, "JPEG", quality=92)

    started = children_seconds()
    inspect(content)
    inspected = children_seconds()
    render(content, into=tmp_path)
    rendered = children_seconds()

    assert inspected - started < 1.5
    assert rendered - inspected < 12


def test_widths_are_the_promised_six() -> None:
    assert image_worker.WIDTHS == (160, 320, 480, 768, 1080, 1600)
    assert image_worker.widths_for(1600) == image_worker.WIDTHS
    assert image_worker.widths_for(1599) == (160, 320, 480, 768, 1080)
    assert image_worker.widths_for(159) == (159,)
