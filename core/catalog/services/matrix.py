"""The option matrix: which combinations a product comes in, and which variant stands for each.

A combination that goes retires its variant, with SKU, stock and history; when it comes back, so does the
variant. A new value makes only the combinations that it is part of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import Option, OptionValue, Product, Variant
from core.catalog.services import naming, rows
from core.kernel import ids
from core.kernel.errors import InvalidInput

MOST_OPTIONS = 6
MOST_VARIANTS = 2_048
_INHERITED = (
    "price_amount",
    "compare_at_amount",
    "cost_amount",
    "weight_grams",
    "length_mm",
    "width_mm",
    "height_mm",
)

Choices = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Axis:
    """One option with its values as they are wanted now."""

    option: Option
    values: tuple[OptionValue, ...]
    fresh: frozenset[int]  # ids of values that were not offered before
    is_new: bool


def clean_choices(choices: Choices) -> list[tuple[str, list[str]]]:
    """The options as they will be stored.

    Raises   InvalidInput for a name twice, an option without values, too many options or combinations
    """
    if len(choices) > MOST_OPTIONS:
        raise InvalidInput(_("Use at most %(most)s options.") % {"most": MOST_OPTIONS}, "options")
    cleaned: list[tuple[str, list[str]]] = []
    count = 1
    for at, (name, values) in enumerate(choices):
        field = f"options.{at}"
        title = texts.line(name, most=40, field=f"{field}.name", required=True)
        words = [texts.line(v, most=60, field=f"{field}.values", required=True) for v in values]
        if not words:
            raise InvalidInput(_("Give this option at least one value."), f"{field}.values")
        _refuse_twice(words, f"{field}.values")
        cleaned.append((title, words))
        count *= len(words)
    _refuse_twice([name for name, _values in cleaned], "options")
    refuse_too_many(count)
    return cleaned


def refuse_too_many(count: int) -> None:
    """Raise InvalidInput when a product would have more variants than we show well."""
    if count > MOST_VARIANTS:
        raise InvalidInput(
            _("These options make %(count)s combinations; a product has at most %(most)s.")
            % {"count": count, "most": MOST_VARIANTS},
            "options",
        )


def _refuse_twice(words: Iterable[str], field: str) -> None:
    seen: set[str] = set()
    for word in words:
        if word.casefold() in seen:
            raise InvalidInput(_("%(word)s is there twice.") % {"word": word}, field)
        seen.add(word.casefold())


def rearrange(product: Product, choices: Choices, given: Sequence[Mapping[str, Any]] = ()) -> None:
    """Make a locked product come in exactly these options.

    given    rows for combinations that are new; one without `values` speaks for all that are not listed.
             When every row lists its values, only those combinations are made.
    """
    wanted = clean_choices(choices)
    before = list(product.options.order_by("position", "pk"))
    live = list(product.variants.filter(retired_at=None).order_by("position", "pk"))
    axes = [_axis(product, at, name, values) for at, (name, values) in enumerate(wanted)]
    placed = _keep(live, before, axes)
    _drop_options(product, axes)
    template, listed = _split(given, axes)
    missing = _missing(placed, axes, is_first=not live)
    if listed and template is None:
        missing = [combination for combination in missing if combination in listed]
    made = _make(product, axes, missing, _template(template, live), listed)
    _number(product, axes, [*placed.values(), *made])


def _axis(product: Product, position: int, name: str, words: list[str]) -> Axis:
    known = {option.name.casefold(): option for option in product.options.all()}
    option = known.get(name.casefold()) or Option(product=product)
    is_new = option.pk is None
    option.name, option.position = name, position
    option.save()
    had = {value.value.casefold(): value for value in option.values.all()}
    values, fresh = [], set()
    for at, word in enumerate(words):
        value = had.pop(word.casefold(), None) or OptionValue(option=option, is_active=False)
        was_offered = value.is_active
        value.value, value.position, value.is_active = word, at, True
        value.save()
        values.append(value)
        if not was_offered:
            fresh.add(value.pk)
    OptionValue.objects.filter(pk__in=[value.pk for value in had.values()]).update(is_active=False)
    return Axis(option, tuple(values), frozenset(fresh), is_new)


def _keep(live: list[Variant], before: list[Option], axes: list[Axis]) -> dict[tuple[int, ...], Variant]:
    """Move each live variant to its combination under the new options; retire those without one."""
    placed: dict[tuple[int, ...], Variant] = {}
    gone: list[Variant] = []
    for variant in live:
        old = {option.pk: value for option, value in zip(before, variant.values, strict=False)}
        combination = _combination(old, axes)
        if combination is None or combination in placed:
            gone.append(variant)
        else:
            placed[combination] = variant
    Variant.objects.filter(pk__in=[variant.pk for variant in gone]).update(retired_at=timezone.now())
    return placed


def _combination(old: Mapping[int, int], axes: list[Axis]) -> tuple[int, ...] | None:
    """Where a variant with these values goes; a new option puts it on that option's first value."""
    found = []
    for axis in axes:
        value = axis.values[0].pk if axis.is_new else old.get(axis.option.pk)
        if value not in {each.pk for each in axis.values}:
            return None
        found.append(value)
    return tuple(found)


