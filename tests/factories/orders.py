"""Orders for tests, named for the moment they are in."""

from datetime import UTC, datetime
from typing import Any

from core.orders import services as orders
from core.orders.models import Order
from core.orders.services import DraftAddress, DraftLine, OrderDraft
from tenants.permissions import SYSTEM
from tests.factories.customers import customer

NOON = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
BANDUNG = DraftAddress(
    recipient_name="Dewi Lestari",
    address_phone="+6281200000001",
    address_line="Jl. Ir. H. Juanda 12",
    region_code="32.73.02.1004",
    province="Jawa Barat",
    regency="Kota Bandung",
    district="Coblong",
    village="Dago",
    postcode="40135",
)


def draft(**fields: Any) -> OrderDraft:
    """Two bags of beans and a grinder to Bandung: Rp250.000 with Rp20.000 shipping."""
    who = fields.pop("customer", None) or customer()
    given = {
        "customer_id": who.pk,
        "customer_name": who.name,
        "phone": who.phone,
        "email": who.email,
        "address": BANDUNG,
        "location_id": 1,
        "payment_method": "MANUAL_TRANSFER",
        "placed_at": NOON,
        "shipping_amount": 20_000,
        "shipping_method_name": "JNE Reguler",
        "lines": (
            DraftLine(1, "GAYO-250", "Gayo", 2, 75_000, weight_grams=250),
            DraftLine(2, "GRINDER", "Hand grinder", 1, 80_000, weight_grams=600),
        ),
        **fields,
    }
    return OrderDraft(**given)


def placed_order(**fields: Any) -> Order:
    """An order nobody has paid yet. Promises no stock."""
    return orders.create(draft=draft(**fields), actor=SYSTEM)


def paid_order(**fields: Any) -> Order:
    """An order whose money is in."""
    order = placed_order(**fields)
    return orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=NOON)
