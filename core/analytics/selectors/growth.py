"""How far a store has come and what it uses, without anybody's name: for the platform's own figures."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet

from core.catalog.models import Product, ProductImport, ProductStatus
from core.fulfilment.models import Fulfilment
from core.inventory.models import Location, Transfer
from core.kernel.models import StoreProfile
from core.orders.models import Order, OrderSource
from core.payments.models import BankAccount, MethodCode, PaymentMethod


def milestones() -> dict[str, datetime]:
    """When the store first had a product, first showed itself, and first sold; what has not come is left out.

    A shop is live when its link was shared, or when somebody bought without that.
    """
    orders = Order.objects.filter(source=OrderSource.STOREFRONT)
    first = {
        "FIRST_PRODUCT": Product.objects.aggregate(at=Min("created_at"))["at"],
        "LIVE": _earlier(
            StoreProfile.objects.values_list("shared_at", flat=True).first(),
            orders.aggregate(at=Min("placed_at"))["at"],
        ),
        "FIRST_SALE": orders.filter(payment_state="PAID").aggregate(at=Min("placed_at"))["at"],
    }
    return {step: at for step, at in first.items() if at is not None}


def features_in_use() -> list[str]:
    """The names of the features that this store uses."""
    return [name for name, rows in _FEATURES.items() if rows().exists()]


def last_order_at() -> datetime | None:
    """When the last order was placed."""
    found: datetime | None = Order.objects.aggregate(at=Max("placed_at"))["at"]
    return found


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


# Whose rows show that a feature is used.
_FEATURES: dict[str, Callable[[], QuerySet[Any]]] = {
    "products": lambda: Product.objects.filter(status=ProductStatus.ACTIVE),
    "import": ProductImport.objects.all,
    "locations": lambda: Location.objects.filter(is_active=True, is_default=False),
    "transfers": Transfer.objects.all,
    "bank_transfer": BankAccount.objects.all,
    "payment_gateway": lambda: PaymentMethod.objects.filter(code=MethodCode.MIDTRANS, is_enabled=True),
    "storefront_orders": lambda: Order.objects.filter(source=OrderSource.STOREFRONT),
    "manual_orders": lambda: Order.objects.exclude(source=OrderSource.STOREFRONT),
    "parcels": Fulfilment.objects.all,
}
