"""Batik Tono, the demo's clothes shop: 120 products, 19 garments in twelve motifs."""

from functools import cache
from typing import Final

from config.demo.catalogue.batik_words import CARE, COLOURS, GARMENTS, MOTIFS, Garment
from config.demo.catalogue.parts import (
    DemoCatalogue,
    DemoOption,
    DemoPicture,
    DemoProduct,
    DemoVariant,
    Offer,
    Sketch,
    brands_of,
    chosen,
    rounded,
    slug_of,
    variants_of,
)

_BRANDS: Final = ("Griya Tono", "Canting Ayu", "Pesisir Lasem", "Lawang Pekalongan")
_SHOWN_COLOURS: Final = 3
_RICHEST: Final = "KPJ-PAR"  # the one product with 60 variants
_FACTOR: Final = {  # percent of the garment's price
    "Cap": 100, "Kombinasi": 190, "Tulis": 420, "Katun": 100, "Sutra": 280,
    "1 lembar": 100, "3 lembar": 270, "5 lembar": 420, "Sambung": 100, "Tumpal": 130,
}  # fmt: skip
_TIMES_HEAVIER: Final = {"3 lembar": 3, "5 lembar": 5}


@cache
def catalogue() -> DemoCatalogue:
    """The 120 products of the batik store."""
    motifs = tuple(MOTIFS)
    products = []
    for number, garment in enumerate(GARMENTS):
        for step in range(garment.count):
            products.append(_product(garment, motifs[(number * 5 + step) % len(motifs)]))
    return DemoCatalogue(_categories(), brands_of(products), tuple(products))


def _categories() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The two-level tree in the order of the garments."""
    tree: dict[str, list[str]] = {}
    for garment in GARMENTS:
        parent, child = garment.category
        children = tree.setdefault(parent, [])
        if child not in children:
            children.append(child)
    return tuple((parent, tuple(children)) for parent, children in tree.items())


def _product(garment: Garment, motif: str) -> DemoProduct:
    code = f"{garment.code}-{_initials(motif)}"
    name = garment.name.format(motif)
    colours = _colours_of(code, garment)
    options = [DemoOption(garment.choice, garment.values), DemoOption("Warna", colours)]
    if garment.fits:
        options.append(DemoOption("Potongan", garment.fits))
    return DemoProduct(
        slug=slug_of(name),
        name=name,
        description=f"{garment.text}\n\n{MOTIFS[motif][1]}\n\n{CARE}",
        category=garment.category,
        brand=_BRANDS[chosen(f"brand {code}", len(_BRANDS))],
        tags=_tags_of(code, motif),
        options=tuple(options),
        variants=_variants(code, garment, tuple(options)),
        pictures=_pictures(code, name, garment, motif, colours),
    )


def _colours_of(code: str, garment: Garment) -> tuple[str, ...]:
    """One to three colours (five for the richest product), never the same set twice in a row."""
    most = 5 if code == _RICHEST else 1 + chosen(f"colours {code}", garment.most_colours)
    names = tuple(COLOURS)
    first = chosen(code, len(names))
    return tuple(names[(first + 5 * step) % len(names)] for step in range(most))


def _tags_of(code: str, motif: str) -> tuple[str, ...]:
    moods = ("terlaris", "baru", "hadiah", "seragam keluarga", "", "", "")
    mood = moods[chosen(f"tag {code}", len(moods))]
    return tuple(filter(None, (motif.lower(), mood)))


def _variants(code: str, garment: Garment, options: tuple[DemoOption, ...]) -> tuple[DemoVariant, ...]:
    reduced = chosen(f"sale {code}", 5) == 0

    def offer(value: str, *_colour_and_fit: str) -> Offer:
        price = garment.price_amount * _FACTOR.get(value, 100) // 100
        price = rounded(price + garment.size_step_amount * garment.values.index(value), 1000)
        grams = garment.weight_grams * _TIMES_HEAVIER.get(value, 1)
        return Offer(price, grams, 54, rounded(price * 125 // 100, 5000) if reduced else None)

    with_barcode = chosen(f"barcode {code}", 4) > 0
    return variants_of(code, options, offer, _short, with_barcode=with_barcode)


def _pictures(
    code: str, name: str, garment: Garment, motif: str, colours: tuple[str, ...]
) -> tuple[DemoPicture, ...]:
    """A drawing for each of the first colours and, for some garments, one of the cloth from near."""
    key, seed = MOTIFS[motif][0], chosen(code, 1000)
    pictures = [
        DemoPicture(
            Sketch(garment.kind, *COLOURS[colour], motif=key, seed=seed),
            f"{name} warna {colour.lower()}",
            ("Warna", colour),
        )
        for colour in colours[:_SHOWN_COLOURS]
    ]
    if garment.close_up:
        cloth = Sketch("cloth", *COLOURS[colours[0]], motif=key, seed=seed)
        pictures.append(DemoPicture(cloth, f"Corak {motif.lower()} dari dekat"))
    return tuple(pictures)


def _initials(motif: str) -> str:
    """Three letters of a motif: KAW, PAR, MEM for Mega Mendung."""
    words = motif.split()
    return (words[0][:3] if len(words) == 1 else words[0][:2] + words[1][:1]).upper()


def _short(value: str) -> str:
    """An option value inside a SKU: "XL", "HIL" for Hijau Lumut, "100X100" for a table cloth."""
    if value[0].isdigit():
        return value.removesuffix(" th").removesuffix(" cm").replace(" lembar", "L").replace(" ", "").upper()
    return _initials(value) if len(value) > 4 else value.upper()
