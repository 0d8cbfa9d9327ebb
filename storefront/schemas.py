"""Shapes of the storefront API."""

from typing import Annotated, Literal, Self

from django.urls import reverse
from ninja import Schema
from pydantic import Field, StringConstraints

from core.catalog import selectors as catalog
from core.checkout.services import LARGEST_QUANTITY
from core.kernel.regions import Region
from core.kernel.schemas import Cursor, Limit, MoneyOut, StrictSchema

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,200}$")]
RegionCode = Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9.]*$")]
Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=0, le=10**12)]
Sort = Literal["newest", "price_low", "price_high", "name", "relevance"]


class PictureOut(Schema):
    """A picture; `avif` and `webp` are srcset texts, addresses are of this host."""

    src: str
    width: int
    height: int
    alt: str
    avif: str
    webp: str
    thumb: str

    @classmethod
    def of(cls, picture: catalog.Picture | None) -> Self | None:
        if picture is None:
            return None
        return cls(**{name: getattr(picture, name) for name in cls.model_fields})


class ProductCardOut(Schema):
    """A product in a list. `price` is its lowest; `has_more_prices` says whether there are others."""

    id: str
    slug: str
    title: str
    url: str
    price: MoneyOut
    compare_at: MoneyOut | None
    has_more_prices: bool
    in_stock: bool
    picture: PictureOut | None

    @classmethod
    def of(cls, card: catalog.ProductCard) -> Self:
        return cls(
            id=card.public_id,
            slug=card.slug,
            title=card.name,
            url=reverse("storefront:product", args=[card.slug]),
            price=MoneyOut.of(card.price_amount),
            compare_at=MoneyOut.of(card.compare_amount) if card.compare_amount else None,
            has_more_prices=card.from_price,
            in_stock=not card.sold_out,
            picture=PictureOut.of(card.image),
        )


class Paging(StrictSchema):
    """Where in a list to begin, and how many to answer with."""

    after: Cursor = ""
    limit: Limit = 24


class ProductsAsked(Paging):
    """How a list is narrowed and sorted. `category` and `brand` are slugs; amounts are rupiah."""

    category: Handle | None = None
    brand: Handle | None = None
    tag: Words = ""
    min_amount: Amount | None = None
    max_amount: Amount | None = None
    in_stock: bool = False
    reduced: bool = False
    sort: Sort = "newest"

    @property
    def filters(self) -> catalog.CardFilters:
        """The same for the catalogue."""
        return catalog.CardFilters(
            min_amount=self.min_amount,
            max_amount=self.max_amount,
            in_stock=self.in_stock,
            reduced=self.reduced,
            brands=[self.brand] if self.brand else [],
            tag=self.tag,
        )


class SearchAsked(Paging):
    """The words that somebody typed."""

    q: Words
    sort: Sort = "relevance"


class RegionsAsked(StrictSchema):
    """A name or a postcode, or the code of what lies above."""

    q: Words = ""
    parent: RegionCode = ""


class ProductsOut(Schema):
    """A page of products."""

    items: list[ProductCardOut]
    next: str | None


class OptionOut(Schema):
    """What can be chosen, such as a colour, and its values in order."""

    name: str
    values: list[str]


class VariantOut(Schema):
    """What is put into a cart. `values` stand in the order of the product's options."""

    id: str
    sku: str
    title: str
    values: list[str]
    price: MoneyOut
    compare_at: MoneyOut | None
    weight_grams: int
    in_stock: bool
    available: int


class ProductOut(Schema):
    """Everything about one product."""

    id: str
    slug: str
    title: str
    url: str
    description: str
    brand: str
    tags: list[str]
    in_stock: bool
    pictures: list[PictureOut]
    options: list[OptionOut]
    variants: list[VariantOut]

    @classmethod
    def of(cls, page: catalog.ProductPage, stock: dict[int, int]) -> Self:
        words = {value_id: word for choice in page.choices for value_id, word in choice.values}
        return cls(
            id=page.public_id,
            slug=page.slug,
            title=page.title,
            url=reverse("storefront:product", args=[page.slug]),
            description=page.description,
            brand=page.brand,
            tags=page.tags,
            in_stock=any(stock.get(variant.id, 0) > 0 for variant in page.variants),
            pictures=[shown for picture in page.pictures if (shown := PictureOut.of(picture))],
            options=[
                OptionOut(name=choice.name, values=[word for _, word in choice.values])
                for choice in page.choices
            ],
            variants=[_variant(variant, words, stock.get(variant.id, 0)) for variant in page.variants],
        )


def _variant(variant: catalog.PageVariant, words: dict[int, str], left: int) -> VariantOut:
    return VariantOut(
        id=variant.public_id,
        sku=variant.sku,
        title=variant.title,
        values=[words.get(value, "") for value in variant.values],
        price=MoneyOut.of(variant.price_amount),
        compare_at=MoneyOut.of(variant.compare_at_amount) if variant.compare_at_amount else None,
        weight_grams=variant.weight_grams,
        in_stock=left > 0,
        available=max(0, min(left, LARGEST_QUANTITY)),
    )


class CategoryOut(Schema):
    """A shelf of the shop with those below it."""

    id: str
    name: str
    slug: str
    product_count: int
    children: list["CategoryOut"]

    @classmethod
    def of(cls, shelf: catalog.Shelf) -> Self:
        return cls(
            id=shelf.public_id,
            name=shelf.name,
            slug=shelf.slug,
            product_count=shelf.product_count,
            children=[CategoryOut.of(child) for child in shelf.children],
        )


class CategoriesOut(Schema):
    """The shop's shelves."""

    items: list[CategoryOut]
    next: str | None = None


class RegionOut(Schema):
    """A part of Indonesia. Level 1 is a province, 2 a regency or city, 3 a district, 4 a village."""

    code: str
    name: str
    level: int
    label: str
    province: str
    regency: str
    district: str
    village: str
    postcode: str

    @classmethod
    def of(cls, region: Region) -> Self:
        return cls(**{name: getattr(region, name) for name in cls.model_fields})


class RegionsOut(Schema):
    """Regions, best match first, or by name below a parent."""

    items: list[RegionOut]
    next: str | None = None
