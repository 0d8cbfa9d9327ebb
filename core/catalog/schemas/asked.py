"""What callers of the API may send."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from core.catalog.models import ProductStatus
from core.catalog.schemas.fields import (
    AltText,
    Amount,
    Barcode,
    Cursor,
    Grams,
    Line,
    Lines,
    Millimetres,
    Name,
    OptionName,
    OptionValue,
    Prose,
    Sku,
    Slug,
    Tag,
    Threshold,
    Title,
    Word,
)
from core.catalog.selectors import DESK_SORTS
from core.kernel.schemas import Limit, Moment, PublicId, StrictSchema


class MoneyIn(StrictSchema):
    """Whole rupiah."""

    amount: Amount
    currency: Literal["IDR"] = "IDR"


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
    seen_at: Moment | None = Field(default=None, description="409 when somebody saved it since.")

    def facts(self) -> dict[str, Any]:
        told = super().facts()
        return {**told, "title": self.title} if self.title is not None else told


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


class MediaOrder(StrictSchema):
    """Pictures in the order that is wanted; those left out follow."""

    order: Annotated[list[PublicId], Field(min_length=1, max_length=300)]


class MediaFacts(StrictSchema):
    """What may be sent beside a picture's file."""

    alt_text: AltText = ""


class MediaEdit(StrictSchema):
    """What the picture shows, in words."""

    alt_text: AltText


class CategoryIn(StrictSchema):
    """A new category, on top or below another."""

    name: Name
    parent_id: PublicId | None = None


class CategoryEdit(StrictSchema):
    """Another name, another place, or both. `parent_id` null means the top."""

    name: Name | None = None
    parent_id: PublicId | None = None
    position: Annotated[int, Field(ge=0, le=10_000)] | None = None


class NameIn(StrictSchema):
    """A name."""

    name: Name


class ViewIn(StrictSchema):
    """Filters of the product list to keep under a name, as they stand in its address."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
    query: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class BulkIn(StrictSchema):
    """One thing to do to many products. `tag` is needed for the action `tag`."""

    action: Literal["publish", "unpublish", "archive", "tag"]
    product_ids: Annotated[list[PublicId], Field(min_length=1, max_length=100)]
    tag: Tag | None = None
