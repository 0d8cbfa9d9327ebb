"""Shapes of the shipping API."""

from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel.schemas import MoneyOut, PublicId, StrictSchema
from core.shipping.models import MethodKind, ShippingMethod, ShippingRate
from core.shipping.pickups import place_of
from core.shipping.selectors import ShippingOption
from core.shipping.services import (
    LARGEST_AMOUNT,
    LARGEST_DAYS,
    LARGEST_GRAMS,
    MOST_METHODS,
    MOST_RATES,
    RateRow,
)

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
Days = Annotated[int, Field(ge=0, le=LARGEST_DAYS)]
RegionCode = Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9.]*$")]


class MoneyIn(StrictSchema):
    """Whole rupiah."""

    amount: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]
    currency: Literal["IDR"] = "IDR"


class RateIn(StrictSchema):
    """What a table method costs in one region up to one weight.

    `region_code` may be the beginning of a code: empty is all of Indonesia, `32` a province, `32.73` a city.
    """

    region_code: RegionCode = ""
    up_to_grams: Annotated[int, Field(ge=1, le=LARGEST_GRAMS)] | None = None
    amount: MoneyIn
    per_kg: MoneyIn = MoneyIn(amount=0)

    def row(self) -> RateRow:
        """The same, as the services take it."""
        return RateRow(self.region_code, self.up_to_grams, self.amount.amount, self.per_kg.amount)


class RatesIn(StrictSchema):
    """A whole rate table."""

    rates: Annotated[list[RateIn], Field(max_length=MOST_RATES)]


class RateOut(Schema):
    """One line of a rate table."""

    region_code: str
    up_to_grams: int | None
    amount: MoneyOut
    per_kg: MoneyOut

    @classmethod
    def of(cls, rate: ShippingRate) -> Self:
        return cls(
            region_code=rate.region_code,
            up_to_grams=rate.up_to_grams,
            amount=MoneyOut.of(rate.amount),
            per_kg=MoneyOut.of(rate.per_kg_amount),
        )


class MethodOut(Schema):
    """One way to ship."""

    id: str
    name: str
    kind: MethodKind
    is_active: bool
    position: int
    amount: MoneyOut
    free_over: MoneyOut | None
    min_days: int
    max_days: int
    weight_tolerance_grams: int
    location_id: str | None
    rates: list[RateOut]

    @classmethod
    def of(cls, method: ShippingMethod) -> Self:
        place = place_of(method.location_id) if method.location_id else None
        free = method.free_over_amount
        names = ("name", "kind", "is_active", "position", "min_days", "max_days", "weight_tolerance_grams")
        return cls(
            id=method.public_id,
            amount=MoneyOut.of(method.amount),
            free_over=None if free is None else MoneyOut.of(free),
            location_id=place.public_id if place else None,
            rates=[RateOut.of(rate) for rate in method.rates.all()],
            **{name: getattr(method, name) for name in names},
        )


class MethodsOut(Schema):
    """Every method in the seller's order. A store has few: there is one page."""

    items: list[MethodOut]
    next: str | None = None


class MethodEdit(StrictSchema):
    """What may be changed; fields left out stay. `free_over` null ends the threshold."""

    name: Name | None = None
    amount: MoneyIn | None = None
    free_over: MoneyIn | None = None
    is_active: bool | None = None
    min_days: Days | None = None
    max_days: Days | None = None
    weight_tolerance_grams: Annotated[int, Field(ge=0, lt=1000)] | None = None
    location_id: PublicId | None = None

    def terms(self) -> dict[str, Any]:
        """The given fields as the services take them, without the location."""
        told = {field: getattr(self, field) for field in self.model_fields_set - {"location_id", "kind"}}
        kept = {field: value for field, value in told.items() if value is not None}
        if "free_over" in told:
            kept.pop("free_over", None)
            kept["free_over_amount"] = told["free_over"]
        return {field: value.amount if isinstance(value, MoneyIn) else value for field, value in kept.items()}


class MethodIn(MethodEdit):
    """A new way to ship. A table method gets its rates by `set_shipping_rates`."""

    name: Name
    kind: MethodKind


class OrderIn(StrictSchema):
    """Ids of methods in the order in which shoppers shall see them."""

    ids: Annotated[list[PublicId], Field(max_length=MOST_METHODS)]


class QuoteQuery(Schema):
    """A parcel to be quoted."""

    region_code: RegionCode = ""
    weight_grams: Annotated[int, Field(ge=0, le=LARGEST_GRAMS)] = 1000
    subtotal_amount: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)] = 0


class OptionOut(Schema):
    """One way in which a parcel can go, with its fee."""

    id: str
    name: str
    amount: MoneyOut
    min_days: int
    max_days: int
    is_pickup: bool

    @classmethod
    def of(cls, option: ShippingOption) -> Self:
        return cls(
            id=option.public_id,
            name=option.name,
            amount=MoneyOut.of(option.amount),
            min_days=option.min_days,
            max_days=option.max_days,
            is_pickup=option.is_pickup,
        )


class OptionsOut(Schema):
    """What a shopper would be offered."""

    items: list[OptionOut]
    next: str | None = None
