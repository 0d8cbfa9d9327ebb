"""What a coffee roaster sells to brew with: kettles, grinders and cups."""

from collections.abc import Callable
from typing import Final

from config.demo.catalogue.parts import Sketch
from config.demo.easel import Easel, both_sides, ellipse, rounded_box, trace
from config.demo.stage import (
    BLACK,
    COFFEE,
    GLASS,
    PAPER,
    STEEL,
    WHITE,
    WOOD,
    Colours,
    hills,
    standing_shadow,
    table,
)
from config.demo.tiles import Point, leaf, mix


def _dripper(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 190, 846)
    handle = trace("M 690 430 C 830 400 830 600 640 590")
    easel.line(handle, mix(colours.ground, BLACK, 0.25), 34)
    easel.line([(x - 4, y - 4) for x, y in handle], colours.ground, 24)
    cone = both_sides(trace("M 500 330 L 742 330 Q 736 380 600 700 L 588 742 L 500 742"))
    easel.shadow(cone, drop=12, blur=18)
    easel.lay(cone, colours.ground, "round")
    easel.lay(ellipse(500, 330, 242, 44), mix(colours.ground, WHITE, 0.15), "flat")
    easel.lay(ellipse(500, 334, 222, 35), mix(colours.ground, BLACK, 0.35), "flat")
    for number in range(9):
        x = 300 + number * 50
        easel.line(
            trace(f"M {x} 336 Q {x + 20} 352 {500 + (x - 500) * 0.5} 364"),
            mix(colours.ground, BLACK, 0.5),
            4,
        )
    plate = both_sides(trace("M 500 738 L 680 738 Q 706 746 700 764 L 500 776"))
    easel.lay(plate, colours.ground, "round")
    easel.lay(
        both_sides(trace("M 500 770 L 590 770 L 580 840 L 500 846")),
        mix(colours.ground, BLACK, 0.1),
        "round",
    )
    easel.shine([(372, 390), (404, 390), (462, 700), (446, 700)], 0.4, 10)
    return easel


def _server(sketch: Sketch) -> Easel:
    easel, _ = table(sketch)
    standing_shadow(easel, 230)
    handle = trace("M 650 470 C 850 420 850 760 690 740")
    easel.line(handle, mix(GLASS, BLACK, 0.3), 30)
    easel.line(handle, mix(GLASS, WHITE, 0.3), 18)
    glass = both_sides(trace("M 500 330 L 620 330 L 628 420 Q 730 560 724 740 Q 720 878 640 884 L 500 884"))
    easel.shadow(glass, drop=12, blur=22, strength=0.2)
    easel.lay(glass, GLASS, "round")
    easel.lay(
        both_sides(trace("M 500 620 L 712 620 Q 728 690 722 744 Q 716 866 640 872 L 500 872")),
        COFFEE,
        "round",
    )
    easel.lay(ellipse(500, 620, 212, 26), mix(COFFEE, WHITE, 0.18), "flat")
    easel.lay(rounded_box(372, 292, 628, 338, 14), (54, 46, 42), "round")
    easel.lay(ellipse(500, 284, 34, 18), (54, 46, 42))
    for number in range(4):
        easel.line([(452, 540 + number * 76), (500, 540 + number * 76)], (250, 250, 250), 4)
    easel.shine([(330, 560), (362, 520), (342, 820), (318, 800)], 0.55, 10)
    return easel


