"""What stands on packing slips and invoices, as plain JSON for the templates of templates/pdf."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.kernel import phones
from core.kernel.formats import format_datetime, format_day, format_money
from core.orders import registry
from core.orders.models import Invoice, Order, OrderLine, PaymentState
from tenants.context import require_store


def invoice_of(order: Order) -> Invoice | None:
    """The invoice of an order; None while it has none."""
    return Invoice.objects.filter(order=order).first()


def packing_slips(orders: Sequence[Order]) -> dict[str, Any]:
    """One slip per order, in the reader's language: whoever packs reads it."""
    return {
        "words": _slip_words(),
        "language": translation.get_language() or "id",
        "store": require_store().name,
        "slips": [_slip(order) for order in orders],
    }


def _slip_words() -> dict[str, str]:
    return {
        "title": _("Packing slip"),
        "to": _("Ship to"),
        "pickup": _("Pick-up at the store"),
        "courier": _("Shipping"),
        "placed": _("Ordered"),
        "payment": _("Payment"),
        "sku": _("SKU"),
        "product": _("Product"),
        "quantity": _("Qty"),
        "packed": _("Packed"),
        "units": _("Units"),
        "weight": _("Weight"),
        "note": _("Note of the shopper"),
    }


def _slip(order: Order) -> dict[str, Any]:
    lines = _to_pack(order)
    return {
        "number": order.number,
        "placed": format_datetime(timezone.localtime(order.placed_at), translation.get_language() or "id"),
        "is_pickup": order.is_pickup,
        "recipient": order.recipient_name or order.customer_name,
        "phone": phones.readable(order.address_phone or order.phone),
        "address": address_lines(order),
        "shipping": order.shipping_method_name,
        "payment": _how_paid(order),
        "collect": format_money(order.total_amount) if _is_cash_due(order) else "",
        "lines": [
            {
                "sku": line.sku,
                "title": line.product_title,
                "variant": line.variant_title,
                "quantity": quantity,
            }
            for line, quantity in lines
        ],
        "units": sum(quantity for _line, quantity in lines),
        "weight": f"{order.weight_grams:,} g".replace(",", "."),
        "note": order.note,
    }


def _to_pack(order: Order) -> list[tuple[OrderLine, int]]:
    """What is left to send; for an order that has gone, everything, so that a slip can be printed again."""
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    left = [(line, line.left_quantity) for line in lines if line.left_quantity]
    return left or [(line, line.quantity) for line in lines]


def _is_cash_due(order: Order) -> bool:
    return order.is_on_delivery and order.payment_state == PaymentState.UNPAID


def _how_paid(order: Order) -> str:
    method = str(registry.payment_methods.get(order.payment_method, order.payment_method))
    return f"{method} · {PaymentState(order.payment_state).label}"


def address_lines(place: Any) -> list[str]:
    """The lines of an address below the name; `place` is an order, or a mapping of the same names."""
    told = place if isinstance(place, dict) else {name: getattr(place, name) for name in _PLACE}
    street = told["address_line"] + (f" ({told['landmark']})" if told["landmark"] else "")
    area = ", ".join(filter(None, [told["village"], told["district"], told["regency"]]))
    return [line for line in (street, area, f"{told['province']} {told['postcode']}".strip()) if line]


_PLACE = ("address_line", "landmark", "village", "district", "regency", "province", "postcode")


def invoice_papers(invoices: Sequence[Invoice]) -> dict[str, Any]:
    """One invoice per page, each in the language its buyer ordered in, from what was frozen."""
    return {"invoices": [_invoice(invoice) for invoice in invoices]}


def _invoice(invoice: Invoice) -> dict[str, Any]:
    frozen = invoice.snapshot
    language = frozen["order"]["language"]
    with translation.override(language):
        return {
            "words": _invoice_words(),
            "language": language,
            "number": invoice.number,
            "issued": format_day(timezone.localtime(invoice.issued_at).date(), language),
            "seller": _seller(frozen["seller"]),
            "buyer": _buyer(frozen),
            "facts": _facts(frozen["order"], language),
            "lines": [_priced(line, frozen["order"]["currency"]) for line in frozen["lines"]],
            "sums": _sums(frozen["sums"], frozen["order"]["currency"]),
            "state": _state_word(invoice.order),
            "note": _("Made by computer and valid without a signature."),
        }


def _invoice_words() -> dict[str, str]:
    return {
        "title": _("Invoice"),
        "date": _("Date"),
        "from": _("From"),
        "to": _("Billed to"),
        "product": _("Product"),
        "quantity": _("Qty"),
        "price": _("Price"),
        "amount": _("Amount"),
        "page": _("Page"),
    }


def _seller(frozen: dict[str, str]) -> dict[str, Any]:
    name = frozen["legal_name"] or frozen["name"]
    trade = frozen["name"] if frozen["legal_name"] and frozen["legal_name"] != frozen["name"] else ""
    lines = [trade, frozen["address"], phones.readable(frozen["phone"]), frozen["email"]]
    return {"name": name, "lines": [line for line in lines if line]}


def _buyer(frozen: dict[str, Any]) -> dict[str, Any]:
    buyer, place = frozen["buyer"], frozen["address"]
    lines = [*(address_lines(place) if place["address_line"] else []), phones.readable(buyer["phone"])]
    return {"name": buyer["name"], "lines": [line for line in [*lines, buyer["email"]] if line]}


def _facts(order: dict[str, Any], language: str) -> list[list[str]]:
    placed = timezone.localtime(datetime.fromisoformat(order["placed_at"]))
    method = str(registry.payment_methods.get(order["payment_method"], order["payment_method"]))
    return [
        [_("Order number"), order["number"]],
        [_("Ordered"), format_day(placed.date(), language)],
        [_("Payment"), method],
        [_("Shipping"), order["shipping_method_name"] or "-"],
    ]


def _priced(line: dict[str, Any], currency: str) -> dict[str, str]:
    return {
        "title": line["title"],
        "variant": " · ".join(filter(None, [line["variant"], line["sku"]])),
        "quantity": str(line["quantity"]),
        "price": format_money(line["unit_amount"], currency),
        "amount": format_money(line["total_amount"], currency),
    }


def _sums(sums: dict[str, int], currency: str) -> list[dict[str, Any]]:
    rows = [
        (_("Subtotal"), sums["subtotal_amount"], True),
        (_("Shipping"), sums["shipping_amount"], True),
        (_("Discount"), -sums["discount_amount"], False),
        (_("Unique code"), sums["unique_code_amount"], False),
    ]
    shown = [
        {"label": label, "amount": format_money(amount, currency), "total": False}
        for label, amount, always in rows
        if amount or always
    ]
    return [
        *shown,
        {"label": _("Total"), "amount": format_money(sums["total_amount"], currency), "total": True},
    ]


def _state_word(order: Order) -> str:
    return str(PaymentState(order.payment_state).label)
