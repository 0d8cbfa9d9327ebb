"""Shapes of the orders API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel.money import Money
from core.kernel.schemas import Cursor, Limit, MoneyOut, PublicId, StrictSchema
from core.orders.models import (
    BulkRun,
    BulkState,
    FulfilmentState,
    Invoice,
    Order,
    OrderLine,
    OrderSource,
    OrderState,
    PaymentState,
    SavedView,
)
from core.orders.selectors import Happening

Word = Annotated[str, StringConstraints(max_length=100)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^,]*[^,\s][^,]*$")]
Tags = Annotated[list[Tag], Field(max_length=20)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
Chosen = Annotated[list[PublicId], Field(min_length=1, max_length=500)]
View = Literal[
    "", "unpaid", "to_ship", "on_the_way", "cash_due", "to_refund", "closed", "cancelled", "placed", "sold"
]
Outcome = Literal["DONE", "REFUSED", "WAITING"]
BulkAction = Literal["CONFIRM", "SHIP", "DELIVER", "INVOICE", "TAG", "CANCEL"]


class OrderLineOut(Schema):
    """So many of one SKU, as it was called and priced when it was ordered."""

    sku: str
    product_title: str
    variant_title: str
    quantity: int
    fulfilled_quantity: int
    unit_price: MoneyOut
    total: MoneyOut
    weight_grams: int
    image_url: str

    @classmethod
    def of(cls, line: OrderLine, currency: str) -> Self:
        names = ("sku", "product_title", "variant_title", "quantity", "fulfilled_quantity")
        return cls(
            **{name: getattr(line, name) for name in (*names, "weight_grams", "image_url")},
            unit_price=MoneyOut.of(Money(line.unit_amount, currency)),
            total=MoneyOut.of(Money(line.total_amount, currency)),
        )


class CustomerRef(Schema):
    """Who ordered, as they called themselves."""

    id: str
    name: str
    email: str
    phone: str


class AddressOut(Schema):
    """Where it goes. `region_code` is the ministry's, of a village or district."""

    recipient_name: str
    phone: str
    address_line: str
    landmark: str
    region_code: str
    village: str
    district: str
    regency: str
    province: str
    postcode: str

    @classmethod
    def of(cls, order: Order) -> Self:
        facts = {name: getattr(order, name) for name in cls.model_fields if name != "phone"}
        return cls(phone=order.address_phone, **facts)


_MONEY = "subtotal shipping discount unique_code total refunded".split()
_PLAIN = (
    "number placed_at state payment_state fulfilment_state source payment_method shipping_method_name "
    "is_pickup weight_grams note staff_note tags expires_at paid_at cancelled_at cancel_reason"
).split()


class OrderOut(Schema):
    """One order. Its three states move apart from each other."""

    id: str
    number: str
    placed_at: datetime
    state: OrderState
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    source: OrderSource
    payment_method: str
    customer: CustomerRef
    address: AddressOut | None = Field(description="None for a pick-up.")
    shipping_method_name: str
    is_pickup: bool
    lines: list[OrderLineOut]
    subtotal: MoneyOut
    shipping: MoneyOut
    discount: MoneyOut
    unique_code: MoneyOut
    total: MoneyOut
    refunded: MoneyOut
    weight_grams: int
    note: str
    staff_note: str
    tags: list[str]
    expires_at: datetime | None
    paid_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    invoice_number: str | None

    @classmethod
    def of(cls, order: Order) -> Self:
        lines = sorted(order.lines.all(), key=lambda line: line.pk)
        facts: dict[str, Any] = {name: getattr(order, name) for name in _PLAIN}
        facts |= {
            name: MoneyOut.of(Money(getattr(order, f"{name}_amount"), order.currency)) for name in _MONEY
        }
        return cls(
            id=order.public_id,
            customer=CustomerRef(
                id=order.customer.public_id, name=order.customer_name, email=order.email, phone=order.phone
            ),
            address=None if order.is_pickup else AddressOut.of(order),
            lines=[OrderLineOut.of(line, order.currency) for line in lines],
            invoice_number=order.invoice.number if hasattr(order, "invoice") else None,
            **facts,
        )


class OrderPage(Schema):
    """A page of orders, newest first."""

    items: list[OrderOut]
    next: str | None


