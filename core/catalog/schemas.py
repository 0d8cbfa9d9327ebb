"""Shapes of the catalogue API."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

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
from core.catalog.selectors import DESK_SORTS
from core.catalog.selectors.pictures import picture_of
from core.kernel.schemas import MoneyOut, StrictSchema

MOST_AMOUNT = 1_000_000_000_000

PublicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[^\x00]+$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
OptionName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
OptionValue = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
Sku = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
Barcode = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00]+$")]
Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00]*$")]
Lines = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
AltText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=0, le=MOST_AMOUNT)]
Grams = Annotated[int, Field(ge=0, le=5_000_000)]
Millimetres = Annotated[int, Field(ge=0, le=50_000)]
Threshold = Annotated[int, Field(ge=0, le=1_000_000)]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str, StringConstraints(max_length=900, pattern=r"^[A-Za-z0-9_-]*$")]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an answer: whether costs are shown, and where pictures are served."""

    sees_costs: bool
    origin: str


class MoneyIn(StrictSchema):
    """Whole rupiah."""

    amount: Amount
    currency: Literal["IDR"] = "IDR"


class Named(Schema):
    """A thing and its name."""

    id: str
    name: str

    @classmethod
    def of(cls, thing: Category | Brand | None) -> Self | None:
        return cls(id=thing.public_id, name=thing.name) if thing else None


class OptionIn(StrictSchema):
    """One thing that a shopper chooses, such as colour, and its answers in order."""

    name: OptionName
    values: Annotated[list[OptionValue], Field(min_length=1, max_length=2_048)]


class OptionsIn(StrictSchema):
    """Everything that the product comes in; options left out go away, and so do their variants."""

    options: Annotated[list[OptionIn], Field(max_length=6)]

    @property
    def choices(self) -> list[tuple[str, list[str]]]:
        return [(option.name, option.values) for option in self.options]


class Forecast(Schema):
    """What new options do to the variants, in numbers."""

    before: int
    after: int
    kept: int
    added: int
    returning: int = Field(description="Retired variants that come back with their SKU.")
    retired: int
    retired_in_stock: int


class VariantFields(StrictSchema):
    """What may be said about a variant. Sizes are those of its parcel."""

    sku: Sku | None = None
    barcode: Barcode | None = None
    price: MoneyIn | None = None
    compare_at_price: MoneyIn | None = Field(default=None, description="The price before a discount.")
    cost: MoneyIn | None = Field(default=None, description="Needs the permission view_costs.")
    weight_grams: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    low_stock_threshold: Threshold | None = None
    is_active: bool | None = Field(default=None, description="False takes it off sale.")

    def row(self) -> dict[str, Any]:
        """The fields that were sent, as the services take them."""
        sent: dict[str, Any] = {}
        for name in VariantFields.model_fields.keys() & self.model_fields_set:
            value = getattr(self, name)
            if name in _AMOUNTS:
                sent[_AMOUNTS[name]] = value.amount if value else (0 if name == "price" else None)
            elif value is not None or name == "low_stock_threshold":
                sent[name] = value
        return sent


_AMOUNTS = {"price": "price_amount", "compare_at_price": "compare_at_amount", "cost": "cost_amount"}


class VariantIn(VariantFields):
    """A variant of a new product: `values` has one value per option, in their order."""

    values: Annotated[list[OptionValue], Field(max_length=6)] = []

    def row(self) -> dict[str, Any]:
        told = super().row()
        return {**told, "values": self.values} if self.values else told


class VariantEdit(VariantFields):
    """Fields to change of one variant; those left out stay."""

    id: PublicId
    image_id: PublicId | None = Field(
        default=None, description="A picture of the product; null shows the cover."
    )

    def row(self) -> dict[str, Any]:
        told = super().row()
        return {**told, "image": self.image_id} if "image_id" in self.model_fields_set else told


class VariantsEdit(StrictSchema):
    """Many variants at once, all or none."""

    variants: Annotated[list[VariantEdit], Field(min_length=1, max_length=2_048)]

    def edits(self) -> dict[str, dict[str, Any]]:
        return {each.id: each.row() for each in self.variants}


