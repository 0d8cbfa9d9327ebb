"""The table that coffee things stand on, and what several of them share."""

from typing import Final

from config.demo.catalogue.parts import Sketch
from config.demo.easel import Easel, ellipse, trace
from config.demo.tiles import Colour, mix, rgb

WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)
COFFEE: Final[Colour] = (74, 44, 28)
GLASS: Final[Colour] = (214, 226, 226)
STEEL: Final[Colour] = (206, 209, 211)
WOOD: Final[Colour] = (150, 106, 68)
PAPER: Final[Colour] = (247, 240, 226)


class Colours:
    """The three colours of a ware, and the wall behind it."""

    def __init__(self, sketch: Sketch) -> None:
        self.ground, self.ink, self.accent = rgb(sketch.ground), rgb(sketch.ink), rgb(sketch.accent)
        pale = mix((247, 241, 231), self.accent, 0.16)
        self.wall = pale if sum(self.ground) < 600 else mix((206, 186, 160), self.accent, 0.12)


def table(sketch: Sketch) -> tuple[Easel, Colours]:
    """An empty table before a wall that suits the ware."""
    colours = Colours(sketch)
    return Easel(colours.wall, 800), colours


def standing_shadow(easel: Easel, wide: float, y: float = 872, x: float = 500) -> None:
    """The shadow under something that stands on the table."""
    easel.shadow(ellipse(x + 14, y, wide, 26), drop=0, blur=22, strength=0.5)


def hills(easel: Easel, colours: Colours, top: float, bottom: float, wide: float) -> None:
    """The roaster's sign: a sun over two slopes."""
    left, right = 500 - wide, 500 + wide
    easel.lay(ellipse(500 + wide * 0.3, top, wide * 0.3, wide * 0.3), colours.accent, "flat")
    far = mix(colours.ground, colours.accent, 0.45)
    first, second = f"{500 - wide * 0.5} {top - 20} 500 {bottom - 34}", f"{500 + wide * 0.4} {top + 10}"
    path = f"M {left} {bottom} Q {first} Q {second} {right} {bottom}"
    easel.lay(trace(path), far, "flat")
    near = f"M {left} {bottom} Q {500 - wide * 0.1} {top + 46} {right} {bottom}"
    easel.lay(trace(near), mix(colours.ground, BLACK, 0.3), "flat")
