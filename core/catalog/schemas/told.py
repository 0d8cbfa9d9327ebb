"""What the API answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ninja import Schema
from pydantic import Field

from core.catalog.models import (
    Brand,
    Category,
    Media,
    MediaState,
    Option,
    Product,
    ProductStatus,
    SavedView,
    Variant,
)
from core.catalog.selectors.pictures import picture_of
from core.kernel.schemas import MoneyOut


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an answer: whether costs are shown, and where pictures are served."""

    sees_costs: bool
    origin: str


class Named(Schema):
    """A thing and its name."""

    id: str
    name: str

    @classmethod
    def of(cls, thing: Category | Brand | None) -> Self | None:
        return cls(id=thing.public_id, name=thing.name) if thing else None


class Forecast(Schema):
    """What new options do to the variants, in numbers."""

    before: int
    after: int
    kept: int
    added: int
    returning: int = Field(description="Retired variants that come back with their SKU.")
    retired: int
    retired_in_stock: int


class MediaOut(Schema):
    """A picture. Its addresses are empty until it is READY; `error` says why it was REFUSED."""

    id: str
    state: MediaState
    alt_text: str
    width: int
    height: int
    bytes: int
    url: str
    avif: str = Field(description="A srcset.")
    webp: str = Field(description="A srcset.")
    error: str

    @classmethod
    def of(cls, media: Media, reader: Reader) -> Self:
        picture = picture_of(media)
        return cls(
            id=media.public_id,
            state=MediaState(media.state),
            alt_text=media.alt_text,
            width=media.width,
            height=media.height,
            bytes=media.bytes,
            url=f"{reader.origin}{picture.src}" if picture else "",
            avif=_absolute(picture.avif, reader) if picture else "",
            webp=_absolute(picture.webp, reader) if picture else "",
            error=media.error,
        )


def _absolute(srcset: str, reader: Reader) -> str:
    return srcset.replace("/media/", f"{reader.origin}/media/")


class VariantOut(Schema):
    """What is bought. `cost` is null for a key that may not know it."""

    id: str
    sku: str
    barcode: str
    title: str
    values: list[str]
    price: MoneyOut
    compare_at_price: MoneyOut | None
    cost: MoneyOut | None
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    low_stock_threshold: int | None
    image_id: str | None
    is_active: bool
    in_stock: bool

    @classmethod
    def of(cls, variant: Variant, words: dict[int, str], reader: Reader) -> Self:
        same = ("sku", "barcode", "title", "is_active", "in_stock", "low_stock_threshold")
        sizes = ("weight_grams", "length_mm", "width_mm", "height_mm")
        return cls(
            id=variant.public_id,
            values=[words[value] for value in variant.values if value in words],
            price=MoneyOut.of(variant.price_amount),
            compare_at_price=_money(variant.compare_at_amount),
            cost=_money(variant.cost_amount) if reader.sees_costs else None,
            image_id=variant.image.public_id if variant.image else None,
            **{name: getattr(variant, name) for name in (*same, *sizes)},
        )


def _money(amount: int | None) -> MoneyOut | None:
    return None if amount is None else MoneyOut.of(amount)


class OptionOut(Schema):
    """An option with the values that are offered."""

    name: str
    values: list[str]


class ProductOut(Schema):
    """A product with everything of it. In a list, `variants` holds the first hundred."""

    id: str
    title: str
    slug: str
    description: str
    status: ProductStatus
    publish_at: datetime | None
    category: Named | None
    brand: Named | None
    tags: list[str]
    seo_title: str
    seo_description: str
    price_min: MoneyOut
    price_max: MoneyOut
    in_stock: bool
    variant_count: int
    options: list[OptionOut]
    variants: list[VariantOut]
    media: list[MediaOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, product: Product, reader: Reader) -> Self:
        live: list[Variant] = product.live_variants  # type: ignore[attr-defined]
        options = list(product.options.all())
        words = words_of(options)
        same = (
            "title",
            "slug",
            "description",
            "status",
            "publish_at",
            "tags",
            "seo_title",
            "seo_description",
        )
        more = ("in_stock", "variant_count", "created_at", "updated_at")
        return cls(
            id=product.public_id,
            category=Named.of(product.category),
            brand=Named.of(product.brand),
            price_min=MoneyOut.of(product.price_min_amount),
            price_max=MoneyOut.of(product.price_max_amount),
            options=[
                OptionOut(name=option.name, values=[value.value for value in option.values.all()])
                for option in options
            ],
            variants=[VariantOut.of(variant, words, reader) for variant in live],
            media=[MediaOut.of(media, reader) for media in product.media.all()],
            **{name: getattr(product, name) for name in (*same, *more)},
        )


def words_of(options: list[Option]) -> dict[int, str]:
    """Value id -> word, for writing a variant's combination."""
    return {value.pk: value.value for option in options for value in option.values.all()}


class ProductPage(Schema):
    """A page of products."""

    items: list[ProductOut]
    next: str | None


class VariantPage(Schema):
    """A page of a product's variants, in the order of its options."""

    items: list[VariantOut]
    next: str | None


class VariantList(Schema):
    """The variants that really changed."""

    items: list[VariantOut]


class MediaList(Schema):
    """A product's pictures in order; the first one that is READY is the cover."""

    items: list[MediaOut]


class CategoryOut(Schema):
    """A category. `depth` is 0 at the top."""

    id: str
    name: str
    slug: str
    parent_id: str | None
    depth: int
    position: int
    product_count: int


class CategoryList(Schema):
    """All categories, parents before children."""

    items: list[CategoryOut]


class BrandOut(Schema):
    """A brand."""

    id: str
    name: str
    slug: str
    product_count: int

    @classmethod
    def of(cls, brand: Brand) -> Self:
        return cls(
            id=brand.public_id,
            name=brand.name,
            slug=brand.slug,
            product_count=getattr(brand, "product_count", 0),
        )


class BrandList(Schema):
    """All brands by name."""

    items: list[BrandOut]


class ViewOut(Schema):
    """A saved view."""

    id: str
    name: str
    query: str

    @classmethod
    def of(cls, view: SavedView) -> Self:
        return cls(id=view.public_id, name=view.name, query=view.query)


class ViewList(Schema):
    """The store's saved views by name."""

    items: list[ViewOut]


class BulkRefusal(Schema):
    """A product that stayed as it was, and why."""

    id: str
    title: str
    reason: str


class BulkOut(Schema):
    """How many worked, and which did not."""

    done: int
    refused: list[BulkRefusal]
