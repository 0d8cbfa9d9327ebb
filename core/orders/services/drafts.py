"""What an order is made from, before it has a number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.orders.models import OrderSource


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One variant at the price it sells for now."""

    variant_id: int
    sku: str
    product_title: str
    quantity: int
    unit_amount: int
    variant_title: str = ""
    weight_grams: int = 0
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class DraftAddress:
    """Where it goes; names of regions are kept as they are called today."""

    recipient_name: str
    address_phone: str
    address_line: str
    region_code: str
    province: str
    regency: str
    district: str
    village: str = ""
    postcode: str = ""
    landmark: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """Everything an order needs. `address` is None for pick-up; amounts are whole minor units."""

    customer_id: int
    customer_name: str
    lines: Sequence[DraftLine]
    location_id: int
    payment_method: str
    placed_at: datetime
    email: str = ""
    phone: str = ""
    address: DraftAddress | None = None
    shipping_method_name: str = ""
    is_pickup: bool = False
    shipping_amount: int = 0
    discount_amount: int = 0
    currency: str = "IDR"
    language: str = "id"
    note: str = ""
    source: str = OrderSource.STOREFRONT
    tags: Sequence[str] = field(default_factory=tuple)