def _drop_options(product: Product, axes: list[Axis]) -> None:
    product.options.exclude(pk__in=[axis.option.pk for axis in axes]).delete()


def _split(
    given: Sequence[Mapping[str, Any]], axes: list[Axis]
) -> tuple[dict[str, Any] | None, dict[tuple[int, ...], dict[str, Any]]]:
    """The row that speaks for all combinations, if there is one, and the rows of single ones."""
    template: dict[str, Any] | None = None
    listed: dict[tuple[int, ...], dict[str, Any]] = {}
    for at, row in enumerate(given):
        field = f"variants.{at}."
        cleaned = rows.clean(row, field=field)
        if axes and not row.get("values"):
            cleaned.pop("sku", None)
            cleaned.pop("barcode", None)
            template = cleaned
            continue
        combination = _find(row.get("values", ()), axes, f"{field}values")
        if combination in listed:
            raise InvalidInput(_("This combination is there twice."), f"{field}values")
        listed[combination] = cleaned
    return template, listed


def _find(words: Sequence[str], axes: list[Axis], field: str) -> tuple[int, ...]:
    if len(words) != len(axes):
        raise InvalidInput(_("Give one value for each option."), field)
    found = []
    for word, axis in zip(words, axes, strict=True):
        known = {value.value.casefold(): value.pk for value in axis.values}
        pk = known.get(" ".join(word.split()).casefold())
        if pk is None:
            raise InvalidInput(
                _("%(option)s has no value %(value)s.") % {"option": axis.option.name, "value": word[:60]},
                field,
            )
        found.append(pk)
    return tuple(found)


def _missing(
    placed: Mapping[tuple[int, ...], Variant], axes: list[Axis], *, is_first: bool
) -> list[tuple[int, ...]]:
    """Combinations to make: all at first, later only those with a value that is new or has come back."""
    fresh = frozenset().union(*(axis.fresh for axis in axes))
    every = combinations(*([value.pk for value in axis.values] for axis in axes))
    return [each for each in every if each not in placed and (is_first or not fresh.isdisjoint(each))]


def _template(given: dict[str, Any] | None, live: list[Variant]) -> dict[str, Any]:
    """What a new variant starts with: what was said for all, else what its eldest sibling has."""
    inherited = {name: getattr(live[0], name) for name in _INHERITED} if live else {}
    return {"price_amount": 0, **inherited, **(given or {})}


def _make(
    product: Product,
    axes: list[Axis],
    missing: list[tuple[int, ...]],
    template: dict[str, Any],
    listed: Mapping[tuple[int, ...], dict[str, Any]],
) -> list[Variant]:
    """Bring back retired variants of the missing combinations, and make the others."""
    back = _revive(product, missing)
    fresh = [combination for combination in missing if combination not in back]
    names = {value.pk: value.value for axis in axes for value in axis.values}
    labels = _labels(axes)
    wanted_skus = [row["sku"] for row in listed.values() if row.get("sku")]
    skus = naming.SkuMaker(product, wanted_skus)
    made = []
    for combination in fresh:
        facts = {**template, **listed.get(combination, {})}
        facts["sku"] = facts.get("sku") or skus.make([names[value] for value in combination])
        title, position = labels[combination]
        place = {"values": list(combination), "title": title, "position": position}
        variant = Variant(public_id=ids.new_id("var"), product=product, **place, **facts)
        rows.refuse_odd_prices(variant)
        made.append(variant)
    naming.refuse_taken_skus([variant.sku for variant in made])
    Variant.objects.bulk_create(made, batch_size=500)
    return [*back.values(), *made]


def _revive(product: Product, missing: list[tuple[int, ...]]) -> dict[tuple[int, ...], Variant]:
    wanted = set(missing)
    back: dict[tuple[int, ...], Variant] = {}
    for variant in product.variants.exclude(retired_at=None).order_by("retired_at"):
        if tuple(variant.values) in wanted:
            back[tuple(variant.values)] = variant
    Variant.objects.filter(pk__in=[variant.pk for variant in back.values()]).update(retired_at=None)
    return back


def _labels(axes: list[Axis]) -> dict[tuple[int, ...], tuple[str, int]]:
    """Combination -> its title and its place in the matrix."""
    return {
        tuple(value.pk for value in combination): (" / ".join(value.value for value in combination)[:200], at)
        for at, combination in enumerate(combinations(*(axis.values for axis in axes)))
    }


def _number(product: Product, axes: list[Axis], variants: list[Variant]) -> None:
    """Write each variant's combination, title and place in the matrix."""
    refuse_too_many(len(variants))
    labels = _labels(axes)
    changed = []
    for variant in variants:
        combination = _now(variant, axes)
        state = (list(combination), *labels[combination])
        if state != (variant.values, variant.title, variant.position):
            variant.values, variant.title, variant.position = state
            changed.append(variant)
    Variant.objects.bulk_update(changed, ["values", "title", "position"], batch_size=500)


def _now(variant: Variant, axes: list[Axis]) -> tuple[int, ...]:
    """The combination of a variant that was kept, brought back or made."""
    by_axis = []
    for axis in axes:
        mine = {value.pk for value in axis.values}
        by_axis.append(next((value for value in variant.values if value in mine), axis.values[0].pk))
    return tuple(by_axis)
