"""What coffee is sold in: bags, boxes, bottles, baskets, and the beans themselves."""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from config.demo.catalogue.parts import Sketch
from config.demo.easel import Easel, both_sides, ellipse, mirrored, rounded_box, trace
from config.demo.stage import BLACK, COFFEE, PAPER, WHITE, Colours, hills, standing_shadow, table
from config.demo.tiles import Colour, Point, leaf, mix, rgb


def _bag_of_beans(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 262)
    body = both_sides(trace("M 500 176 L 706 176 Q 716 300 712 420 L 734 850 Q 720 880 640 884 L 500 888"))
    easel.shadow(body, drop=20, blur=26)
    easel.lay(body, colours.ground)
    for x, lean in ((330, 26), (668, -26)):
        easel.fold(
            [(x - 5, 240), (x + 5, 240), (x + lean * -0.5 + 10, 870), (x + lean * -0.5 - 10, 870)], 0.3, 12
        )
    easel.shine([(352, 250), (392, 250), (372, 860), (330, 860)], 0.16, 16)
    easel.lay(both_sides(trace("M 500 160 L 708 160 L 706 232 L 500 232")), mix(colours.ground, BLACK, 0.22))
    for y in (180, 196, 212):
        easel.line([(296, y), (704, y)], mix(colours.ground, BLACK, 0.4), 2)
    easel.lay(ellipse(500, 284, 17, 17), mix(colours.ground, BLACK, 0.35), "flat")
    easel.lay(ellipse(500, 284, 6, 6), mix(colours.ground, WHITE, 0.4), "flat")
    _label(easel, sketch, colours)
    return easel


def _label(easel: Easel, sketch: Sketch, colours: Colours) -> None:
    """The bag's paper label: sign, origin, tasting notes."""
    paper = rounded_box(334, 344, 666, 800, 10)
    easel.shadow(paper, drop=3, blur=6, strength=0.25)
    easel.lay(paper, colours.ink, "flat")
    hills(easel, colours, 404, 480, 110)
    easel.write("KOPI LERENG", 500, 516, 22, mix(colours.ground, BLACK, 0.1))
    easel.line([(440, 540), (560, 540)], colours.accent, 3)
    first, _, rest = sketch.title.partition(" ")
    easel.write(first.upper(), 500, 592, 58, mix(colours.ground, BLACK, 0.15), width=290)
    easel.write(rest, 500, 644, 34, mix(colours.ground, BLACK, 0.15), width=290)
    easel.write_lines(sketch.subtitle, 500, 704, 20, mix(colours.ground, colours.ink, 0.25), width=280)
    easel.lay([(334, 786), (666, 786), (666, 798), (334, 798)], colours.accent, "flat")


def _pouch(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 230)
    body = both_sides(trace("M 500 236 L 690 236 Q 700 560 712 858 Q 620 886 500 886"))
    easel.shadow(body, drop=16, blur=22)
    easel.lay(body, (206, 174, 132))
    easel.lay(both_sides(trace("M 500 236 L 690 236 L 692 312 L 500 312")), (188, 152, 110))
    easel.line([(312, 300), (688, 300)], (150, 116, 80), 3)
    easel.lay(both_sides(trace("M 500 420 L 697 420 L 705 700 L 500 700")), colours.ground)
    for number in range(5):
        angle = -90 + (number - 2) * 34
        easel.lay(leaf(500, 520, angle, 86, 34), colours.accent, "flat")
    easel.write(sketch.title.split()[0].upper(), 500, 578, 46, colours.ink, width=340)
    easel.write(" ".join(sketch.title.split()[1:]), 500, 634, 30, colours.ink, width=340)
    easel.shine([(340, 330), (372, 330), (358, 860), (326, 860)], 0.22, 14)
    return easel


def _box(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 330)
    front: list[Point] = [(214, 336), (640, 336), (640, 880), (214, 880)]
    side: list[Point] = [(640, 336), (800, 292), (800, 822), (640, 880)]
    top: list[Point] = [(214, 336), (372, 292), (800, 292), (640, 336)]
    easel.shadow([*front[:1], (800, 292), (800, 830), (640, 884), (214, 884)], drop=14, blur=26)
    easel.lay(front, colours.ground, "flat")
    easel.lay(side, mix(colours.ground, BLACK, 0.28), "flat")
    easel.lay(top, mix(colours.ground, WHITE, 0.22), "flat")
    easel.lay([(214, 700), (640, 700), (640, 880), (214, 880)], colours.accent, "flat")
    easel.lay([(640, 700), (800, 651), (800, 822), (640, 880)], mix(colours.accent, BLACK, 0.25), "flat")
    for number in range(7):
        x = 262 + number * 55
        easel.lay(leaf(x, 806, -90, 74, 34), colours.ink, "flat")
    easel.write_lines(sketch.title, 427, 470, 50, colours.ink, width=370)
    easel.line([(367, 636), (487, 636)], colours.accent, 4)
    easel.write("KOPI LERENG", 427, 404, 24, mix(colours.ink, colours.ground, 0.2))
    return easel


