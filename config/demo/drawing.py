"""Draws the pictures of the demo's products: one sketch gives the same 1200 x 1200 pixels everywhere."""

import io
from collections.abc import Callable
from typing import Final

from PIL import Image

from config.demo.catalogue.parts import Sketch
from config.demo.easel import Easel
from config.demo.garments import GARMENTS
from config.demo.packs import PACKS
from config.demo.wares import WARES

KINDS: Final[dict[str, Callable[[Sketch], Easel]]] = {**GARMENTS, **PACKS, **WARES}


def draw(sketch: Sketch) -> Image.Image:
    """Draw one picture; takes about 50 ms."""
    return KINDS[sketch.kind](sketch).image


def jpeg(sketch: Sketch) -> bytes:
    """The picture as the file that a seller would upload: 960 pixels, which is quickly made in all sizes."""
    stream = io.BytesIO()
    draw(sketch).resize((960, 960), Image.Resampling.LANCZOS).save(stream, "JPEG", quality=88)
    return stream.getvalue()
