"""Shipping methods for tests."""

from typing import Any

from core.shipping import services
from core.shipping.models import MethodKind, ShippingMethod
from core.shipping.services import RateRow
from tenants.permissions import SYSTEM


def flat_method(name: str = "JNE Reguler", amount: int = 18_000, **terms: Any) -> ShippingMethod:
    """One price for every address."""
    return services.create_method(
        name=name, kind=MethodKind.FLAT, actor=SYSTEM, terms={"amount": amount, **terms}
    )


def pickup_method(name: str = "Ambil di toko", **terms: Any) -> ShippingMethod:
    """The shopper comes and fetches it."""
    return services.create_method(name=name, kind=MethodKind.PICKUP, actor=SYSTEM, terms=terms)


def table_method(*rows: RateRow, name: str = "JNE per kilo", **terms: Any) -> ShippingMethod:
    """A method with a rate table."""
    method = services.create_method(name=name, kind=MethodKind.TABLE, actor=SYSTEM, terms=terms)
    return services.set_rates(public_id=method.public_id, rows=rows, actor=SYSTEM)
