"""The shape of a demo catalogue, and how its products are put together.

Nothing here is random: numbers that should look chosen (stock, barcodes) come from a checksum of the SKU, so
the demo is the same on every machine.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product as combinations
from typing import Final
from zlib import crc32

_INDONESIA: Final = "899"  # the GS1 prefix


@dataclass(frozen=True, slots=True)
class Sketch:
    """What config.demo.drawing needs to draw one picture."""

    kind: str  # shirt, dress, bag_of_beans, cup...: a key of drawing.KINDS
    ground: str  # "#rrggbb"
    ink: str
    accent: str
    motif: str = ""
    title: str = ""
    subtitle: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """A drawing with its alternative text; `option` ties it to the variants of one colour."""

    sketch: Sketch
    alt: str
    option: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DemoOption:
    """A choice the shopper has: Ukuran with S, M, L."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """One SKU. Amounts are whole rupiah; `stock` is a hint for the main and the second location."""

    sku: str
    values: tuple[str, ...]  # one per option of the product, in the same order
    price_amount: int
    compare_at_amount: int | None
    cost_amount: int
    weight_grams: int
    barcode: str
    stock: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product with 1-60 variants."""

    slug: str
    name: str
    description: str
    category: tuple[str, str]  # (parent, child)
    brand: str
    tags: tuple[str, ...]
    options: tuple[DemoOption, ...]
    variants: tuple[DemoVariant, ...]
    pictures: tuple[DemoPicture, ...]


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """Everything one store sells. `categories` keeps the order of the menu."""

    categories: tuple[tuple[str, tuple[str, ...]], ...]
    brands: tuple[str, ...]
    products: tuple[DemoProduct, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one combination of option values costs and weighs."""

    price_amount: int
    weight_grams: int
    cost_percent: int = 55
    compare_at_amount: int | None = None


def chosen(text: str, most: int) -> int:
    """A number from 0 to `most` - 1 that looks random and is always the same for this text."""
    return crc32(text.encode()) % most


def rounded(amount: int, step: int = 500) -> int:
    """Round to the nearest `step` rupiah, as price tags do."""
    return (amount + step // 2) // step * step


def ean13(text: str) -> str:
    """A valid barcode for a SKU: Indonesian prefix, nine digits, check digit."""
    digits = f"{_INDONESIA}{crc32(text.encode()) % 10**9:09d}"
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def slug_of(name: str) -> str:
    """The product's name as it stands in a URL."""
    plain = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "-".join(plain.split())


def stock_of(sku: str) -> tuple[int, int]:
    """Believable counts: most SKUs plenty, some low, a few sold out at one place or both."""
    mood = chosen(f"mood {sku}", 20)
    if mood == 0:
        return (0, 0)
    if mood <= 2:
        return (1 + chosen(sku, 3), 0)
    return (6 + chosen(sku, 55), chosen(f"second {sku}", 25) if mood > 5 else 0)


def variants_of(
    code: str,
    options: tuple[DemoOption, ...],
    offer: Callable[..., Offer],
    short: Callable[[str], str],
    *,
    with_barcode: bool,
) -> tuple[DemoVariant, ...]:
    """Every combination of the options, priced by `offer`; its SKU is the code and the `short` values."""
    made = []
    for values in combinations(*(option.values for option in options)):
        sku = "-".join([code, *(short(value) for value in values)])
        deal = offer(*values)
        made.append(
            DemoVariant(
                sku=sku,
                values=values,
                price_amount=deal.price_amount,
                compare_at_amount=deal.compare_at_amount,
                cost_amount=rounded(deal.price_amount * deal.cost_percent // 100),
                weight_grams=deal.weight_grams,
                barcode=ean13(sku) if with_barcode else "",
                stock=stock_of(sku),
            )
        )
    return tuple(made)


def brands_of(products: Iterable[DemoProduct]) -> tuple[str, ...]:
    """The brands that occur, by name."""
    return tuple(sorted({product.brand for product in products}))
