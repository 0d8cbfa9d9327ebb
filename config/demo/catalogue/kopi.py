"""Kopi Lereng, the demo's coffee roaster: 40 products from beans to kettles."""

from functools import cache
from typing import Final

from config.demo.catalogue.kopi_beans import bean_products
from config.demo.catalogue.kopi_pieces import DRINKS, GIFTS, TOOLS, Piece
from config.demo.catalogue.parts import (
    DemoCatalogue,
    DemoOption,
    DemoPicture,
    DemoProduct,
    Offer,
    Sketch,
    brands_of,
    rounded,
    slug_of,
    variants_of,
)

CATEGORIES: Final = (
    ("Biji Kopi", ("Arabika", "Robusta", "Racikan")),
    ("Minuman", ("Siap Minum", "Praktis Seduh", "Bukan Kopi")),
    ("Alat Seduh", ("Manual Brew", "Giling & Timbang", "Perlengkapan")),
    ("Hadiah", ("Cangkir & Tumbler", "Hampers")),
)

_COLOURS: Final = {
    "Hitam": ("#2b2b2b", "#f2ece2", "#c98a3d"),
    "Putih": ("#f4f0e8", "#4a3a2c", "#c98a3d"),
    "Hijau Pandan": ("#3f6b4f", "#f4efe2", "#e2b04a"),
    "Terakota": ("#b8593b", "#fbefe2", "#3b2a20"),
    "Biru Laut": ("#2f5d7c", "#eef3f4", "#e2b04a"),
    "Perak": ("#b9bdc0", "#2b2b2b", "#7a5230"),
    "Kayu": ("#a9764a", "#f7efe3", "#3b2a20"),
}


def _short(value: str) -> str:
    """The part of a SKU that stands for an option value: "1 liter" is 1LI, "Baja 38 mm" BAJ38."""
    letters = "".join(letter for letter in value if letter.isalpha())
    digits = "".join(letter for letter in value if letter.isdigit())
    return (f"{digits}{letters[:2]}" if value[0].isdigit() else f"{letters[:3]}{digits}").upper()


def _product(piece: Piece) -> DemoProduct:
    options = [DemoOption(piece.choice, tuple(piece.prices))] if len(piece.prices) > 1 else []
    if piece.colours:
        options.append(DemoOption("Warna", piece.colours))

    def offer(*values: str) -> Offer:
        one_price = len(piece.prices) == 1
        price, grams = next(iter(piece.prices.values())) if one_price else piece.prices[values[0]]
        was = rounded(price * piece.was_percent // 100, 1000) if piece.was_percent else None
        return Offer(price, grams, 58, was)

    return DemoProduct(
        slug=slug_of(piece.name),
        name=piece.name,
        description=piece.description,
        category=piece.category,
        brand=piece.brand,
        tags=piece.tags,
        options=tuple(options),
        variants=variants_of(piece.code, tuple(options), offer, _short, with_barcode=True),
        pictures=_pictures(piece),
    )


def _pictures(piece: Piece) -> tuple[DemoPicture, ...]:
    """One drawing, or one per colour."""
    if not piece.colours:
        return (
            DemoPicture(Sketch(piece.kind, *piece.palette, title=piece.name), f"{piece.name}, tampak depan"),
        )
    return tuple(
        DemoPicture(
            Sketch(piece.kind, *_COLOURS[colour], title=piece.name, seed=number),
            f"{piece.name} warna {colour.lower()}",
            ("Warna", colour),
        )
        for number, colour in enumerate(piece.colours)
    )


@cache
def catalogue() -> DemoCatalogue:
    """The 40 products of the coffee store."""
    products = (*bean_products(), *map(_product, (*DRINKS, *TOOLS, *GIFTS)))
    return DemoCatalogue(CATEGORIES, brands_of(products), products)
