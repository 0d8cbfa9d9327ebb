"""Shapes of a purchase in the storefront API: cart, quote, order."""

from datetime import datetime
from typing import Annotated, Any, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.checkout import selectors as checkout
from core.checkout.services import LARGEST_QUANTITY
from core.kernel.regions import Region
from core.kernel.schemas import MoneyOut, PublicId, StrictSchema
from core.payments import selectors as payments
from core.shipping.selectors import ShippingOption
from storefront.schemas import Amount, RegionCode, RegionOut


def line(most: int, least: int = 0) -> Any:
    """A text of one line with at most so many characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=r"^[^\x00]*$")


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
