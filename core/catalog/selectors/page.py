"""The page of one product, read in one statement: its parts come as JSON beside its row."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from core.catalog.selectors.pictures import Picture, picture_from
from core.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Choice:
    """One option with the values that are offered: (id, word)."""

    name: str
    slug: str
    values: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class PageVariant:
    """One variant of the product page; `values` are value ids in the order of the choices."""

    id: int
    public_id: str
    sku: str
    barcode: str
    title: str
    values: list[int]
    price_amount: int
    compare_at_amount: int | None
    weight_grams: int
    picture: int | None  # index in ProductPage.pictures
    in_stock: bool


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that a product page shows, except stock numbers."""

    id: int
    public_id: str
    slug: str
    title: str
    description: str
    seo_title: str
    seo_description: str
    brand: str
    tags: list[str]
    crumbs: list[tuple[str, str]]  # (name, slug) from the top category down
    pictures: list[Picture]
    choices: list[Choice]
    variants: list[PageVariant]
    price_min_amount: int
    price_max_amount: int
    in_stock: bool
    updated_at: datetime
    category_id: int | None


_PICTURES: Final = """
SELECT json_agg(json_build_array(media."id", media."public_id", media."alt_text", media."colour",
                                 media."renditions") ORDER BY media."position", media."id")
FROM "catalog_media" AS media WHERE media."product_id" = product."id" AND media."state" = 'READY'
"""
_CHOICES: Final = """
SELECT json_agg(json_build_array(option."name", option."position", (
    SELECT json_agg(json_build_array(answer."id", answer."value") ORDER BY answer."position", answer."id")
    FROM "catalog_optionvalue" AS answer WHERE answer."option_id" = option."id" AND answer."is_active"
)) ORDER BY option."position", option."id")
FROM "catalog_option" AS option WHERE option."product_id" = product."id"
"""
_VARIANTS: Final = """
SELECT json_agg(json_build_array(variant."id", variant."public_id", variant."sku", variant."barcode",
                                 variant."title", variant."values", variant."price_amount",
                                 variant."compare_at_amount", variant."weight_grams", variant."image_id",
                                 variant."in_stock") ORDER BY variant."position", variant."id")
FROM "catalog_variant" AS variant
WHERE variant."product_id" = product."id" AND variant."retired_at" IS NULL AND variant."is_active"
"""
# The shelves above one are those whose path its own begins with.
_CRUMBS: Final = """
SELECT json_agg(json_build_array(above."name", above."slug") ORDER BY length(above."path"))
FROM "catalog_category" AS shelf JOIN "catalog_category" AS above ON starts_with(shelf."path", above."path")
WHERE shelf."id" = product."category_id"
"""
_READ: Final = f"""\
SELECT product."id", product."public_id", product."slug", product."title", product."description",
       product."seo_title", product."seo_description",
       (SELECT brand."name" FROM "catalog_brand" AS brand WHERE brand."id" = product."brand_id"),
       product."tags", product."price_min_amount", product."price_max_amount", product."in_stock",
       product."updated_at", product."category_id",
       ({_CRUMBS})::text, ({_PICTURES})::text, ({_CHOICES})::text, ({_VARIANTS})::text
FROM "catalog_product" AS product
WHERE product."slug" = %s AND product."status" = 'ACTIVE'
"""  # noqa: S608 - put together of constants


def product_page(slug: str) -> ProductPage:
    """The page of a product on sale. Raises NotFound; ask `moved_to` then."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [slug])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("This product does not exist, or is not sold any more."))
    return _page_of(row[:14], *(json.loads(part) if part else [] for part in row[14:]))


def _page_of(row: tuple, crumbs: list, media: list, choices: list, variants: list) -> ProductPage:
    pk, public_id, slug, title, description, seo_title, seo_description, brand, tags, *facts = row
    low, high, in_stock, updated_at, category_id = facts
    at = {picture[0]: index for index, picture in enumerate(media)}
    return ProductPage(
        id=pk,
        public_id=public_id,
        slug=slug,
        title=title,
        description=description,
        seo_title=seo_title,
        seo_description=seo_description,
        brand=brand or "",
        tags=tags,
        crumbs=[(name, address) for name, address in crumbs],
        pictures=[
            picture_from(its_id, renditions, alt or title, colour)
            for _pk, its_id, alt, colour, renditions in media
            if renditions
        ],
        choices=[
            Choice(name, f"{position + 1}", [(value_id, word) for value_id, word in values or ()])
            for name, position, values in choices
        ],
        variants=[_page_variant(each, at) for each in variants],
        price_min_amount=low,
        price_max_amount=high,
        in_stock=in_stock,
        updated_at=updated_at,
        category_id=category_id,
    )


def _page_variant(row: list[Any], pictures: dict[int, int]) -> PageVariant:
    pk, public_id, sku, barcode, title, values, price, compare, weight, image_id, in_stock = row
    return PageVariant(
        id=pk,
        public_id=public_id,
        sku=sku,
        barcode=barcode,
        title=title,
        values=values,
        price_amount=price,
        compare_at_amount=compare if compare and compare > price else None,
        weight_grams=weight,
        picture=pictures.get(image_id) if image_id else None,
        in_stock=in_stock,
    )
