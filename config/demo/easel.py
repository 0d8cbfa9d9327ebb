"""A sheet of 1200 x 1200 pixels with light from the upper left; shapes laid on it get shade and shadow.

Coordinates run from 0 to 1000, so a drawing does not depend on the number of pixels.
"""

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from config.demo.tiles import Colour, Point, mix

SIDE: Final = 1200
_PER_UNIT: Final = SIDE / 1000
_COARSE: Final = 4  # shading is soft, so it is computed on a sheet four times smaller

# How bright a round thing is from left to right: tins, bottles, cups.
_ROUND: Final = (150, 205, 246, 255, 252, 240, 222, 200, 176, 146)
_METAL: Final = (120, 190, 255, 235, 200, 250, 230, 185, 150, 205, 130)


def trace(path: str) -> list[Point]:
    """Points along a path written like in SVG, with M, L, Q and C in absolute coordinates."""
    points: list[Point] = []
    for command, numbers in re.findall(r"([MLQC])([^MLQC]*)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        step = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        for at in range(0, len(pairs), step):
            points.extend(_curve([*points[-1:], *pairs[at : at + step]]) if step > 1 else pairs[at : at + 1])
    return points


def _curve(controls: Sequence[Point]) -> list[Point]:
    """Sixteen points along a Bezier curve, without its first."""
    degree = len(controls) - 1
    drawn = []
    for step in range(1, 17):
        t = step / 16
        weights = [math.comb(degree, k) * (1 - t) ** (degree - k) * t**k for k in range(degree + 1)]
        drawn.append(
            (
                sum(weight * x for weight, (x, _) in zip(weights, controls, strict=True)),
                sum(weight * y for weight, (_, y) in zip(weights, controls, strict=True)),
            )
        )
    return drawn


def both_sides(half: Iterable[Point]) -> list[Point]:
    """Close a shape whose right half is drawn from top to bottom, by mirroring it at x = 500."""
    right = list(half)
    return right + [(1000 - x, y) for x, y in reversed(right)]


def mirrored(points: Iterable[Point]) -> list[Point]:
    """The same shape on the other side."""
    return [(1000 - x, y) for x, y in points]


def ellipse(x: float, y: float, wide: float, high: float) -> list[Point]:
    """Forty-eight points around an ellipse; `wide` and `high` are half its axes."""
    turns = [2 * math.pi * step / 48 for step in range(48)]
    return [(x + math.cos(turn) * wide, y + math.sin(turn) * high) for turn in turns]


def rounded_box(left: float, top: float, right: float, bottom: float, radius: float = 14) -> list[Point]:
    """A rectangle with round corners."""
    corners = (
        (right - radius, top + radius, -90), (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90), (left + radius, top + radius, 180),
    )  # fmt: skip
    return [
        (x + math.cos(math.radians(start + turn)) * radius, y + math.sin(math.radians(start + turn)) * radius)
        for x, y, start in corners
        for turn in range(0, 91, 15)
    ]


class Easel:
    """The sheet being drawn on."""

    def __init__(self, wall: Colour, floor: float = 1000) -> None:
        self.image = _backdrop(wall, floor).copy()

    def shadow(
        self, points: Sequence[Point], *, drop: float = 14, blur: float = 16, strength: float = 0.3
    ) -> None:
        """Darken the sheet below and around a shape that will be laid there."""
        self._veil([(x, y + drop) for x, y in points], (38, 26, 18), strength, blur)

    def lay(
        self, points: Sequence[Point], paint: Image.Image | Colour, light: str = "soft", turn: float = 0
    ) -> None:
        """Cover a shape with a colour, or with a cloth of the sheet's size turned by `turn` degrees.

        light        flat, soft (a cushion), round (a tube) or metal
        """
        left, top, right, bottom = _bounds(points)
        if left >= right or top >= bottom:
            return  # off the sheet
        size = (right - left, bottom - top)
        mask = _smooth_mask([(x * _PER_UNIT - left, y * _PER_UNIT - top) for x, y in points], size)
        if not isinstance(paint, Image.Image):
            covered = Image.new("RGB", size, paint)
        else:
            covered = _turned_piece(paint, size, turn) if turn else paint.crop((left, top, right, bottom))
        if light != "flat":
            shade = _cushion(mask) if light == "soft" else _tube(size, _METAL if light == "metal" else _ROUND)
            covered = ImageChops.multiply(covered, Image.merge("RGB", (shade, shade, shade)))
        self.image.paste(covered, (left, top), mask)

    def shine(self, points: Sequence[Point], strength: float = 0.4, blur: float = 6) -> None:
        """Lighten a shape softly, as glass and glaze do."""
        self._veil(points, (255, 255, 255), strength, blur)

    def fold(self, points: Sequence[Point], strength: float = 0.22, blur: float = 14) -> None:
        """Darken a shape softly, as folds of cloth do."""
        self._veil(points, (20, 12, 8), strength, blur)

    def _veil(self, points: Sequence[Point], colour: Colour, strength: float, blur: float) -> None:
        left, top, right, bottom = _bounds(points, margin=blur * 3)
        if left >= right or top >= bottom:
            return
        size = (max(1, (right - left) // _COARSE), max(1, (bottom - top) // _COARSE))
        scale = _PER_UNIT / _COARSE
        small = Image.new("L", size)
        ImageDraw.Draw(small).polygon(
            [(x * scale - left / _COARSE, y * scale - top / _COARSE) for x, y in points],
            fill=round(255 * strength),
        )
        soft = small.filter(ImageFilter.GaussianBlur(blur / _COARSE * _PER_UNIT))
        self.image.paste(colour, (left, top, right, bottom), soft.resize((right - left, bottom - top)))

    def line(
        self, points: Sequence[Point], colour: Colour, width: float = 3, *, dashed: bool = False
    ) -> None:
        """Draw a line; dashed ones are seams."""
        left, top, right, bottom = _bounds(points, margin=width)
        if left >= right or top >= bottom:
            return
        inside = [((x * _PER_UNIT - left) * 2, (y * _PER_UNIT - top) * 2) for x, y in points]
        mask = Image.new("L", ((right - left) * 2, (bottom - top) * 2))
        brush = ImageDraw.Draw(mask)
        pixels = max(1, round(width * _PER_UNIT * 2))
        if dashed:
            for start, end in _dashes(inside, 20, 14):
                brush.line([start, end], fill=255, width=pixels)
        else:
            brush.line(inside, fill=255, width=pixels, joint="curve")
        self.image.paste(colour, (left, top, right, bottom), mask.reduce(2))

    def write(self, text: str, x: float, y: float, size: float, colour: Colour, *, width: float = 0) -> None:
        """Write centred on (x, y); with `width`, smaller if the text would be wider."""
        font = _font(round(size * _PER_UNIT))
        if width and font.getlength(text) > width * _PER_UNIT:
            font = _font(max(8, round(size * width * _PER_UNIT * _PER_UNIT / font.getlength(text))))
        ImageDraw.Draw(self.image).text((x * _PER_UNIT, y * _PER_UNIT), text, colour, font, anchor="mm")

    def write_lines(
        self, text: str, x: float, y: float, size: float, colour: Colour, *, width: float
    ) -> None:
        """Write in as many lines as needed, each centred on x, the first one at y."""
        font = _font(round(size * _PER_UNIT))
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and font.getlength(longer) > width * _PER_UNIT:
                lines.append(word)
            else:
                lines[-1] = longer
        for number, line in enumerate(lines):
            self.write(line, x, y + number * size * 1.18, size, colour, width=width)


@cache
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    """The typeface that comes with Pillow, the same on every machine."""
    font = ImageFont.load_default(pixels)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@cache
def _backdrop(wall: Colour, floor: float) -> Image.Image:
    """A wall lit from the upper left, and a lighter table below `floor`."""
    glow = Image.radial_gradient("L").resize((SIDE * 2, SIDE * 2)).crop((520, 640, 520 + SIDE, 640 + SIDE))
    dark = mix(wall, (60, 45, 35), 0.16)
    sheet = Image.composite(Image.new("RGB", (SIDE, SIDE), dark), Image.new("RGB", (SIDE, SIDE), wall), glow)
    if floor < 1000:
        top = round(floor * _PER_UNIT)
        table = Image.new("RGB", (SIDE, SIDE - top), mix(wall, (255, 255, 255), 0.45))
        fade = Image.linear_gradient("L").resize((SIDE, SIDE - top)).point(lambda level: 235 - level // 3)
        sheet.paste(table, (0, top), fade)
    return sheet


def _bounds(points: Sequence[Point], margin: float = 2) -> tuple[int, int, int, int]:
    """The pixels that a shape may touch, within the sheet."""
    across = [x for x, _ in points]
    down = [y for _, y in points]
    return (
        max(0, int((min(across) - margin) * _PER_UNIT)),
        max(0, int((min(down) - margin) * _PER_UNIT)),
        min(SIDE, math.ceil((max(across) + margin) * _PER_UNIT)),
        min(SIDE, math.ceil((max(down) + margin) * _PER_UNIT)),
    )


def _turned_piece(cloth: Image.Image, size: tuple[int, int], degrees: float) -> Image.Image:
    """A piece from the middle of a cloth, turned clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y, middle = size[0] / 2, size[1] / 2, SIDE / 2
    turn = (cos, sin, middle - cos * x - sin * y, -sin, cos, middle + sin * x - cos * y)
    return cloth.transform(size, Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR)


def _smooth_mask(points: Sequence[Point], size: tuple[int, int]) -> Image.Image:
    """A shape in pixels with soft edges."""
    large = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(large).polygon([(x * 2, y * 2) for x, y in points], fill=255)
    return large.reduce(2)


def _cushion(mask: Image.Image) -> Image.Image:
    """Bright inside, darker towards the edges, a little more so on the right."""
    small = mask.reduce(_COARSE)
    reach = max(3.0, min(small.size) / 14)
    padded = Image.new("L", (small.width + 40, small.height + 40))
    padded.paste(small, (20, 20))
    soft = padded.filter(ImageFilter.GaussianBlur(reach)).crop((20, 20, 20 + small.width, 20 + small.height))
    fall = Image.linear_gradient("L").rotate(90).resize(small.size).point(lambda level: 238 + level // 15)
    shade = ImageChops.multiply(soft.point(lambda level: 120 + level * 135 // 255), fall)
    return shade.resize(mask.size, Image.Resampling.BILINEAR)


@cache
def _tube(size: tuple[int, int], profile: tuple[int, ...]) -> Image.Image:
    """The shading of a round body from left to right."""
    strip = Image.new("L", (len(profile), 1))
    strip.putdata(profile)
    return strip.resize(size, Image.Resampling.BICUBIC)


def _dashes(points: Sequence[Point], dash: float, gap: float) -> list[tuple[Point, Point]]:
    """Cut a line into dashes."""
    pieces = []
    travelled = 0.0
    for start, end in pairwise(points):
        length = math.dist(start, end)
        at = -(travelled % (dash + gap))
        while at < length:
            first, last = max(0.0, at), min(length, at + dash)
            if last > first:
                pieces.append(
                    (
                        (
                            start[0] + (end[0] - start[0]) * first / length,
                            start[1] + (end[1] - start[1]) * first / length,
                        ),
                        (
                            start[0] + (end[0] - start[0]) * last / length,
                            start[1] + (end[1] - start[1]) * last / length,
                        ),
                    )
                )
            at += dash + gap
        travelled += length
    return pieces