def _bottle(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 150)
    glass = both_sides(
        trace(
            "M 500 250 L 556 250 L 558 330 Q 566 384 626 430 Q 640 450 640 490 "
            "L 640 852 Q 640 884 606 886 L 500 886"
        )
    )
    easel.shadow(glass, drop=12, blur=20)
    easel.lay(glass, mix(colours.ground, WHITE, 0.08), "round")
    easel.lay(
        both_sides(trace("M 500 330 L 557 330 Q 564 366 588 396 L 500 396")),
        mix(colours.ground, WHITE, 0.55),
        "round",
    )
    easel.lay(rounded_box(434, 190, 566, 262, 10), (58, 44, 36), "round")
    for x in range(444, 566, 12):
        easel.line([(x, 200), (x, 254)], (36, 26, 20), 2)
    label = rounded_box(360, 520, 640, 800, 4)
    easel.lay(label, PAPER, "round")
    dark = mix(colours.ground if sum(colours.ground) < 460 else COFFEE, BLACK, 0.2)
    easel.write("KOPI LERENG", 500, 566, 22, dark)
    easel.line([(452, 590), (548, 590)], colours.accent, 3)
    easel.write_lines(sketch.title, 500, 640, 36, dark, width=230)
    easel.shine([(384, 470), (404, 470), (404, 850), (384, 850)], 0.5, 8)
    return easel


def _beans(sketch: Sketch) -> Easel:
    """Roasted beans from near, lying on each other; the seed decides how."""
    chance = Random(sketch.seed)  # noqa: S311  (a drawing, not a secret)
    roast = rgb(sketch.ink)
    easel = Easel(mix(roast, BLACK, 0.62))
    places = [
        (column * 118 + (row % 2) * 59 - 30, row * 88 - 20) for row in range(13) for column in range(10)
    ]
    chance.shuffle(places)
    for x, y in places:
        _bean(
            easel,
            x + chance.uniform(-24, 24),
            y + chance.uniform(-22, 22),
            chance.uniform(0, 180),
            mix(roast, BLACK, chance.uniform(0, 0.3)),
        )
    return easel


def _bean(easel: Easel, x: float, y: float, angle: float, roast: Colour) -> None:
    """One bean with its crease and a glint."""
    turn = math.radians(angle)

    def placed(points: list[Point]) -> list[Point]:
        return [
            (x + px * math.cos(turn) - py * math.sin(turn), y + px * math.sin(turn) + py * math.cos(turn))
            for px, py in points
        ]

    shape = placed(ellipse(0, 0, 74, 50))
    easel.lay([(px + 4, py + 7) for px, py in shape], mix(roast, BLACK, 0.75), "flat")
    easel.lay(shape, roast, "flat")
    easel.lay(placed(ellipse(-4, -16, 58, 22)), mix(roast, WHITE, 0.13), "flat")
    crease = placed(trace("M -66 4 Q -30 -12 0 2 Q 32 16 66 0"))
    easel.line(crease, mix(roast, BLACK, 0.7), 8)
    easel.line([(px - 1, py - 4) for px, py in crease], mix(roast, WHITE, 0.25), 2)


def _hamper(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 360)
    easel.line(trace("M 250 560 C 260 120 740 120 750 560"), mix(colours.ground, BLACK, 0.3), 30)
    for left, right, colour, top in ((300, 430, (47, 93, 74), 330), (560, 700, (107, 39, 55), 360)):
        easel.shadow(rounded_box(left, top, right, 660, 10), drop=8, blur=12)
        easel.lay(rounded_box(left, top, right, 660, 10), colour)
        easel.lay(rounded_box(left + 20, top + 90, right - 20, top + 190, 4), PAPER, "flat")
    easel.lay(rounded_box(444, 300, 548, 660, 30), (199, 154, 107), "round")
    easel.lay(rounded_box(464, 250, 528, 320, 8), (58, 44, 36), "round")
    basket = both_sides(trace("M 500 580 L 800 580 L 740 884 L 500 890"))
    easel.shadow(basket, drop=10, blur=20)
    easel.lay(basket, colours.ground)
    for row in range(7):
        y = 604 + row * 42
        inset = 500 - (800 - row * 8.4 - 500)
        for number in range(14):
            x = inset + 12 + number * (1000 - 2 * inset - 24) / 14 + (row % 2) * 16
            if x < 1000 - inset - 44:
                easel.lay(
                    rounded_box(x, y, x + 32, y + 22, 10),
                    mix(colours.ground, BLACK if row % 2 else WHITE, 0.18),
                    "flat",
                )
    easel.lay(rounded_box(184, 556, 816, 606, 20), mix(colours.ground, BLACK, 0.2))
    bow = trace("M 500 650 Q 380 560 372 660 Q 380 720 500 660 Q 620 720 628 660 Q 620 560 500 650")
    easel.shadow(bow, drop=8, blur=8)
    for ribbon in (
        trace("M 492 656 L 420 800 L 456 806 L 508 668"),
        mirrored(trace("M 492 656 L 420 800 L 456 806 L 508 668")),
    ):
        easel.lay(ribbon, mix(colours.accent, BLACK, 0.12))
    easel.lay(bow, colours.accent)
    easel.lay(ellipse(500, 656, 24, 22), mix(colours.accent, BLACK, 0.15))
    return easel


PACKS: Final[dict[str, Callable[[Sketch], Easel]]] = {
    "bag_of_beans": _bag_of_beans,
    "beans": _beans,
    "pouch": _pouch,
    "box": _box,
    "bottle": _bottle,
    "hamper": _hamper,
}
