"""Shapes of the storefront API."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from django.urls import reverse
from ninja import Schema
from pydantic import Field, StringConstraints

from core.catalog import selectors as catalog
from core.checkout import selectors as checkout
from core.checkout.services import LARGEST_QUANTITY
from core.kernel.regions import Region
from core.kernel.schemas import MoneyOut, StrictSchema
from core.payments import selectors as payments
from core.shipping.selectors import ShippingOption

PublicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,200}$")]
Cursor = Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9_-]*$")]
RegionCode = Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9.]*$")]
Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=0, le=10**12)]
Limit = Annotated[int, Field(ge=1, le=100)]
Sort = Literal["newest", "price_low", "price_high", "name", "relevance"]


def line(most: int, least: int = 0) -> Any:
    """A text of one line with at most so many characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=r"^[^\x00]*$")


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


class LineIn(StrictSchema):
    """So many of one variant."""

    variant_id: PublicId
    quantity: Annotated[int, Field(ge=1, le=LARGEST_QUANTITY)] = 1


class CartIn(StrictSchema):
    """A new cart, with lines if they are known already."""

    lines: Annotated[list[LineIn], Field(max_length=50)] = []


class QuantityIn(StrictSchema):
    """How many a line shall hold; 0 takes it out."""

    quantity: Annotated[int, Field(ge=0, le=LARGEST_QUANTITY)]


class CartLineOut(Schema):
    """One line at today's price."""

    variant_id: str
    sku: str
    product_slug: str
    title: str
    variant_title: str
    image_url: str
    quantity: int
    available: int
    unit_price: MoneyOut
    total: MoneyOut

    @classmethod
    def of(cls, row: checkout.QuoteLine) -> Self:
        goods = row.goods
        return cls(
            variant_id=goods.public_id,
            sku=goods.sku,
            product_slug=goods.product_slug,
            title=goods.product_title,
            variant_title=goods.variant_title,
            image_url=goods.image_url,
            quantity=row.quantity,
            available=max(0, min(row.available, LARGEST_QUANTITY)),
            unit_price=MoneyOut.of(row.unit_amount),
            total=MoneyOut.of(row.total_amount),
        )


class ChangeOut(Schema):
    """What is not as the shopper last saw it. Counted in rupiah for price_changed, else in units."""

    code: str
    variant_id: str
    name: str
    before: int
    after: int

    @classmethod
    def of(cls, change: checkout.Change) -> Self:
        return cls(
            variant_id=change.variant, **{n: getattr(change, n) for n in ("code", "name", "before", "after")}
        )


class CartOut(Schema):
    """What a shopper has picked. Whoever knows the id holds the cart."""

    id: str
    units: int
    lines: list[CartLineOut]
    subtotal: MoneyOut
    changes: list[ChangeOut]
    is_buyable: bool

    @classmethod
    def of(cls, quote: checkout.Quote) -> Self:
        return cls(**_cart(quote))


def _cart(quote: checkout.Quote) -> dict[str, Any]:
    return {
        "id": quote.cart_id,
        "units": quote.units,
        "lines": [CartLineOut.of(row) for row in quote.lines],
        "subtotal": MoneyOut.of(quote.subtotal_amount),
        "changes": [ChangeOut.of(change) for change in quote.changes],
        "is_buyable": quote.is_buyable,
    }


class QuoteIn(StrictSchema):
    """Where it goes and by what. Both may be open: the answer then says what can be chosen."""

    region_code: RegionCode = ""
    shipping_method_id: PublicId | None = None


class ShippingMethodOut(Schema):
    """A way the parcel can go, with its fee."""

    id: str
    name: str
    price: MoneyOut
    min_days: int
    max_days: int
    is_pickup: bool

    @classmethod
    def of(cls, option: ShippingOption) -> Self:
        return cls(
            id=option.public_id,
            price=MoneyOut.of(option.amount),
            **{name: getattr(option, name) for name in ("name", "min_days", "max_days", "is_pickup")},
        )


class PaymentMethodOut(Schema):
    """A way to pay."""

    code: str
    title: str
    instructions: str

    @classmethod
    def of(cls, method: payments.CheckoutMethod) -> Self:
        return cls(code=method.code, title=method.title, instructions=method.instructions)


class QuoteOut(CartOut):
    """A cart with all its costs, and what can be chosen. `shipping_method_id` is the one that was counted."""

    region: RegionOut | None
    shipping_methods: list[ShippingMethodOut]
    shipping_method_id: str | None
    payment_methods: list[PaymentMethodOut]
    shipping: MoneyOut
    total: MoneyOut

    @classmethod
    def priced(
        cls, quote: checkout.Quote, region: Region | None, methods: list[payments.CheckoutMethod]
    ) -> Self:
        """A quote for a region, with the ways in which its total can be paid."""
        return cls(
            **_cart(quote),
            region=RegionOut.of(region) if region else None,
            shipping_methods=[ShippingMethodOut.of(option) for option in quote.options],
            shipping_method_id=quote.chosen.public_id if quote.chosen else None,
            payment_methods=[PaymentMethodOut.of(method) for method in methods],
            shipping=MoneyOut.of(quote.shipping_amount),
            total=MoneyOut.of(quote.total_amount),
        )


class OrderIn(StrictSchema):
    """Who orders, where it goes, how it is sent and paid.

    An address (`address_line`, `region_code` of a district or village) is needed unless it is picked up.
    `expected_amount` is the total the shopper saw: another one today refuses with `purchase_changed`.
    """

    name: Annotated[str, line(120, 1)]
    phone: Annotated[str, line(40, 3)]
    email: Annotated[str, line(254)] = ""
    address_line: Annotated[str, line(200)] = ""
    landmark: Annotated[str, line(120)] = ""
    region_code: RegionCode = ""
    note: Annotated[str, line(1000)] = ""
    shipping_method_id: PublicId
    payment_method: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{2,20}$")]
    expected_amount: Amount | None = None


class BankAccountOut(Schema):
    """Where the money goes."""

    bank: str
    number: str
    holder: str


class PaymentOut(Schema):
    """How to pay. `amount` is exact, unique code included; `redirect_url` is the gateway's own page."""

    method: str
    state: str
    amount: MoneyOut
    expires_at: datetime | None
    pay_url: str
    redirect_url: str | None
    bank_accounts: list[BankAccountOut]


class OrderLineOut(Schema):
    """One line as it was ordered."""

    sku: str
    title: str
    variant_title: str
    image_url: str
    quantity: int
    fulfilled_quantity: int
    unit_price: MoneyOut
    total: MoneyOut


class ParcelOut(Schema):
    """A parcel that left."""

    state: str
    courier_name: str
    waybill: str
    shipped_at: datetime
    delivered_at: datetime | None


class AddressOut(Schema):
    """Where it goes."""

    recipient_name: str
    phone: str
    address_line: str
    landmark: str
    region_code: str
    province: str
    regency: str
    district: str
    village: str
    postcode: str


class OrderOut(Schema):
    """An order as its shopper sees it. Whoever knows the token sees it: keep it like a password."""

    number: str
    token: str
    status_url: str
    placed_at: datetime
    state: str
    payment_state: str
    fulfilment_state: str
    shipping_method: str
    is_pickup: bool
    subtotal: MoneyOut
    shipping: MoneyOut
    discount: MoneyOut
    unique_code: MoneyOut
    total: MoneyOut
    lines: list[OrderLineOut]
    address: AddressOut | None
    payment: PaymentOut | None
    parcels: list[ParcelOut]
