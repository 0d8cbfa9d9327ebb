"""Orders with goods promised to them and a payment open, at a real fake gateway where one is asked for."""

import json
from typing import Any

from core.inventory import services as inventory
from core.kernel import sealing
from core.orders import services as orders
from core.orders.models import Order
from core.orders.services import DraftLine
from core.payments import services as payments
from core.payments import setup
from core.payments.gateways.midtrans.mapping import signature_of
from core.payments.models import BankAccount, Payment, PaymentMethod
from tenants.context import require_store
from tenants.permissions import SYSTEM
from tests.factories.inventory import stock
from tests.factories.orders import NOON, draft

SERVER_KEY = "SB-Mid-server-kopi"


def method(code: str) -> PaymentMethod:
    """A way to pay, ready for shoppers."""
    setup.prepare(require_store())
    row = PaymentMethod.objects.get(code=code)
    if code == "MANUAL_TRANSFER" and not BankAccount.objects.exists():
        payments.add_bank_account(bank="BCA", number="1234567890", holder="Kopi Senja", actor=SYSTEM)
    if code == "MIDTRANS":
        row.credentials = sealing.seal({"server_key": SERVER_KEY}, place=row.place)
    row.is_enabled = True
    row.save()
    return row


def awaited_order(on_hand: int = 10, quantity: int = 2, **fields: Any) -> Order:
    """An order whose goods are promised to it."""
    item = stock(on_hand)
    line = DraftLine(item.variant_id, item.variant.sku, "Kopi Gayo", quantity, 75_000, weight_grams=250)
    order = orders.create(draft=draft(lines=(line,), location_id=item.location_id, **fields), actor=SYSTEM)
    inventory.allocate(reference=order.number, wanted={line.sku: quantity}, location_id=item.location_id)
    return order


def open_payment(code: str = "MANUAL_TRANSFER", now: Any = NOON, **fields: Any) -> Payment:
    """A payment that waits for its money."""
    method(code)
    order = awaited_order(payment_method=code, **fields)
    return payments.open(order=order, method_code=code, now=now, actor=SYSTEM)


def notice_body(payment: Payment, status: str, code: str = "200", **told: str) -> bytes:
    """A signed notification as Midtrans posts it."""
    amount = f"{payment.amount}.00"
    signature = signature_of(
        order_id=payment.reference, status_code=code, gross_amount=amount, key=told.pop("key", SERVER_KEY)
    )
    return json.dumps(
        {
            "order_id": payment.reference,
            "status_code": code,
            "gross_amount": amount,
            "signature_key": signature,
            "transaction_status": status,
            "transaction_id": f"trx-{payment.reference}",
            "payment_type": "qris",
            "currency": "IDR",
            **told,
        }
    ).encode()
