"""Twelve batik motifs, drawn with compass and ruler as tiles that repeat without a seam.

Each drawer gets a Tile twice as large as it is used, so that lines come out smooth.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from config.demo.tiles import Colour, Palette, Point, Tile, flower, grains, mix, repeated, turned


def _kawung(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    cell = tile.side / 4
    for row in range(4):
        for column in range(4):
            x, y = (column + 0.5) * cell, (row + 0.5) * cell
            for quarter in range(4):
                angle = 45 + 90 * quarter
                turn = math.radians(angle)
                start = (x + math.cos(turn) * cell * 0.09, y + math.sin(turn) * cell * 0.09)
                tile.petal(*start, angle, cell * 0.6, cell * 0.44, ink)
                tile.petal(
                    start[0] + math.cos(turn) * cell * 0.1,
                    start[1] + math.sin(turn) * cell * 0.1,
                    angle,
                    cell * 0.4,
                    cell * 0.24,
                    mix(ground, accent, 0.35),
                )
                for seed in (0.24, 0.36):
                    tile.dot(
                        start[0] + math.cos(turn) * cell * seed,
                        start[1] + math.sin(turn) * cell * seed,
                        cell * 0.03,
                        ink,
                    )
            tile.dot(x, y, cell * 0.06, accent)
            for dx, dy in ((0.5, 0), (0, 0.5)):
                tile.petal(x + dx * cell - cell * 0.1, y + dy * cell, 0, cell * 0.2, cell * 0.09, accent)
                tile.petal(x + dx * cell, y + dy * cell - cell * 0.1, 90, cell * 0.2, cell * 0.09, accent)


def _parang(tile: Tile) -> None:
    """Drawn level; the cloth is turned by 45 degrees afterwards."""
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    band, blades = tile.side / 2, 5
    step = tile.side / blades
    core = mix(ground, accent, 0.7)
    for row in range(2):
        top = row * band
        for number in range(blades):
            x = number * step
            for width, height, colour in (
                (1.25, 0.78, ink), (0.98, 0.68, ground), (0.74, 0.58, core), (0.34, 0.44, ink),
            ):  # fmt: skip
                _blade(tile, x + step * 0.5, top + band * 0.41, step * width, band * height, colour)
            tile.dot(x + step * 0.02, top + band * 0.2, step * 0.07, accent)
            tile.dot(x + step * 0.98, top + band * 0.62, step * 0.07, accent)
            for half in (0.25, 0.75):
                tile.petal(x + step * (half - 0.2), top + band * 0.9, 0, step * 0.4, band * 0.09, accent)
        for line in (0.83, 0.97):
            tile.line([(0, top + band * line), (tile.side, top + band * line)], ink, max(2, tile.side // 160))


def _blade(tile: Tile, x: float, y: float, width: float, height: float, fill: Colour) -> None:  # noqa: PLR0917
    """One curved dagger of parang: leans forward, with a hook at each end."""
    left, right = [], []
    for step in range(25):
        along = step / 24
        centre = (
            x
            + width * 0.34 * math.sin(math.pi * (along - 0.5))
            + width * 0.12 * math.sin(2 * math.pi * along)
        )
        half = width * 0.3 * math.sin(math.pi * along) ** 0.7
        level = y + height * (along - 0.5)
        left.append((centre - half, level))
        right.append((centre + half, level))
    tile.polygon(left + right[::-1], fill)


_CLOUD: Final = (
    (0.0, 0.0, 1.0), (-0.95, 0.25, 0.72), (0.95, 0.2, 0.78), (-0.45, -0.6, 0.7), (0.5, -0.55, 0.66),
    (1.65, 0.5, 0.46), (-1.6, 0.55, 0.42), (2.15, 0.66, 0.24), (-2.05, 0.7, 0.2),
)  # fmt: skip


def _mega_mendung(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    unit = tile.side / 6.6
    shades = [ink, *(mix(accent, ground, share) for share in (0.0, 0.4, 0.7, 0.9))]
    grains(tile, tile.side // 26, tile.side / 300, mix(ground, accent, 0.4))
    for x, y, flip, size in (
        (0.27, 0.26, 1, 1.0),
        (0.77, 0.76, -1, 1.0),
        (0.8, 0.2, -1, 0.52),
        (0.26, 0.72, 1, 0.52),
    ):
        for level, shade in enumerate(shades):
            for dx, dy, radius in _CLOUD:
                left = radius - level * 0.11
                if left > 0.03:
                    tile.dot(
                        tile.side * x + dx * flip * unit * size, tile.side * y + dy * unit * size,
                        left * unit * size, shade,
                    )  # fmt: skip


def _truntum(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    step = tile.side / 5
    for row in range(5):
        for column in range(5):
            x, y = column * step + step / 2, row * step + step / 2
            flower(tile, x, y, step * 0.34, 8, (ink, accent))
            tile.dot(x, y, step * 0.05, ground)
            for corner in range(4):
                angle = math.radians(90 * corner)
                tile.dot(
                    x + math.cos(angle) * step * 0.42, y + math.sin(angle) * step * 0.42, step * 0.03, accent
                )
            flower(tile, x + step / 2, y + step / 2, step * 0.15, 4, (accent, ink))


def _ceplok(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    cell = tile.side / 3
    for row in range(3):
        for column in range(3):
            x, y = (column + 0.5) * cell, (row + 0.5) * cell
            tile.dot(x, y, cell * 0.46, ink)
            tile.dot(x, y, cell * 0.42, mix(ground, accent, 0.25))
            flower(tile, x, y, cell * 0.4, 8, (ink, accent))
            for number in range(8):
                tile.petal(x, y, 22.5 + 45 * number, cell * 0.3, cell * 0.07, accent)
            tile.dot(x, y, cell * 0.1, ground)
            tile.dot(x, y, cell * 0.05, ink)
            flower(tile, column * cell, row * cell, cell * 0.2, 4, (accent, ink))


def _lereng(tile: Tile) -> None:
    """Drawn level; the cloth is turned by 45 degrees afterwards."""
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    band = tile.side / 4
    for row in range(4):
        top = row * band
        for line, colour in ((0.06, ink), (0.14, accent), (0.46, accent), (0.54, ink)):
            tile.line(
                [(0, top + band * line), (tile.side, top + band * line)], colour, max(2, tile.side // 130)
            )
        for number in range(8):
            x = (number + 0.5) * tile.side / 8
            if number % 2:
                flower(tile, x, top + band * 0.3, band * 0.13, 6, (ink, accent))
            else:
                tile.petal(x - band * 0.14, top + band * 0.3, 0, band * 0.28, band * 0.14, accent)
            for lean in (-1, 1):
                tile.petal(
                    x, top + band * 0.78, 90 + 65 * lean, band * 0.22, band * 0.09, mix(ground, ink, 0.75)
                )
            tile.dot(x, top + band * 0.7, band * 0.035, accent)


def _sidomukti(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    half = tile.side / 4
    grains(tile, tile.side // 24, tile.side / 320, mix(ground, accent, 0.5))
    thin = max(2, tile.side // 120)
    for x0 in (0, tile.side / 2):
        for y0 in (0, tile.side / 2):
            x, y = x0 + half, y0 + half
            for size, colour in ((1.0, ink), (0.9, ground), (0.86, accent), (0.82, ground)):
                tile.polygon(
                    [(x - half * size, y), (x, y - half * size), (x + half * size, y), (x, y + half * size)],
                    colour,
                )
            _wings(tile, x, y, half * 0.62)
            flower(tile, x0, y0, half * 0.5, 8, (ink, accent))
            tile.line([(x0 - half * 0.5, y0), (x0 + half * 0.5, y0)], accent, thin)


def _wings(tile: Tile, x: float, y: float, size: float) -> None:
    """The pair of wings (lar) inside a lozenge."""
    ink, accent = tile.palette.ink, tile.palette.accent
    for side in (-1, 1):
        for number in range(5):
            lift = -62 + 26 * number
            angle = lift if side == 1 else 180 - lift
            length = size * (0.95 - 0.09 * abs(number - 1.5))
            tile.petal(x + side * size * 0.06, y + size * 0.12, angle, length, size * 0.21, ink)
            tile.petal(x + side * size * 0.06, y + size * 0.12, angle, length * 0.7, size * 0.09, accent)
    tile.petal(x, y + size * 0.5, -90, size * 0.95, size * 0.22, accent)
    tile.dot(x, y - size * 0.42, size * 0.09, ink)


def _buketan(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    grains(tile, tile.side // 20, tile.side / 260, mix(ground, ink, 0.25))
    for x, y, flip in ((0.27, 0.3, 1), (0.77, 0.8, -1)):
        _bouquet(tile, tile.side * x, tile.side * y, tile.side * 0.24 * flip)
    for x, y in ((0.77, 0.27), (0.27, 0.8)):
        flower(tile, tile.side * x, tile.side * y, tile.side * 0.07, 5, (accent, ink))
        for number in range(3):
            tile.petal(
                tile.side * x,
                tile.side * y + tile.side * 0.07,
                40 + 50 * number,
                tile.side * 0.09,
                tile.side * 0.03,
                mix(ground, ink, 0.6),
            )


def _bouquet(tile: Tile, x: float, y: float, size: float) -> None:
    """Three blossoms on bending stems; a negative size leans the other way."""
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    leaf_colour = mix(mix(ground, ink, 0.55), accent, 0.2)
    tall = abs(size)
    blossoms = ((-0.05, -0.62, 0.36, ink), (0.62, -0.12, 0.3, accent), (-0.62, 0.08, 0.27, ink))
    for dx, dy, big, colour in blossoms:
        bend = [
            (x + size * dx * t**1.5, y + tall * 0.95 - (tall * 0.95 - tall * dy) * t)
            for t in (0, 0.2, 0.4, 0.6, 0.8, 1)
        ]
        tile.line(bend, leaf_colour, max(3, int(tall * 0.045)))
        for at in (1, 2, 3, 4):
            away = (1 if at % 2 else -1) * (1 if size > 0 else -1)
            tile.petal(*bend[at], -90 + away * 58, tall * 0.36, tall * 0.13, leaf_colour)
        for ring, share in ((1.0, 0.0), (0.66, 0.45), (0.34, 0.0)):
            other = accent if colour == ink else ink
            flower(
                tile, x + size * dx, y + tall * dy, tall * big * ring, 7, (mix(colour, other, share), other)
            )


def _nitik(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    cell = tile.side / 4
    dot = cell * 0.032
    for row in range(4):
        for column in range(4):
            x, y = (column + 0.5) * cell, (row + 0.5) * cell
            for ring in (1, 2, 3, 4):
                around = 8 * ring
                for number in range(around):
                    angle = 2 * math.pi * number / around
                    reach = cell * 0.1 * ring / (abs(math.cos(angle)) + abs(math.sin(angle)))
                    colour = accent if (ring + row + column) % 2 else ink
                    px, py = x + math.cos(angle) * reach, y + math.sin(angle) * reach
                    tile.polygon(
                        [
                            (px - dot, py - dot),
                            (px + dot, py - dot),
                            (px + dot, py + dot),
                            (px - dot, py + dot),
                        ],
                        colour,
                    )
            tile.dot(x, y, dot * 1.6, ink)
            tile.dot(x + cell / 2, y + cell / 2, dot * 2, accent)
            for turn in (45, 135, 225, 315):
                tile.petal(x + cell / 2, y + cell / 2, turn, cell * 0.17, cell * 0.06, mix(ground, ink, 0.8))


def _gringsing(tile: Tile) -> None:
    ground, ink, accent = tile.palette.ground, tile.palette.ink, tile.palette.accent
    radius = tile.side / 12
    for row in range(13, -1, -1):
        y = row * radius
        for column in range(7):
            x = column * 2 * radius + (row % 2) * radius
            for size, colour in ((1.0, ink), (0.88, mix(ground, accent, 0.3)), (0.62, ink), (0.54, ground)):
                tile.dot(x, y, radius * size, colour)
            tile.dot(x, y - radius * 0.2, radius * 0.16, accent)


def _sekar_jagad(tile: Tile) -> None:
    chance = Random(11)  # noqa: S311  (a drawing, not a secret)
    palette = tile.palette
    grounds = [
        palette.ground,
        palette.accent,
        mix(palette.ground, palette.ink, 0.72),
        mix(palette.ground, palette.accent, 0.5),
    ]
    fillings = (_kawung, _truntum, _gringsing, _nitik, _ceplok)
    tile.image.paste(palette.ink, (0, 0, tile.side, tile.side))
    count = 3
    step = tile.side / count
    for number in range(count * count):
        row, column = divmod(number, count)
        x = (column + 0.5 + chance.uniform(-0.16, 0.16) + row / 3) * step
        y = (row + 0.5 + chance.uniform(-0.16, 0.16)) * step
        ground = grounds[(number + row) % 4]
        light = sum(ground) > 380
        inner = Palette(
            ground,
            palette.ground if light else palette.ink,
            mix(ground, palette.ink if light else palette.accent, 0.5),
        )
        patch = Tile(round(step * 1.3), inner)
        fillings[(number * 2 + row) % 5](patch)
        _paste_island(tile, patch.image, (x, y), step * 0.64, chance)


def _paste_island(tile: Tile, patch: Image.Image, centre: Point, radius: float, chance: Random) -> None:
    waves = [(chance.uniform(0, 6.28), chance.randint(2, 4), chance.uniform(0.05, 0.11)) for _ in range(3)]
    middle = patch.width / 2
    outline = []
    for step in range(60):
        angle = 2 * math.pi * step / 60
        reach = radius * (0.88 + sum(size * math.sin(angle * often + shift) for shift, often, size in waves))
        outline.append((middle + math.cos(angle) * reach, middle + math.sin(angle) * reach))
    mask = Image.new("L", patch.size)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    left, top = round(centre[0] - middle), round(centre[1] - middle)
    for dx in (-tile.side, 0, tile.side):
        for dy in (-tile.side, 0, tile.side):
            tile.image.paste(patch, (left + dx, top + dy), mask)
    border = [(left + x, top + y) for x, y in [*outline, outline[0]]]
    tile.line(border, tile.palette.ink, max(4, tile.side // 90))


def _tambal(tile: Tile) -> None:
    palette = tile.palette
    fillings = (_kawung, _ceplok, _truntum, _nitik, _gringsing, _sidomukti)
    inverse = Palette(mix(palette.ink, palette.accent, 0.15), palette.ground, palette.accent)
    warm = Palette(palette.accent, palette.ground if sum(palette.accent) > 330 else palette.ink, palette.ink)
    cell = tile.side // 3
    for number in range(9):
        row, column = divmod(number, 3)
        for half in (0, 1):
            patch = Tile(cell, (palette, inverse, warm)[(number + row + half) % 3])
            fillings[(number + half * 3 + row) % 6](patch)
            corners: list[Point] = (
                [(0, 0), (cell, 0), (0, cell)] if half == 0 else [(cell, 0), (cell, cell), (0, cell)]
            )
            mask = Image.new("L", (cell, cell))
            ImageDraw.Draw(mask).polygon(corners, fill=255)
            tile.image.paste(patch.image, (column * cell, row * cell), mask)
    thick = max(3, tile.side // 130)
    for number in range(4):
        at = number * cell
        tile.line([(0, at), (tile.side, at)], palette.ink, thick)
        tile.line([(at, 0), (at, tile.side)], palette.ink, thick)
    for row in range(3):
        for column in range(3):
            tile.line(
                [(column * cell, (row + 1) * cell), ((column + 1) * cell, row * cell)], palette.ink, thick
            )


# name -> (drawer, side of the tile in pixels on the cloth, whether the cloth is turned by 45 degrees)
MOTIFS: Final[dict[str, tuple[Callable[[Tile], None], int, bool]]] = {
    "kawung": (_kawung, 340, False),
    "parang": (_parang, 239, True),
    "mega_mendung": (_mega_mendung, 380, False),
    "truntum": (_truntum, 300, False),
    "sekar_jagad": (_sekar_jagad, 480, False),
    "sidomukti": (_sidomukti, 280, False),
    "ceplok": (_ceplok, 270, False),
    "lereng": (_lereng, 297, True),
    "buketan": (_buketan, 340, False),
    "tambal": (_tambal, 480, False),
    "nitik": (_nitik, 300, False),
    "gringsing": (_gringsing, 330, False),
}


@lru_cache(maxsize=16)
def cloth(motif: str, palette: Palette, side: int, scale: float = 1.0) -> Image.Image:
    """A square piece of cloth in this motif. Shared between callers: copy it before changing it."""
    drawer, tile_side, slanted = MOTIFS[motif]
    size = round(tile_side * scale)
    tile = Tile(size * 2, palette)
    drawer(tile)
    small = tile.image.reduce(2)
    if not slanted:
        return repeated(small, side)
    return repeated(turned(small), side)
