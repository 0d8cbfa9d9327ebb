"""Shapes of the ways to pay in the API."""

from dataclasses import asdict
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel.schemas import StrictSchema
from core.kernel.store_settings import MOST_PAYMENT_HOURS
from core.payments.models import BankAccount, MethodCode
from core.payments.settings_desk import MethodSetting

Hours = Annotated[int, Field(ge=1, le=MOST_PAYMENT_HOURS)]


def _line(most: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=most, pattern=r"^[^\x00]+$")


class PaymentMethodOut(Schema):
    """One way to pay. Keys are never told, only whether there are any."""

    code: MethodCode
    title: str
    instructions: str
    is_enabled: bool
    is_live: bool
    has_gateway: bool
    is_connected: bool
    is_ready: bool
    notification_url: str

    @classmethod
    def of(cls, setting: MethodSetting) -> Self:
        return cls(**asdict(setting))


class PaymentMethodsOut(Schema):
    """Every way to pay in the seller's order. There is one page."""

    items: list[PaymentMethodOut]
    next: str | None = None


class PaymentMethodEdit(StrictSchema):
    """What may be changed; fields left out stay."""

    is_enabled: bool | None = None
    title: Annotated[str, _line(60)] | None = None
    instructions: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] | None = None


class PaymentOrderIn(StrictSchema):
    """Codes in the order in which shoppers shall see them."""

    codes: Annotated[list[MethodCode], Field(max_length=20)]


class KeysIn(StrictSchema):
    """The keys of the store's own account at a provider. They are tried at once and never told again."""

    server_key: Annotated[str, _line(200)]
    signature_key: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    is_live: bool = False


class BankAccountIn(StrictSchema):
    """An account that shoppers transfer to."""

    bank: Annotated[str, _line(40)]
    number: Annotated[str, _line(30)]
    holder: Annotated[str, _line(80)]


class BankAccountOut(Schema):
    """An account that shoppers transfer to."""

    id: str
    bank: str
    number: str
    holder: str

    @classmethod
    def of(cls, row: BankAccount) -> Self:
        return cls(id=row.public_id, bank=row.bank, number=row.number, holder=row.holder)


class BankAccountsOut(Schema):
    """Every account. There are at most ten: there is one page."""

    items: list[BankAccountOut]
    next: str | None = None


class PaymentTerms(StrictSchema):
    """How long an order waits for its money."""

    payment_hours: Hours
