"""Variants as carts and orders need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.catalog.models import ProductStatus, Variant
from core.catalog.selectors.pictures import small_url, small_url_of


@dataclass(frozen=True, slots=True)
class VariantForSale:
    """What is bought, at today's price. Says nothing about stock: ask inventory."""

    id: int
    public_id: str
    sku: str
    product_id: int
    product_slug: str
    product_title: str
    variant_title: str
    price_amount: int
    compare_at_amount: int | None
    weight_grams: int
    image_url: str
    is_for_sale: bool


def variant_for_sale(ids: Iterable[int]) -> dict[int, VariantForSale]:
    """Variant id -> what it is; unknown ids are missing."""
    return {row.pk: _shape(row) for row in _rows(pk__in=list(ids))}


def pictures_of_variants(ids: Iterable[int]) -> dict[int, str]:
    """Variant id -> address of the picture that shows it today; those without one are missing."""
    rows = Variant.objects.filter(pk__in=list(ids)).select_related("image", "product__cover")
    shown = rows.only("image", "product__cover")
    urls = {row.pk: small_url(row.image) or small_url(row.product.cover) for row in shown}
    return {pk: url for pk, url in urls.items() if url}


def variants_by_public_id(public_ids: Iterable[str]) -> dict[str, VariantForSale]:
    """Public id -> what it is; unknown ones are missing."""
    return {row.public_id: _shape(row) for row in _rows(public_id__in=list(public_ids))}


def for_sale_by_public_id(public_id: str) -> VariantForSale | None:
    """One variant by its public id."""
    return variants_by_public_id([public_id]).get(public_id)


def sibling_with_values(public_id: str, values: Iterable[int]) -> str | None:
    """Public id of the variant on sale of the same product that has exactly these option values."""
    rows = Variant.objects.filter(product__variants__public_id=public_id, values=list(values))
    return rows.filter(is_active=True, retired_at=None).values_list("public_id", flat=True).first()


def variants_by_sku(skus: Iterable[str]) -> dict[str, VariantForSale]:
    """SKU -> what it is; unknown ones are missing."""
    return {row.sku: _shape(row) for row in _rows(sku__in=list(skus))}


def _rows(**wanted: Any) -> QuerySet[Variant, Any]:
    """The columns that a sale asks for, and no more."""
    picture = ("state", "renditions")
    return Variant.objects.filter(**wanted).values_list(
        "pk",
        "public_id",
        "sku",
        "title",
        "price_amount",
        "compare_at_amount",
        "weight_grams",
        "is_active",
        "retired_at",
        "product_id",
        "product__slug",
        "product__title",
        "product__status",
        *(f"image__{column}" for column in picture),
        *(f"product__cover__{column}" for column in picture),
        named=True,
    )


def _shape(row: Any) -> VariantForSale:
    return VariantForSale(
        id=row.pk,
        public_id=row.public_id,
        sku=row.sku,
        product_id=row.product_id,
        product_slug=row.product__slug,
        product_title=row.product__title,
        variant_title=row.title,
        price_amount=row.price_amount,
        compare_at_amount=row.compare_at_amount,
        weight_grams=row.weight_grams,
        image_url=small_url_of(row.image__state, row.image__renditions)
        or small_url_of(row.product__cover__state, row.product__cover__renditions),
        is_for_sale=row.is_active and row.retired_at is None and row.product__status == ProductStatus.ACTIVE,
    )
