"""The paper that batik motifs are drawn on: colours, and a square whose edges meet."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]


def rgb(colour: str) -> Colour:
    """ "#b4552f" as three numbers."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a `share` of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Palette:
    """The three colours of a cloth: what was dyed, what was waxed, and the second bath."""

    ground: Colour
    ink: Colour
    accent: Colour


class Tile:
    """A square that repeats: whatever leaves on one side comes back on the other."""

    def __init__(self, side: int, palette: Palette) -> None:
        self.side, self.palette = side, palette
        self.image = Image.new("RGB", (side, side), palette.ground)
        self._brush = ImageDraw.Draw(self.image)

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        points = list(points)
        for dx, dy in self._copies(points):
            self._brush.polygon([(x + dx, y + dy) for x, y in points], fill=fill)

    def line(self, points: Iterable[Point], fill: Colour, width: int) -> None:
        points = list(points)
        for dx, dy in self._copies(points):
            self._brush.line([(x + dx, y + dy) for x, y in points], fill=fill, width=width, joint="curve")

    def dot(self, x: float, y: float, radius: float, fill: Colour) -> None:
        for dx, dy in self._copies([(x - radius, y - radius), (x + radius, y + radius)]):
            self._brush.ellipse(
                (x + dx - radius, y + dy - radius, x + dx + radius, y + dy + radius), fill=fill
            )

    def petal(  # noqa: PLR0917
        self, x: float, y: float, angle: float, length: float, width: float, fill: Colour
    ) -> None:
        """A leaf with two pointed ends that begins at (x, y) and points to `angle` (degrees)."""
        self.polygon(leaf(x, y, angle, length, width), fill)

    def _copies(self, points: list[Point]) -> list[tuple[int, int]]:
        """Where the shape has to be drawn again so that it crosses the edges."""
        across = [x for x, _ in points]
        down = [y for _, y in points]
        return [
            (dx, dy)
            for dx in (-self.side, 0, self.side)
            for dy in (-self.side, 0, self.side)
            if max(across) + dx > 0 and min(across) + dx < self.side
            if max(down) + dy > 0 and min(down) + dy < self.side
        ]


def leaf(x: float, y: float, angle: float, length: float, width: float) -> list[Point]:
    """The outline of a leaf, pointed at both ends."""
    turn = math.radians(angle)
    along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    outline = []
    for side in (1, -1):
        steps = range(13) if side == 1 else range(12, -1, -1)
        for step in steps:
            forward, out = length * step / 12, side * width / 2 * math.sin(math.pi * step / 12) ** 0.8
            outline.append(
                (x + along[0] * forward + across[0] * out, y + along[1] * forward + across[1] * out)
            )
    return outline


def flower(  # noqa: PLR0917
    tile: Tile, x: float, y: float, size: float, petals: int, colours: tuple[Colour, Colour]
) -> None:
    """A rosette: petals around a heart."""
    for number in range(petals):
        angle = 360 * number / petals
        tile.petal(x, y, angle, size, size * 2.6 / petals, colours[0])
    tile.dot(x, y, size * 0.26, colours[1])


def grains(tile: Tile, step: int, radius: float, colour: Colour) -> None:
    """The fine dots (cecek) that fill a ground."""
    for row, y in enumerate(range(step // 2, tile.side, step)):
        for x in range(step // 2 + (row % 2) * step // 2, tile.side, step):
            tile.dot(x, y, radius, colour)


def turned(tile: Image.Image) -> Image.Image:
    """A tile turned by 45 degrees, grown by the root of two so that it still repeats."""
    side = round(tile.width * math.sqrt(2))
    step = tile.width / side  # one pixel along the turned axes, in pixels of the level cloth
    level = repeated(tile, tile.width * 2 + 2)
    turn = (step, step, 0, -step, step, tile.width)
    return level.transform((side, side), Image.Transform.AFFINE, turn, Image.Resampling.BICUBIC)


def repeated(tile: Image.Image, side: int) -> Image.Image:
    """A square paved with a tile."""
    whole = Image.new("RGB", (side, side))
    for x in range(0, side, tile.width):
        for y in range(0, side, tile.height):
            whole.paste(tile, (x, y))
    return whole
