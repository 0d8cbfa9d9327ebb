"""What a batik shop sells, drawn flat as on a table: shirts, dresses, cloths and small things."""

from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image

from config.demo.catalogue.parts import Sketch
from config.demo.easel import SIDE, Easel, both_sides, ellipse, mirrored, rounded_box, trace
from config.demo.motifs import cloth
from config.demo.tiles import Colour, Palette, Point, mix, rgb


class Fabric:
    """The cloth of one sketch: straight for bodies, turned for sleeves, plain for collars and seams."""

    def __init__(self, sketch: Sketch, scale: float = 0.62) -> None:
        self.palette = Palette(rgb(sketch.ground), rgb(sketch.ink), rgb(sketch.accent))
        self.straight = cloth(sketch.motif, self.palette, SIDE, scale)
        light = sum(self.palette.ground) > 480
        self.plain: Colour = mix(self.palette.ground, (0, 0, 0), 0.18) if not light else self.palette.ground
        self.seam: Colour = mix(self.palette.ground, (10, 6, 4), 0.45)
        self.button: Colour = mix(self.palette.accent, (255, 255, 255), 0.15)


def wall_for(sketch: Sketch) -> Colour:
    """A pale background that suits the product's colour."""
    ground = rgb(sketch.ground)
    pale = mix((246, 241, 233), ground, 0.09)
    return pale if sum(ground) < 560 else mix((214, 205, 193), ground, 0.1)


_BODY_HALF: Final = "M 560 150 L 652 176 Q 668 300 662 420 L 672 850 Q 600 872 500 872"
_LONG_SLEEVE: Final = "M 646 178 Q 716 204 744 262 L 850 742 Q 818 774 768 776 L 660 410 Q 668 300 646 178"
_SHORT_SLEEVE: Final = "M 646 178 Q 730 206 764 276 L 820 452 Q 764 492 694 494 L 660 392 Q 668 300 646 178"


def _sleeves(easel: Easel, fabric: Fabric, path: str, lean: float) -> None:
    right = trace(path)
    for points, degrees in ((right, lean), (mirrored(right), -lean)):
        easel.shadow(points)
        easel.lay(points, fabric.straight, turn=-degrees)


def _buttons(easel: Easel, fabric: Fabric, top: float, bottom: float, count: int) -> None:
    for number in range(count):
        y = top + (bottom - top) * number / max(1, count - 1)
        easel.lay(ellipse(500, y + 1.5, 8, 8), fabric.seam, "flat")
        easel.lay(ellipse(500, y, 7, 7), fabric.button, "flat")


def _collar(easel: Easel, fabric: Fabric) -> None:
    """A shirt collar: the dark inside of the neck and two points."""
    easel.lay(trace("M 432 150 Q 500 128 568 150 Q 540 196 500 202 Q 460 196 432 150"), fabric.seam, "flat")
    right = trace("M 566 136 L 592 196 L 552 244 L 500 200 Q 548 186 566 136")
    for points in (right, mirrored(right)):
        easel.shadow(points, drop=5, blur=7, strength=0.35)
        easel.lay(points, fabric.straight)
        easel.line([*points, points[0]], fabric.seam, 1.6)


def _folds(easel: Easel, left: float, right: float, top: float, bottom: float) -> None:
    """Three soft folds that make a body hang."""
    wide = (right - left) / 30
    for share, lean in ((0.2, 22), (0.5, -16), (0.8, -24)):
        x = left + (right - left) * share
        easel.fold([(x, top), (x + wide, top), (x + lean + wide, bottom), (x + lean - wide, bottom)], 0.16)