def _kettle(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    light = "metal" if sum(colours.ground) in range(520, 640) else "round"
    standing_shadow(easel, 250, x=540)
    spout = trace("M 372 800 C 200 800 300 420 168 400")
    easel.line([(x + 4, y + 4) for x, y in spout], mix(colours.ground, BLACK, 0.35), 38)
    easel.line(spout, colours.ground, 30)
    easel.line([(x - 5, y - 4) for x, y in spout], mix(colours.ground, WHITE, 0.4), 6)
    handle = trace("M 690 470 C 900 420 900 760 830 820")
    easel.line(handle, (44, 36, 32), 42)
    easel.line([(x - 6, y - 6) for x, y in handle], (96, 78, 66), 8)
    body = [
        (x + 50, y)
        for x, y in both_sides(trace("M 500 450 L 640 450 Q 690 560 702 850 Q 700 884 670 886 L 500 886"))
    ]
    easel.shadow(body, drop=10, blur=20)
    easel.lay(body, colours.ground, light)
    lid = [(x + 50, y) for x, y in both_sides(trace("M 500 402 Q 620 402 648 452 L 500 456"))]
    easel.lay(lid, mix(colours.ground, BLACK, 0.12), light)
    easel.lay(ellipse(550, 384, 34, 26), (44, 36, 32))
    easel.shine([(420, 500), (446, 500), (428, 850), (400, 850)], 0.45, 9)
    return easel


def _press(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 200)
    handle = trace("M 650 430 C 830 420 830 780 650 770")
    easel.line(handle, (40, 34, 30), 36)
    easel.line([(500, 180), (500, 330)], STEEL, 14)
    easel.lay(ellipse(500, 176, 36, 34), (40, 34, 30))
    glass = rounded_box(350, 350, 650, 870, 16)
    easel.shadow(glass, drop=12, blur=20)
    easel.lay(glass, GLASS, "round")
    easel.lay(rounded_box(354, 520, 646, 866, 14), COFFEE, "round")
    easel.lay(rounded_box(354, 506, 646, 540, 8), STEEL, "metal")
    easel.line([(500, 340), (500, 508)], STEEL, 10)
    easel.lay(both_sides(trace("M 500 280 Q 640 290 668 350 L 500 360")), STEEL, "metal")
    for x in (356, 644):
        easel.line([(x, 356), (x, 880)], STEEL, 14)
    for y in (420, 850):
        easel.lay(rounded_box(344, y, 656, y + 30, 6), STEEL, "metal")
    easel.shine([(384, 380), (408, 380), (408, 840), (384, 840)], 0.5, 8)
    easel.line([(420, 700), (580, 700)], mix(COFFEE, colours.accent, 0.5), 3)
    return easel


def _moka(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 200)
    easel.line(trace("M 640 420 L 800 430 L 770 660"), (40, 34, 30), 40)
    upper = both_sides(trace("M 500 360 L 640 360 L 606 606 L 500 606"))
    lower = both_sides(trace("M 500 640 L 622 640 L 676 884 L 500 884"))
    easel.lay(trace("M 372 380 L 300 350 L 336 420 L 384 470"), colours.ground, "metal")
    easel.shadow(lower, drop=10, blur=18)
    for part in (upper, lower):
        easel.lay(part, colours.ground, "metal")
    easel.lay(rounded_box(386, 596, 614, 650, 10), mix(colours.ground, BLACK, 0.15), "metal")
    easel.lay(
        both_sides(trace("M 500 300 L 520 300 Q 620 310 646 362 L 500 366")),
        mix(colours.ground, WHITE, 0.12),
        "metal",
    )
    easel.lay(ellipse(500, 286, 28, 28), (40, 34, 30))
    easel.lay(ellipse(440, 720, 15, 15), mix(colours.accent, BLACK, 0.2))
    for x in (430, 570):
        easel.line([(500 + (x - 500) * 0.86, 604), (x, 364)], mix(colours.ground, BLACK, 0.3), 2)
        easel.line([(x, 644), (500 + (x - 500) * 1.4, 880)], mix(colours.ground, BLACK, 0.3), 2)
    return easel


def _grinder(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 150)
    easel.line([(500, 250), (742, 236)], STEEL, 20)
    easel.lay(ellipse(748, 206, 40, 50), WOOD)
    body = rounded_box(390, 300, 610, 880, 26)
    easel.shadow(body, drop=12, blur=20)
    easel.lay(body, colours.ground, "metal" if sum(colours.ground) > 400 else "round")
    easel.lay(rounded_box(382, 560, 618, 640, 8), mix(colours.ground, BLACK, 0.3), "round")
    for x in range(392, 614, 14):
        easel.line([(x, 568), (x, 632)], mix(colours.ground, BLACK, 0.55), 3)
    easel.lay(
        both_sides(trace("M 500 262 Q 590 266 606 310 L 500 314")), mix(colours.ground, BLACK, 0.2), "round"
    )
    easel.lay(ellipse(500, 256, 24, 18), STEEL)
    easel.write("gilang", 500, 460, 34, colours.ink)
    easel.shine([(412, 330), (432, 330), (432, 860), (412, 860)], 0.4, 8)
    return easel


def _scale(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 330, 800)
    top: list[Point] = [(262, 560), (738, 560), (820, 740), (180, 740)]
    easel.lay([(180, 738), (820, 738), (812, 812), (188, 812)], mix(colours.ground, BLACK, 0.4), "soft")
    easel.lay(top, mix(colours.ground, WHITE, 0.08), "flat")
    easel.shine([(290, 570), (480, 570), (420, 726), (214, 726)], 0.16, 14)
    easel.lay(rounded_box(384, 752, 616, 802, 8), (18, 24, 22), "flat")
    easel.write("18,0 g   0:32", 500, 777, 32, (140, 240, 190))
    cup = both_sides(trace("M 500 400 L 600 400 Q 606 560 560 640 L 500 650"))
    easel.shadow(cup, drop=16, blur=14, strength=0.35)
    easel.lay(cup, PAPER, "round")
    easel.lay(ellipse(500, 400, 100, 24), mix(PAPER, BLACK, 0.08), "flat")
    easel.lay(ellipse(500, 404, 88, 18), COFFEE, "flat")
    return easel


def _jar(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 220)
    body = both_sides(trace("M 500 360 L 660 360 Q 706 380 706 440 L 706 830 Q 706 884 650 886 L 500 886"))
    easel.shadow(body, drop=12, blur=20)
    easel.lay(body, colours.ground, "round")
    easel.lay(rounded_box(322, 290, 678, 366, 16), WOOD, "round")
    easel.lay(ellipse(500, 284, 44, 20), mix(WOOD, BLACK, 0.2))
    easel.lay(rounded_box(388, 540, 612, 690, 10), mix(colours.ground, colours.ink, 0.85), "flat")
    easel.write("BIJI KOPI", 500, 594, 34, colours.ground if sum(colours.ink) > 400 else PAPER)
    easel.line([(450, 630), (550, 630)], colours.accent, 4)
    easel.shine([(326, 430), (352, 430), (352, 840), (326, 840)], 0.4, 10)
    return easel


def _tamper(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 210, 850)
    easel.lay(rounded_box(320, 760, 680, 850, 12), STEEL, "metal")
    easel.lay(rounded_box(440, 700, 560, 764, 6), STEEL, "metal")
    knob = both_sides(trace("M 500 300 Q 640 306 628 420 Q 610 500 560 560 Q 546 640 566 704 L 500 708"))
    easel.shadow(knob, drop=8, blur=14)
    easel.lay(knob, colours.ground, "round")
    for bend in (-36, -12, 14, 38):
        easel.line(
            trace(f"M {500 + bend * 2.2} 340 Q {500 + bend * 2.6} 460 {500 + bend} 690"),
            mix(colours.ground, BLACK, 0.25),
            3,
        )
    easel.shine([(430, 350), (456, 340), (468, 480), (450, 500)], 0.4, 10)
    return easel


def _cup(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 300, 846)
    saucer = ellipse(500, 822, 330, 56)
    easel.lay([(x, y + 14) for x, y in saucer], mix(colours.ground, BLACK, 0.35))
    easel.lay(saucer, mix(colours.ground, WHITE, 0.06))
    easel.lay(ellipse(500, 816, 190, 28), mix(colours.ground, BLACK, 0.16), "flat")
    ring = trace("M 690 500 C 860 480 850 690 660 690")
    easel.line(ring, mix(colours.ground, BLACK, 0.3), 40)
    easel.line([(x - 4, y - 4) for x, y in ring], colours.ground, 30)
    body = both_sides(trace("M 500 430 L 712 430 Q 716 690 600 800 L 500 812"))
    easel.shadow(body, drop=10, blur=16)
    easel.lay(body, colours.ground, "round")
    easel.lay(ellipse(500, 430, 212, 46), mix(colours.ground, WHITE, 0.12), "flat")
    easel.lay(ellipse(500, 436, 192, 38), COFFEE, "flat")
    easel.lay(ellipse(486, 434, 120, 22), mix(COFFEE, (206, 160, 110), 0.55), "flat")
    easel.lay(leaf(410, 434, 0, 150, 26), (240, 222, 196), "flat")
    for x, lean in ((440, 26), (520, -22), (590, 24)):
        steam = trace(f"M {x} 380 C {x + lean * 2} 330 {x - lean * 2} 270 {x + lean} 200")
        easel.shine([*steam, *[(px + 16, py) for px, py in reversed(steam)]], 0.4, 12)
    easel.shine([(330, 480), (360, 480), (410, 740), (390, 740)], 0.4, 10)
    return easel


def _tumbler(sketch: Sketch) -> Easel:
    easel, colours = table(sketch)
    standing_shadow(easel, 140)
    body = both_sides(trace("M 500 290 L 630 290 L 600 860 Q 598 886 570 886 L 500 886"))
    easel.shadow(body, drop=12, blur=20)
    easel.lay(body, colours.ground, "round")
    easel.lay(both_sides(trace("M 500 790 L 604 790 L 600 860 Q 598 886 570 886 L 500 886")), STEEL, "metal")
    easel.lay(rounded_box(360, 226, 640, 300, 18), mix(colours.ground, BLACK, 0.4), "round")
    easel.lay(rounded_box(452, 196, 548, 236, 12), mix(colours.ground, BLACK, 0.5), "round")
    sign = Colours(sketch)
    sign.ground = mix(colours.ground, BLACK, 0.2)
    hills(easel, sign, 500, 560, 74)
    easel.write("lereng", 500, 606, 34, colours.ink)
    easel.shine([(392, 320), (412, 320), (428, 780), (412, 780)], 0.45, 8)
    return easel


WARES: Final[dict[str, Callable[[Sketch], Easel]]] = {
    "dripper": _dripper,
    "server": _server,
    "kettle": _kettle,
    "press": _press,
    "moka": _moka,
    "grinder": _grinder,
    "scale": _scale,
    "jar": _jar,
    "tamper": _tamper,
    "cup": _cup,
    "tumbler": _tumbler,
}