class OrderQuery(StrictSchema):
    """How the list is narrowed. Days are in the store's time zone, both included."""

    q: Word = Field("", description="Number, name, phone, e-mail, SKU, product, amount or waybill.")
    number: Annotated[str, StringConstraints(max_length=20)] = ""
    view: View = ""
    state: OrderState | None = None
    payment_state: PaymentState | None = None
    fulfilment_state: FulfilmentState | None = None
    payment_method: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{0,20}$")] = ""
    source: OrderSource | None = None
    tag: Annotated[str, StringConstraints(max_length=40)] = ""
    customer_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{0,32}$")] = ""
    since: Day | None = None
    until: Day | None = None
    after: Cursor = ""
    limit: Limit = 25


class OrderEdit(StrictSchema):
    """What may be changed on an order; fields left out stay."""

    staff_note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    tags: Tags | None = None


class AddressIn(StrictSchema):
    """Where it shall go. The names of the region follow from its code."""

    recipient_name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    phone: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    address_line: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    landmark: Annotated[str, StringConstraints(max_length=120)] = ""
    region_code: Annotated[str, StringConstraints(pattern=r"^[0-9.]{2,13}$")]


class Cancellation(StrictSchema):
    """Why, and whether the units go back on sale."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    restock: bool = Field(True, description="False takes the units out of the count, as lost or damaged.")


class HappeningOut(Schema):
    """One line of an order's timeline, in the reader's language."""

    at: datetime
    title: str
    text: str
    actor: str

    @classmethod
    def of(cls, happening: Happening) -> Self:
        return cls(at=happening.moment, title=happening.title, text=happening.text, actor=happening.actor)


class TimelineOut(Schema):
    items: list[HappeningOut]
    next: str | None = None


class InvoiceOut(Schema):
    """An invoice: numbered without gaps, frozen as it was issued."""

    number: str
    order_id: str
    issued_at: datetime

    @classmethod
    def of(cls, invoice: Invoice, order: Order) -> Self:
        return cls(number=invoice.number, order_id=order.public_id, issued_at=invoice.issued_at)


class SlipsIn(StrictSchema):
    """Orders whose packing slips go into one file."""

    order_ids: Annotated[list[PublicId], Field(min_length=1, max_length=100)]


class BulkIn(StrictSchema):
    """One action for many orders. More than 50 orders go on in the background."""

    action: BulkAction
    order_ids: Chosen
    reason: Annotated[str, StringConstraints(max_length=200)] = Field("", description="For CANCEL.")
    restock: bool = Field(True, description="For CANCEL.")
    tags: Tags = Field(default_factory=list, description="For TAG.")
    courier_name: Annotated[str, StringConstraints(max_length=60)] = Field("", description="For SHIP.")
    waybills: dict[PublicId, Annotated[str, StringConstraints(max_length=60)]] = Field(
        default_factory=dict, max_length=500, description="For SHIP: order id to waybill number."
    )

    def as_typed(self) -> dict[str, Any]:
        """The same as the forms of the dashboard send it."""
        return {
            "reason": self.reason,
            "restock": self.restock,
            "tags": ",".join(self.tags),
            "courier_name": self.courier_name,
            **{f"waybill-{order_id}": waybill for order_id, waybill in self.waybills.items()},
        }


class BulkResult(Schema):
    """What became of one order: DONE, REFUSED with a reason, or still WAITING."""

    order_id: str
    outcome: Outcome
    reason: str


class BulkOut(Schema):
    """A bulk action and its results so far."""

    id: str
    action: str
    state: BulkState
    started_at: datetime
    finished_at: datetime | None
    results: list[BulkResult]

    @classmethod
    def of(cls, run: BulkRun) -> Self:
        return cls(
            id=run.public_id,
            action=run.verb,
            state=BulkState(run.state),
            started_at=run.started_at,
            finished_at=run.finished_at,
            results=[_result(run, order_id) for order_id in run.order_ids],
        )


def _result(run: BulkRun, order_id: str) -> BulkResult:
    reason = run.results.get(order_id)
    outcome: Outcome = "WAITING" if reason is None else "REFUSED" if reason else "DONE"
    return BulkResult(order_id=order_id, outcome=outcome, reason=reason or "")


class ViewIn(StrictSchema):
    """A named set of filters. `query` is the part of the list's address after the question mark."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    query: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class ViewOut(Schema):
    """A saved view of the order list."""

    id: str
    name: str
    query: str
    created_by: str

    @classmethod
    def of(cls, view: SavedView) -> Self:
        return cls(id=view.public_id, name=view.name, query=view.query, created_by=view.created_by)


class ViewsOut(Schema):
    items: list[ViewOut]
    next: str | None = None
