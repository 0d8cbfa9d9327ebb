"""Products of a brought file, written set by set: a few statements for a thousand of them.

New ones get their ids first, so that every row of every table can be made at once. Those that are there are
changed by one statement per table; only combinations that a product did not have go one by one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from core.catalog.models import Brand, Option, OptionValue, Product, ProductStatus, Variant
from core.catalog.services.cards import refresh_card
from core.catalog.services.matrix import rearrange
from core.catalog.services.products import lock_product
from core.catalog.services.sheet_check import Shelves
from core.catalog.services.sheet_rows import SheetProduct, SheetVariant
from core.catalog.services.shelves import brand_named
from core.kernel import ids

# As `cards.refresh_words` writes it.
_VECTOR: Final = (
    "setweight(to_tsvector('simple', {title}), 'A') || setweight(to_tsvector('simple', {found}), 'B') || "
    "setweight(to_tsvector('simple', left({said}, 20000)), 'C') || "
    "setweight(to_tsvector('indonesian', {title}), 'D')"
)
_TYPES: Final = {"BigIntegerField": "bigint", "BigAutoField": "bigint", "ForeignKey": "bigint"}


class Brands:
    """Brands by name, made when they are new. For one transaction that has queued up for names."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def id_of(self, name: str) -> int | None:
        """The brand's id; None for no name."""
        key = name.casefold()
        if key and key not in self._ids:
            brand = brand_named(name)
            assert isinstance(brand, Brand)
            self._ids[key] = brand.pk
        return self._ids.get(key)


def make(products: Sequence[SheetProduct], shelves: Shelves, brands: Brands) -> None:
    """Write new products with their options and variants."""
    if not products:
        return
    now = timezone.now().isoformat()
    names = [(product, name) for product in products for name in product.options]
    values = [(product, at, value) for product in products for at, value in _values(product)]
    product_ids = dict(zip((each.slug for each in products), _next_ids(Product, len(products)), strict=True))
    option_ids = dict(zip(((p.slug, name) for p, name in names), _next_ids(Option, len(names)), strict=True))
    value_ids = dict(
        zip(((p.slug, at, v) for p, at, v in values), _next_ids(OptionValue, len(values)), strict=True)
    )
    rows = [_product_row(each, product_ids[each.slug], shelves, brands, now) for each in products]
    _insert(
        Product, rows, search_vector=_VECTOR.format(title="title", found="search_text", said="description")
    )
    _insert(
        Option,
        [
            {"id": option_ids[p.slug, name], "product_id": product_ids[p.slug], "name": name, "position": at}
            for p in products
            for at, name in enumerate(p.options)
        ],
    )
    places: dict[tuple[str, int], int] = {}
    told = []
    for product, at, value in values:
        place = places[product.slug, at] = places.get((product.slug, at), -1) + 1
        option = option_ids[product.slug, product.options[at]]
        told.append(
            {
                "id": value_ids[product.slug, at, value],
                "option_id": option,
                "value": value,
                "position": place,
                "is_active": True,
            }
        )
    _insert(OptionValue, told)
    _insert(Variant, (row for each in products for row in _variant_rows(each, product_ids, value_ids)))


def _values(product: SheetProduct) -> Iterable[tuple[int, str]]:
    """Every option's values, each once, in the order of the file."""
    return dict.fromkeys((at, word) for each in product.variants for at, word in enumerate(each.values))


def _next_ids(model: type[Model], many: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, many],
        )
        return [number for (number,) in cursor.fetchall()]