def _shirt(sketch: Sketch, sleeve: str, lean: float, *, band: bool = False) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    body = both_sides(trace(_BODY_HALF))
    plain = Image.new("RGB", (SIDE, SIDE), fabric.plain)
    _sleeves(easel, fabric, sleeve, lean)
    easel.shadow(body)
    easel.lay(body, plain if band else fabric.straight)
    if band:
        easel.lay(rounded_box(438, 150, 562, 640, 6), fabric.straight)
    _folds(easel, 340, 660, 480, 860)
    placket = [(488, 204), (512, 204), (512, 640 if band else 870), (488, 640 if band else 870)]
    easel.fold([(512, 210), (518, 210), (518, 860), (512, 860)], 0.3, 3)
    easel.line(placket[:2][::-1] + placket[3:] if band else [(512, 204), (512, 870)], fabric.seam, 1.6)
    _buttons(easel, fabric, 258, 600 if band else 820, 5 if band else 7)
    if band:
        easel.lay(trace("M 434 150 Q 500 118 566 150 L 562 178 Q 500 150 438 178"), fabric.straight)
        easel.line(trace("M 438 178 Q 500 150 562 178"), fabric.seam, 2)
    else:
        _collar(easel, fabric)
    easel.line(trace("M 334 838 Q 420 858 500 858 Q 580 858 666 838"), fabric.seam, 1.4, dashed=True)
    return easel


def _shirt_long(sketch: Sketch) -> Easel:
    easel = _shirt(sketch, _LONG_SLEEVE, 13)
    fabric = Fabric(sketch)
    right = trace("M 836 684 L 850 742 Q 818 774 768 776 L 752 720 Q 800 716 836 684")
    for cuff in (right, mirrored(right)):
        easel.lay(cuff, fabric.straight)
        easel.line([*cuff, cuff[0]], fabric.seam, 1.6)
    return easel


def _shirt_short(sketch: Sketch) -> Easel:
    easel = _shirt(sketch, _SHORT_SLEEVE, 24)
    fabric = Fabric(sketch)
    pocket = trace("M 558 330 L 640 326 L 642 416 L 602 436 L 562 420 L 558 330")
    easel.shadow(pocket, drop=4, blur=6, strength=0.25)
    easel.lay(pocket, fabric.straight, turn=-8)
    easel.line(pocket, fabric.seam, 1.6)
    return easel


def _shirt_band(sketch: Sketch) -> Easel:
    return _shirt(sketch, _LONG_SLEEVE, 13, band=True)


def _neckline(easel: Easel, fabric: Fabric, y: float, wide: float, deep: float) -> None:
    path = f"M {500 - wide} {y} Q 500 {y + deep * 2} {500 + wide} {y} Q 500 {y + deep * 0.7} {500 - wide} {y}"
    easel.lay(trace(path), fabric.seam, "flat")
    easel.line(trace(f"M {500 - wide} {y} Q 500 {y + deep * 2} {500 + wide} {y}"), fabric.palette.accent, 3)


