"""Invoices: numbered without gaps, issued once, never changed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit, profile, regions, sequences
from core.orders.models import Invoice, Order, OrderState, PaymentState
from core.orders.services.locking import MoveRefused, lock_order
from tenants.context import require_store
from tenants.permissions import Actor

_SUMS = (
    "subtotal_amount",
    "shipping_amount",
    "discount_amount",
    "unique_code_amount",
    "total_amount",
)
_PLACE = (
    "recipient_name",
    "address_phone",
    "address_line",
    "landmark",
    "village",
    "district",
    "regency",
    "province",
    "postcode",
)


@transaction.atomic
def issue_invoice(*, order_id: int, actor: Actor, now: datetime) -> Invoice:
    """Give an order its invoice, frozen as everything stands now. Issuing twice returns the first one.

    Raises   MoveRefused for a cancelled order that was never paid
    Locks    the order, then the year's number sequence, until the caller commits
    """
    order = lock_order(order_id)
    known = Invoice.objects.filter(order=order).first()
    if known is not None:
        return known
    if order.state == OrderState.CANCELLED and order.payment_state == PaymentState.UNPAID:
        raise MoveRefused(order, _("A cancelled order that was never paid has no invoice."))

    snapshot = _snapshot(order)
    year = now.astimezone(ZoneInfo(require_store().time_zone)).year
    number = f"INV/{year}/{sequences.next_number(f'invoice-{year}'):05d}"
    invoice = Invoice.objects.create(order=order, number=number, issued_at=now, snapshot=snapshot)
    audit.write(
        actor=actor,
        action="invoice.issued",
        subject="order",
        subject_id=order.public_id,
        changes={"number": number},
    )
    return invoice


def _snapshot(order: Order) -> dict[str, Any]:
    """Everything that stands on the paper; later edits of the order or the store leave it alone."""
    return {
        "seller": _seller(),
        "order": {
            "number": order.number,
            "placed_at": order.placed_at.isoformat(),
            "payment_method": order.payment_method,
            "shipping_method_name": order.shipping_method_name,
            "is_pickup": order.is_pickup,
            "currency": order.currency,
            "language": order.language,
            "note": order.note,
        },
        "buyer": {"name": order.customer_name, "phone": order.phone, "email": order.email},
        "address": {name: getattr(order, name) for name in _PLACE},
        "lines": [
            {
                "sku": line.sku,
                "title": line.product_title,
                "variant": line.variant_title,
                "quantity": line.quantity,
                "unit_amount": line.unit_amount,
                "total_amount": line.total_amount,
            }
            for line in order.lines.order_by("pk")
        ],
        "sums": {name: getattr(order, name) for name in _SUMS},
    }


def _seller() -> dict[str, str]:
    store, facts = require_store(), profile.current()
    region = regions.find(facts.region_code) if facts.region_code else None
    return {
        "name": store.name,
        "legal_name": facts.legal_name,
        "address": ", ".join(filter(None, [facts.address_line, region.label if region else facts.postcode])),
        "phone": facts.phone,
        "email": facts.email,
    }
