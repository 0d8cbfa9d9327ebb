"""Shapes of the customers API."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.customers.models import Address, Customer
from core.kernel.schemas import Cursor, MoneyOut, StrictSchema

Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^,]*[^,\s][^,]*$")]
Sort = Literal["newest", "recent", "spent", "orders", "name"]
Language = Literal["id", "en"]


class CustomerAddressOut(Schema):
    """Where something was sent, latest first."""

    id: str
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
    last_used_at: datetime | None

    @classmethod
    def of(cls, address: Address) -> Self:
        facts = {name: getattr(address, name) for name in cls.model_fields if name != "id"}
        return cls(id=address.public_id, **facts)


_PLAIN = "name email phone note tags language accepts_marketing order_count last_order_at created_at".split()


class CustomerOut(Schema):
    """One customer. `spent` is what was paid, less refunds."""

    id: str
    name: str
    email: str
    phone: str
    note: str
    tags: list[str]
    language: str
    accepts_marketing: bool
    order_count: int
    spent: MoneyOut
    last_order_at: datetime | None
    created_at: datetime

    @classmethod
    def facts(cls, customer: Customer) -> dict[str, Any]:
        """What every shape of a customer has."""
        return {
            "id": customer.public_id,
            "spent": MoneyOut.of(customer.spent_amount),
            **{name: getattr(customer, name) for name in _PLAIN},
        }

    @classmethod
    def of(cls, customer: Customer) -> Self:
        return cls(**cls.facts(customer))


class WholeCustomer(CustomerOut):
    """One customer with the addresses used so far."""

    addresses: list[CustomerAddressOut]

    @classmethod
    def of(cls, customer: Customer) -> Self:
        places = [CustomerAddressOut.of(address) for address in customer.addresses.all()]
        return cls(**cls.facts(customer), addresses=places)


class CustomerPage(Schema):
    """A page of customers."""

    items: list[CustomerOut]
    next: str | None


class CustomerQuery(StrictSchema):
    """How the list is narrowed and sorted."""

    q: Annotated[str, StringConstraints(max_length=100)] = Field("", description="Name, phone or e-mail.")
    tag: Annotated[str, StringConstraints(max_length=40)] = ""
    accepts_marketing: bool = Field(False, description="Only those who agreed to offers.")
    sort: Sort = "newest"
    after: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 25


class CustomerEdit(StrictSchema):
    """What may be changed; fields left out stay."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    language: Language | None = None
    accepts_marketing: bool | None = None
