"""Which variants a picture stands for, in the words of the product's options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.catalog.models import Media, Option, Product, Variant
from core.catalog.selectors.desk import grid_of, options_of

# Said of a picture whose variants share no single value; they were chosen one by one over the API.
MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Depictable:
    """One value that a picture can stand for, such as "Warna: Merah", and the variants that have it."""

    key: str
    value: str
    variant_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Depicted:
    """What the pictures of one product may stand for, option by option, and what each stands for now."""

    groups: Sequence[tuple[str, Sequence[Depictable]]]
    shown: Mapping[int, frozenset[str]]

    def key_of(self, media: Media) -> str:
        """The value that a picture stands for; empty for none of its own, MIXED for something else."""
        ids = self.shown.get(media.pk)
        if not ids:
            return ""
        every = (each for _option, values in self.groups for each in values)
        return next((each.key for each in every if each.variant_ids == ids), MIXED)

    def find(self, key: str) -> Depictable | None:
        """The value with this key."""
        every = (each for _option, values in self.groups for each in values)
        return next((each for each in every if each.key == key), None)


def depicted_of(product: Product) -> Depicted:
    """The choices of a product's pictures; none for a product without options."""
    options = options_of(product)
    variants = grid_of(product) if options else []
    shown: dict[int, set[str]] = {}
    for variant in variants:
        if variant.image_id is not None:
            shown.setdefault(variant.image_id, set()).add(variant.public_id)
    return Depicted(
        groups=[(option.name, _values(option, variants)) for option in options],
        shown={media_id: frozenset(ids) for media_id, ids in shown.items()},
    )


def _values(option: Option, variants: Sequence[Variant]) -> list[Depictable]:
    return [
        Depictable(
            key=f"{option.name}: {value.value}",
            value=value.value,
            variant_ids=frozenset(each.public_id for each in variants if value.pk in each.values),
        )
        for value in option.values.all()
    ]