def _product_row(
    product: SheetProduct, pk: int, shelves: Shelves, brands: Brands, now: str
) -> dict[str, Any]:
    facts = product.facts
    prices = [each.facts.get("price_amount") or 0 for each in product.variants]
    cheapest = min(product.variants, key=lambda each: each.facts.get("price_amount") or 0)
    tags, shelf = facts.get("tags") or [], facts.get("category") or None
    words = [facts["title"], facts.get("brand") or "", *tags, *(shelves.words[shelf] if shelf else [])]
    words += [str(each.facts.get(name) or "") for each in product.variants for name in ("sku", "barcode")]
    return {
        "id": pk,
        "public_id": ids.new_id("prd"),
        "title": facts["title"],
        "slug": product.slug,
        "description": facts.get("description") or "",
        "status": facts.get("status") or ProductStatus.DRAFT,
        "category_id": shelf,
        "brand_id": brands.id_of(facts.get("brand") or ""),
        "tags": tags,
        "seo_title": "",
        "seo_description": "",
        "created_at": now,
        "updated_at": now,
        "price_min_amount": min(prices),
        "price_max_amount": max(prices),
        "compare_at_amount": cheapest.facts.get("compare_at_amount"),
        "in_stock": False,
        "variant_count": len(product.variants),
        "search_text": " ".join(word for word in words if word),
    }


def _variant_rows(
    product: SheetProduct, product_ids: Mapping[str, int], value_ids: Mapping[tuple[str, int, str], int]
) -> Iterable[dict[str, Any]]:
    for at, each in enumerate(product.variants):
        facts = each.facts
        yield {
            "public_id": ids.new_id("var"),
            "product_id": product_ids[product.slug],
            "sku": facts["sku"],
            "barcode": facts.get("barcode") or "",
            "title": " / ".join(each.values)[:200],
            "values": [value_ids[product.slug, place, word] for place, word in enumerate(each.values)],
            "price_amount": facts.get("price_amount") or 0,
            "compare_at_amount": facts.get("compare_at_amount"),
            "cost_amount": facts.get("cost_amount"),
            "weight_grams": facts.get("weight_grams") or 0,
            "length_mm": 0,
            "width_mm": 0,
            "height_mm": 0,
            "position": at,
            "is_active": True,
            "in_stock": False,
        }


def _insert(model: type[Model], rows: Iterable[Mapping[str, Any]], **computed: str) -> None:
    """Add rows by one statement. They travel as one JSON text; `computed` columns are SQL over the others."""
    told = list(rows)
    if not told:
        return
    names = list(told[0])
    columns = ", ".join(f'"{name}"' for name in [*names, *computed])
    given = ", ".join([*(f'g."{name}"' for name in names), *computed.values()])
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {given} '  # noqa: S608 - names of ours
            f"FROM jsonb_to_recordset(%s::jsonb) AS g({_shape(model, names)})",
            [json.dumps(told)],
        )


def _shape(model: type[Model], names: Iterable[str]) -> str:
    columns = {field.column: field for field in model._meta.concrete_fields}
    kinds = []
    for name in names:
        column = columns[name]
        kind = _TYPES.get(column.get_internal_type()) or column.db_type(connection)
        is_list = isinstance(column, ArrayField)
        kinds.append(f'"{name}" {column.db_type(connection) if is_list else kind}')
    return ", ".join(kinds)


