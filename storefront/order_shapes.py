"""An order in the shape of the storefront API."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from core.kernel.money import Money
from core.kernel.schemas import MoneyOut
from core.payments import selectors as payments
from storefront.purchase_schemas import (
    AddressOut,
    BankAccountOut,
    OrderLineOut,
    OrderOut,
    ParcelOut,
    PaymentOut,
)

_PLACE = ("landmark", "region_code", "province", "regency", "district", "village", "postcode")


def shaped(order: Any, *, payment: Any, parcels: Iterable[Any], origin: str) -> OrderOut:
    """Everything its shopper may see.

    payment   the latest one, or None
    origin    of the storefront, for absolute addresses
    """

    def money(amount: int) -> MoneyOut:
        return MoneyOut.of(Money(amount, order.currency))

    return OrderOut(
        number=order.number,
        token=order.token,
        status_url=f"{origin}{reverse('storefront:order', args=[order.token])}",
        placed_at=order.placed_at,
        state=order.state,
        payment_state=order.payment_state,
        fulfilment_state=order.fulfilment_state,
        shipping_method=order.shipping_method_name,
        is_pickup=order.is_pickup,
        subtotal=money(order.subtotal_amount),
        shipping=money(order.shipping_amount),
        discount=money(order.discount_amount),
        unique_code=money(order.unique_code_amount),
        total=money(order.total_amount),
        lines=[_line(row, order.currency) for row in order.lines.all()],
        address=None if order.is_pickup else _address(order),
        payment=_payment(order, payment, origin) if payment else None,
        parcels=[_parcel(row) for row in parcels],
    )


def _line(row: Any, currency: str) -> OrderLineOut:
    return OrderLineOut(
        sku=row.sku,
        title=row.product_title,
        variant_title=row.variant_title,
        image_url=row.image_url,
        quantity=row.quantity,
        fulfilled_quantity=row.fulfilled_quantity,
        unit_price=MoneyOut.of(Money(row.unit_amount, currency)),
        total=MoneyOut.of(Money(row.total_amount, currency)),
    )


def _address(order: Any) -> AddressOut:
    return AddressOut(
        recipient_name=order.recipient_name,
        phone=order.address_phone,
        address_line=order.address_line,
        **{name: getattr(order, name) for name in _PLACE},
    )


def _payment(order: Any, payment: Any, origin: str) -> PaymentOut:
    waits = payment.is_open and order.state == "OPEN"
    accounts = payments.bank_accounts() if waits and payment.method == "MANUAL_TRANSFER" else ()
    return PaymentOut(
        method=payment.method,
        state=payment.state,
        amount=MoneyOut.of(Money(payment.amount, payment.currency)),
        expires_at=payment.expires_at,
        pay_url=f"{origin}{reverse('storefront:pay', args=[order.token])}" if waits else "",
        redirect_url=(payment.redirect_url or None) if waits else None,
        bank_accounts=[
            BankAccountOut(bank=row.bank, number=row.number, holder=row.holder) for row in accounts
        ],
    )


def _parcel(row: Any) -> ParcelOut:
    return ParcelOut(**{name: getattr(row, name) for name in ParcelOut.model_fields})