class ProductFields(StrictSchema):
    """What may be said about a product."""

    description: Prose | None = None
    status: ProductStatus | None = None
    publish_at: Moment | None = Field(default=None, description="When a draft goes on sale by itself.")
    category_id: PublicId | None = None
    brand: Word | None = Field(default=None, description="A name; a new one makes a new brand.")
    tags: Annotated[list[Tag], Field(max_length=50)] | None = None
    slug: Slug | None = Field(default=None, description="Its address. The old one leads on with a 301.")
    seo_title: Line | None = None
    seo_description: Lines | None = None

    def facts(self) -> dict[str, Any]:
        """The fields that were sent, as the services take them."""
        sent: dict[str, Any] = {}
        for name in ProductFields.model_fields.keys() & self.model_fields_set:
            value = getattr(self, name)
            if name == "category_id":
                sent["category"] = value
            elif value is not None or name == "publish_at":
                sent[name] = value
            elif name == "brand":
                sent[name] = ""
        return sent


class ProductIn(ProductFields):
    """A whole product in one call.

    Without options: say `price`, `sku` and the like here. With options: the same fields speak for every
    variant, and `variants` says what differs; when all of them list `values`, only these are made.
    Stock is set afterwards by `adjust_stock`, with the SKUs of the answer.
    """

    title: Title
    options: Annotated[list[OptionIn], Field(max_length=6)] = []
    variants: Annotated[list[VariantIn], Field(max_length=2_048)] = []
    sku: Sku | None = None
    barcode: Barcode | None = None
    price: MoneyIn | None = None
    compare_at_price: MoneyIn | None = None
    cost: MoneyIn | None = None
    weight_grams: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None

    def rows(self) -> list[Any]:
        """The variants as the services take them: what is said for all is said again in each."""
        own = {name: getattr(self, name) for name in _OF_ALL & self.model_fields_set}
        common = VariantFields(**own).row()
        if not self.variants:
            return [common] if common else []
        shared = {name: value for name, value in common.items() if name not in ("sku", "barcode")}
        return [{**shared, **variant.row()} for variant in self.variants]

    def names_costs(self) -> bool:
        return self.cost is not None or any(variant.cost is not None for variant in self.variants)


_OF_ALL = VariantFields.model_fields.keys() & ProductIn.model_fields.keys()


class ProductEdit(ProductFields):
    """Fields to change; those left out stay. `seen_at` is the `updated_at` that the change is based on."""

    title: Title | None = None
    seen_at: AwareDatetime | None = Field(default=None, description="409 when somebody saved it since.")

    def facts(self) -> dict[str, Any]:
        told = super().facts()
        return {**told, "title": self.title} if self.title is not None else told


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


class ProductQuery(StrictSchema):
    """How the list is narrowed and sorted."""

    q: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", description="Name, SKU or barcode."
    )
    status: ProductStatus | None = None
    category_id: PublicId | None = None
    brand_id: PublicId | None = None
    tag: Annotated[str, StringConstraints(max_length=40)] = ""
    in_stock: bool | None = None
    sort: Literal["newest", "edited", "name", "price_low", "price_high"] = "newest"
    after: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 24


assert set(ProductQuery.model_fields["sort"].annotation.__args__) == set(DESK_SORTS)  # type: ignore[union-attr]


class Paged(StrictSchema):
    """Which page is wanted: `after` is the `next` of the page before."""

    after: Cursor = ""
    limit: Limit = 100


class MediaList(Schema):
    """A product's pictures in order; the first one that is READY is the cover."""

    items: list[MediaOut]


class MediaOrder(StrictSchema):
    """Pictures in the order that is wanted; those left out follow."""

    order: Annotated[list[PublicId], Field(min_length=1, max_length=300)]


class MediaFacts(StrictSchema):
    """What may be sent beside a picture's file."""

    alt_text: AltText = ""


class MediaEdit(StrictSchema):
    """What the picture shows, in words."""

    alt_text: AltText


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


class CategoryIn(StrictSchema):
    """A new category, on top or below another."""

    name: Name
    parent_id: PublicId | None = None


class CategoryEdit(StrictSchema):
    """Another name, another place, or both. `parent_id` null means the top."""

    name: Name | None = None
    parent_id: PublicId | None = None
    position: Annotated[int, Field(ge=0, le=10_000)] | None = None


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


class NameIn(StrictSchema):
    """A name."""

    name: Name


class ViewIn(StrictSchema):
    """Filters of the product list to keep under a name, as they stand in its address."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
    query: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


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


class BulkIn(StrictSchema):
    """One thing to do to many products. `tag` is needed for the action `tag`."""

    action: Literal["publish", "unpublish", "archive", "tag"]
    product_ids: Annotated[list[PublicId], Field(min_length=1, max_length=100)]
    tag: Tag | None = None


class BulkRefusal(Schema):
    """A product that stayed as it was, and why."""

    id: str
    title: str
    reason: str


class BulkOut(Schema):
    """How many worked, and which did not."""

    done: int
    refused: list[BulkRefusal]
