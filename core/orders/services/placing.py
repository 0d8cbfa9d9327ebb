"""Make an order."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.customers import services as customers
from core.kernel import audit, ids, outbox, profile, sequences
from core.kernel.errors import InvalidInput
from core.orders.models import Order, OrderLine
from core.orders.services.drafts import OrderDraft
from tenants.failpoints import failpoint
from tenants.permissions import Actor

FIRST_NUMBER = 1001


@transaction.atomic
def create(*, draft: OrderDraft, actor: Actor) -> Order:
    """Give a draft its number and write it down. Stock and payment are the caller's next steps.

    Raises   InvalidInput without lines
    Locks    the customer, then the number sequence, until the caller commits
    Records  OrderPlaced
    """
    if not draft.lines:
        raise InvalidInput(_("The order has no lines."), "lines")
    customers.note_order(customer_id=draft.customer_id, at=draft.placed_at)
    number = f"{profile.current().order_prefix}-{sequences.next_number('order', start=FIRST_NUMBER)}"
    order = Order.objects.create(
        number=number,
        public_id=ids.new_id("ord"),
        token=secrets.token_urlsafe(32),
        **_columns(draft),
    )
    failpoint("orders.after_row")
    OrderLine.objects.bulk_create(
        OrderLine(order=order, total_amount=line.unit_amount * line.quantity, **asdict(line))
        for line in draft.lines
    )
    if draft.address is not None:
        customers.remember_address(
            customer_id=draft.customer_id, address=_for_customer(asdict(draft.address)), now=draft.placed_at
        )
    audit.write(
        actor=actor,
        action="order.placed",
        subject="order",
        subject_id=order.public_id,
        changes={"number": number, "total_amount": order.total_amount},
    )
    outbox.record(events.OrderPlaced(order_id=order.pk))
    failpoint("orders.after_events")
    return order


def _columns(draft: OrderDraft) -> dict[str, Any]:
    subtotal = sum(line.unit_amount * line.quantity for line in draft.lines)
    plain = (
        "customer_id customer_name email phone location_id payment_method placed_at shipping_method_name "
        "is_pickup shipping_amount discount_amount currency language note source"
    ).split()
    return {
        **{name: getattr(draft, name) for name in plain},
        **(asdict(draft.address) if draft.address is not None else {}),
        "tags": list(draft.tags),
        "subtotal_amount": subtotal,
        "total_amount": subtotal + draft.shipping_amount - draft.discount_amount,
        "weight_grams": sum(line.weight_grams * line.quantity for line in draft.lines),
    }


def _for_customer(address: Mapping[str, str]) -> dict[str, str]:
    return {("phone" if name == "address_phone" else name): value for name, value in address.items()}