def _dress(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    _sleeves(
        easel,
        fabric,
        "M 606 122 Q 680 150 702 216 L 724 330 Q 684 352 630 350 L 618 260 Q 620 190 606 122",
        16,
    )
    top = both_sides(trace("M 558 112 L 612 124 Q 634 220 622 320 Q 604 372 606 414 L 500 422"))
    skirt = both_sides(trace("M 500 404 L 608 408 Q 690 620 752 872 Q 640 914 500 914"))
    easel.shadow(skirt)
    easel.lay(skirt, fabric.straight)
    for x, spread in ((420, -96), (470, -34), (540, 44), (590, 112)):
        easel.fold([(x - 4, 430), (x + 4, 430), (x + spread + 16, 900), (x + spread - 16, 900)], 0.24, 11)
    easel.shadow(top, drop=6, blur=8)
    easel.lay(top, fabric.straight)
    belt = both_sides(trace("M 500 396 L 608 392 L 608 426 L 500 432"))
    easel.lay(belt, fabric.plain)
    easel.line(trace("M 392 426 Q 500 438 608 426"), fabric.palette.accent, 2)
    _neckline(easel, fabric, 114, 58, 44)
    return easel


def _blouse(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    _sleeves(
        easel,
        fabric,
        "M 632 214 Q 724 232 764 310 L 826 566 Q 780 612 716 608 L 650 430 Q 652 320 632 214",
        18,
    )
    body = both_sides(trace("M 562 196 L 640 214 Q 664 320 648 430 Q 650 600 688 768 Q 600 800 500 800"))
    easel.shadow(body)
    easel.lay(body, fabric.straight)
    _folds(easel, 360, 640, 430, 790)
    right = trace("M 826 566 Q 780 612 716 608 L 722 640 Q 794 640 840 596 L 826 566")
    for frill in (right, mirrored(right)):
        easel.lay(frill, fabric.plain)
    _neckline(easel, fabric, 198, 62, 52)
    easel.line([(500, 250), (500, 360)], fabric.seam, 2)
    _buttons(easel, fabric, 276, 344, 3)
    return easel


def _tunic(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    _sleeves(
        easel,
        fabric,
        "M 630 132 Q 706 152 736 214 L 826 640 Q 796 672 744 672 L 648 340 Q 650 230 630 132",
        13,
    )
    body = both_sides(trace("M 560 116 L 638 132 Q 660 240 648 340 L 700 900 L 606 914 Q 550 918 500 918"))
    easel.shadow(body)
    easel.lay(body, fabric.straight)
    _folds(easel, 340, 660, 400, 900)
    easel.lay(rounded_box(472, 168, 528, 470, 4), fabric.plain)
    _buttons(easel, fabric, 214, 448, 6)
    _neckline(easel, fabric, 118, 60, 30)
    for x in (330, 670):
        easel.fold([(x - 4, 740), (x + 4, 740), (x + 5, 905), (x - 5, 905)], 0.5, 4)
    return easel


def _outer(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    _sleeves(easel, fabric, "M 632 150 L 816 196 L 868 520 Q 800 552 720 546 L 656 366 Q 654 260 632 150", 14)
    inside = both_sides(trace("M 548 150 L 600 200 L 620 846 L 500 850"))
    easel.shadow(both_sides(trace("M 560 132 L 660 156 L 690 880 L 500 884")))
    easel.lay(inside, mix(fabric.palette.ground, (0, 0, 0), 0.42), "flat")
    right = trace(
        "M 556 130 L 652 152 Q 668 300 660 400 L 704 872 Q 620 894 556 884 "
        "Q 548 600 552 420 Q 556 260 536 152 L 556 130"
    )
    for panel in (right, mirrored(right)):
        easel.shadow(panel, drop=4, blur=10)
        easel.lay(panel, fabric.straight)
    for x, lean in ((602, 20), (640, 34)):
        points: list[Point] = [(x, 430), (x + 7, 430), (x + lean + 8, 870), (x + lean - 8, 870)]
        easel.fold(points, 0.2, 10)
        easel.fold(mirrored(points), 0.2, 10)
    edge = trace("M 536 152 Q 556 260 552 420 Q 548 600 556 884")
    for points in (edge, mirrored(edge)):
        easel.line(points, fabric.plain, 14)
        easel.line(points, fabric.palette.accent, 2)
    easel.line(trace("M 446 146 Q 500 112 554 146"), fabric.plain, 14)
    return easel


def _skirt(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    body = both_sides(trace("M 500 190 L 634 190 Q 690 420 716 862 Q 610 890 500 892"))
    easel.shadow(body)
    easel.lay(body, fabric.straight)
    flap = trace(
        "M 366 190 L 634 190 Q 662 300 668 400 Q 560 640 546 890 Q 400 892 284 862 Q 310 420 366 190"
    )
    easel.shadow(flap, drop=2, blur=12, strength=0.4)
    easel.lay(flap, fabric.straight, turn=-9)
    for x, lean in ((420, -46), (500, -10), (570, -34)):
        easel.fold([(x - 4, 250), (x + 4, 250), (x + lean + 12, 880), (x + lean - 12, 880)], 0.2, 11)
    easel.lay(rounded_box(362, 168, 638, 206, 8), fabric.plain)
    bow = trace(
        "M 610 188 Q 690 150 720 196 Q 690 226 620 198 L 676 330 L 644 340 "
        "L 602 206 L 560 320 L 534 306 L 600 190"
    )
    easel.shadow(bow, drop=6, blur=6)
    easel.lay(bow, fabric.plain)
    return easel


def _culottes(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    right = trace("M 500 170 L 628 170 Q 668 330 738 842 Q 640 872 534 862 Q 524 620 500 420 L 500 170")
    for leg in (right, mirrored(right)):
        easel.shadow(leg)
        easel.lay(leg, fabric.straight)
    for x, lean in ((560, 40), (604, 84)):
        points = [(x - 4, 240), (x + 4, 240), (x + lean + 11, 850), (x + lean - 11, 850)]
        easel.fold(points, 0.2, 10)
        easel.fold(mirrored(points), 0.2, 10)
    easel.lay(rounded_box(368, 150, 632, 204, 10), fabric.plain)
    for x in range(388, 630, 16):
        easel.line([(x, 156), (x + 2, 198)], fabric.seam, 2)
    easel.line([(500, 206), (500, 424)], fabric.seam, 2)
    return easel


def _folded(sketch: Sketch) -> Easel:
    """A stack: the folded cloth above, the edge of its layers below, a paper band around it."""
    fabric, easel = Fabric(sketch, 0.8), Easel(wall_for(sketch))
    stack = rounded_box(170, 236, 830, 800, 26)
    easel.shadow(stack, drop=26, blur=30, strength=0.42)
    for layer in range(4):
        y = 800 - layer * 22
        easel.lay(rounded_box(172 + layer * 2, y - 64, 828 - layer * 2, y, 24), fabric.straight)
        easel.fold([(180, y - 8), (820, y - 8), (820, y - 1), (180, y - 1)], 0.45, 4)
    easel.lay(rounded_box(176, 226, 824, 716, 26), fabric.straight)
    easel.fold([(176, 690), (824, 690), (824, 716), (176, 716)], 0.4, 10)
    corner = trace("M 824 470 L 824 716 L 560 716 Q 700 640 824 470")
    easel.shadow(corner, drop=-6, blur=12, strength=0.35)
    easel.lay(corner, mix(fabric.palette.ground, fabric.palette.ink, 0.35))
    _paper_band(easel, fabric, 226, 800)
    return easel


def _paper_band(easel: Easel, fabric: Fabric, top: float, bottom: float) -> None:
    paper = (244, 236, 220)
    easel.shadow([(318, top), (438, top), (438, bottom), (318, bottom)], drop=3, blur=8, strength=0.3)
    easel.lay([(318, top - 2), (438, top - 2), (438, bottom + 2), (318, bottom + 2)], paper, "flat")
    easel.fold([(318, 712), (438, 712), (438, bottom), (318, bottom)], 0.18, 6)
    easel.line(
        ellipse(378, 420, 38, 38),
        fabric.palette.ground if sum(fabric.palette.ground) < 520 else fabric.palette.ink,
        3,
    )
    easel.write("BT", 378, 420, 34, (70, 50, 38))
    easel.write("batik tono", 378, 486, 18, (70, 50, 38))


def _scarf(sketch: Sketch) -> Easel:
    """A scarf over a rail, both ends with fringes."""
    fabric, easel = Fabric(sketch), Easel(wall_for(sketch))
    wood = (132, 92, 58)
    back = trace("M 420 190 L 690 190 Q 716 420 702 690 L 452 690 Q 410 420 420 190")
    front = trace("M 300 190 L 580 190 Q 560 460 596 812 L 330 812 Q 284 470 300 190")
    for panel, shade in ((back, 0.2), (front, 0.0)):
        easel.shadow(panel, drop=14, blur=18)
        bottom = max(y for _, y in panel)
        corners = [x for x, y in panel if y > bottom - 1]
        left, wide = min(corners), max(corners) - min(corners)
        for number in range(25):
            x = left + 5 + number * wide / 25
            easel.line(
                [(x, bottom - 4), (x + (number % 3 - 1) * 4, bottom + 66)],
                mix(fabric.palette.ground, fabric.palette.ink, 0.3),
                3,
            )
        easel.lay(panel, fabric.straight, turn=180 if shade else 0)
        if shade:
            easel.fold(panel, shade, 2)
    for x in (360, 440, 520):
        easel.fold([(x, 200), (x + 8, 200), (x + 20, 800), (x - 4, 800)], 0.22, 12)
    easel.lay(rounded_box(120, 168, 880, 196, 14), wood, "soft")
    return easel


def _mask(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch, 0.5), Easel(wall_for(sketch))
    loop = trace("M 742 420 Q 910 400 900 520 Q 892 640 734 614")
    for points in (loop, mirrored(loop)):
        easel.line([(x + 4, y + 8) for x, y in points], mix(wall_for(sketch), (0, 0, 0), 0.25), 12)
        easel.line(points, (250, 248, 244), 11)
    body = both_sides(trace("M 500 318 Q 640 350 752 404 Q 766 520 736 632 Q 630 730 500 748"))
    easel.shadow(body, drop=18, blur=22)
    easel.lay(body, fabric.straight)
    for y, deep in ((440, 26), (530, 40), (618, 46)):
        crease = [
            *trace(f"M 262 {y} Q 500 {y + deep} 738 {y}"),
            *reversed(trace(f"M 262 {y + 12} Q 500 {y + deep + 12} 738 {y + 12}")),
        ]
        easel.fold(crease, 0.34, 5)
    easel.line([*body, body[0]], fabric.seam, 2, dashed=True)
    return easel


def _tote(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch, 0.7), Easel(wall_for(sketch))
    leather = (104, 66, 42)
    handle = trace("M 372 392 C 372 120 628 120 628 392")
    easel.line([(x + 8, y + 10) for x, y in handle], mix(wall_for(sketch), (0, 0, 0), 0.22), 24)
    easel.line(handle, mix(leather, (0, 0, 0), 0.25), 26)
    bag = both_sides(trace("M 500 356 L 748 356 L 792 842 Q 784 866 756 868 L 500 872"))
    easel.shadow(bag, drop=20, blur=24, strength=0.4)
    easel.lay(bag, fabric.straight)
    easel.lay(both_sides(trace("M 500 700 L 780 700 L 792 842 Q 784 866 756 868 L 500 872")), (214, 196, 164))
    easel.line([(222, 702), (778, 702)], fabric.seam, 2, dashed=True)
    easel.lay(both_sides(trace("M 500 350 L 750 350 L 752 386 L 500 386")), fabric.plain)
    front = trace("M 348 410 C 340 150 660 150 652 410")
    easel.line(front, leather, 26)
    for x in (348, 652):
        easel.lay(rounded_box(x - 22, 396, x + 22, 470, 8), leather)
        easel.lay(ellipse(x, 446, 8, 8), (214, 178, 96), "flat")
    return easel


def _wallet(sketch: Sketch) -> Easel:
    fabric, easel = Fabric(sketch, 0.55), Easel(wall_for(sketch))
    body = rounded_box(170, 330, 830, 720, 34)
    easel.shadow(body, drop=24, blur=26, strength=0.42)
    easel.lay(body, fabric.straight)
    easel.lay(rounded_box(170, 330, 830, 388, 28), fabric.plain)
    for x in range(196, 800, 12):
        easel.line([(x, 354), (x + 6, 354)], (206, 176, 104), 9)
    easel.lay(rounded_box(758, 340, 800, 372, 8), (222, 190, 112), "flat")
    pull = trace("M 790 366 L 818 372 L 806 470 L 780 466 L 790 366")
    easel.shadow(pull, drop=6, blur=5)
    easel.lay(pull, (118, 76, 48))
    easel.line(rounded_box(184, 400, 816, 706, 24), fabric.seam, 2, dashed=True)
    return easel


def _cloth_close(sketch: Sketch) -> Easel:
    """The cloth filling the sheet, with two waves in it."""
    fabric, easel = Fabric(sketch, 1.35), Easel(wall_for(sketch))
    sheet: Sequence[Point] = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    easel.lay(sheet, fabric.straight, "flat")
    for x, lean in ((140, 260), (560, 300)):
        easel.fold([(x, -20), (x + 60, -20), (x + lean + 90, 1020), (x + lean, 1020)], 0.36, 34)
        easel.shine([(x + 110, -20), (x + 170, -20), (x + lean + 190, 1020), (x + lean + 140, 1020)], 0.2, 30)
    return easel


GARMENTS: Final[dict[str, Callable[[Sketch], Easel]]] = {
    "shirt_long": _shirt_long,
    "shirt_short": _shirt_short,
    "shirt_band": _shirt_band,
    "dress": _dress,
    "blouse": _blouse,
    "tunic": _tunic,
    "outer": _outer,
    "skirt": _skirt,
    "culottes": _culottes,
    "folded": _folded,
    "scarf": _scarf,
    "mask": _mask,
    "tote": _tote,
    "wallet": _wallet,
    "cloth": _cloth_close,
}