_CHANGE_VARIANTS: Final = """
UPDATE catalog_variant SET barcode = coalesce(g.barcode, catalog_variant.barcode),
    price_amount = coalesce(g.price_amount, catalog_variant.price_amount),
    compare_at_amount = coalesce(g.compare_at_amount, catalog_variant.compare_at_amount),
    cost_amount = coalesce(g.cost_amount, catalog_variant.cost_amount),
    weight_grams = coalesce(g.weight_grams, catalog_variant.weight_grams)
FROM jsonb_to_recordset(%s::jsonb) AS g(product_id bigint, sku text, barcode text, price_amount bigint,
    compare_at_amount bigint, cost_amount bigint, weight_grams integer)
WHERE catalog_variant.product_id = g.product_id AND catalog_variant.sku = g.sku
"""
_CHANGE_PRODUCTS: Final = """
UPDATE catalog_product SET title = coalesce(g.title, catalog_product.title),
    description = coalesce(g.description, catalog_product.description),
    status = coalesce(g.status, catalog_product.status),
    publish_at = CASE WHEN coalesce(g.status, 'DRAFT') = 'DRAFT' THEN catalog_product.publish_at END,
    category_id = coalesce(g.category_id, catalog_product.category_id),
    brand_id = coalesce(g.brand_id, catalog_product.brand_id),
    tags = coalesce(g.tags, catalog_product.tags), updated_at = now()
FROM jsonb_to_recordset(%s::jsonb) AS g(id bigint, title text, description text, status text,
    category_id bigint, brand_id bigint, tags text[])
WHERE catalog_product.id = g.id
"""
_REFRESH_CARDS: Final = """
WITH live AS (
    SELECT product_id, count(*) AS many, coalesce(min(price_amount) FILTER (WHERE is_active), 0) AS low,
        coalesce(max(price_amount) FILTER (WHERE is_active), 0) AS high,
        coalesce(bool_or(in_stock) FILTER (WHERE is_active), false) AS stocked,
        (array_agg(compare_at_amount ORDER BY price_amount, position, id) FILTER (WHERE is_active))[1] AS was,
        string_agg(concat_ws(' ', sku, nullif(barcode, '')), ' ' ORDER BY position, id) AS codes
    FROM catalog_variant WHERE product_id = ANY(%(ids)s) AND retired_at IS NULL GROUP BY product_id
), found AS (
    SELECT p.id, concat_ws(' ', p.title, b.name, nullif(array_to_string(p.tags, ' '), ''), (
            SELECT string_agg(c.name, ' ' ORDER BY length(c.path)) FROM catalog_category c
            WHERE c.id = ANY(string_to_array(trim('/' FROM own.path), '/')::bigint[])
        ), live.codes) AS words
    FROM catalog_product p JOIN live ON live.product_id = p.id LEFT JOIN catalog_brand b ON b.id = p.brand_id
    LEFT JOIN catalog_category own ON own.id = p.category_id WHERE p.id = ANY(%(ids)s)
)
UPDATE catalog_product SET variant_count = live.many, price_min_amount = live.low,
    price_max_amount = live.high, compare_at_amount = live.was, in_stock = live.stocked,
    search_text = found.words,
    search_vector = {vector}
FROM live JOIN found ON found.id = live.product_id WHERE catalog_product.id = live.product_id
""".replace("{vector}", _VECTOR.format(title="title", found="found.words", said="description"))


def change(known: Sequence[tuple[int, SheetProduct]], brands: Brands) -> None:
    """Write what the file says about products that are there; a cell that says nothing changes nothing.

    Locks   the products in primary-key order
    """
    if not known:
        return
    pks = sorted(pk for pk, _product in known)
    list(Product.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk", flat=True))
    there = set(Variant.objects.filter(product__in=pks).values_list("product_id", "sku"))
    with connection.cursor() as cursor:
        told = [_variant_change(pk, each) for pk, p in known for each in p.variants]
        cursor.execute(_CHANGE_VARIANTS, [json.dumps(told)])
        cursor.execute(_CHANGE_PRODUCTS, [json.dumps([_product_change(pk, p, brands) for pk, p in known])])
        cursor.execute(_REFRESH_CARDS, {"ids": pks})
    for pk, product in known:
        fresh = [each for each in product.variants if (pk, str(each.facts["sku"])) not in there]
        if fresh:
            _widen(pk, product, fresh)


def _variant_change(pk: int, each: SheetVariant) -> dict[str, Any]:
    return {**each.facts, "product_id": pk}


def _product_change(pk: int, product: SheetProduct, brands: Brands) -> dict[str, Any]:
    facts = product.facts
    return {
        **{name: facts.get(name) for name in ("title", "description", "status", "tags")},
        "id": pk,
        "category_id": facts.get("category"),
        "brand_id": brands.id_of(facts.get("brand") or ""),
    }


def _widen(pk: int, product: SheetProduct, fresh: Sequence[SheetVariant]) -> None:
    """Add combinations that the product did not have."""
    locked = lock_product(pk)
    choices: list[tuple[str, list[str]]] = []
    for at, option in enumerate(locked.options.order_by("position", "pk")):
        words = list(
            option.values.filter(is_active=True).order_by("position").values_list("value", flat=True)
        )
        given = (each.values[at] for each in fresh)
        known = {word.casefold() for word in words}
        words += [word for word in dict.fromkeys(given) if word.casefold() not in known]
        choices.append((option.name, words))
    rearrange(locked, choices, [{**each.facts, "values": each.values} for each in fresh])
    refresh_card(locked)
