"""A story as the templates of a mail read it: rows of names and amounts, and absolute links.

Links are made from the stored hostnames of the store, never from a request.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.kernel import phones, regions
from core.kernel.models import StoreProfile
from core.notifications.kinds import Audience, Kind
from core.notifications.selectors.stories import Story
from core.orders.models import Order, OrderLine, OrderState, PaymentState
from tenants import hosts
from tenants.models import HostKind, Store


def facts(kind: Kind, story: Story, *, store: Store, shop: StoreProfile) -> dict[str, Any]:
    """What the templates of `kind` show. Call it in the reader's language and the store's time zone."""
    told: dict[str, Any] = {"kind": kind.code, "sender_name": store.name, "shop": shop}
    if kind.audience == Audience.SHOPPER:
        told |= _for_shopper(store, shop)
    else:
        told |= _for_staff(store)
    if story.order is not None:
        told |= _order_facts(story, story.order, store)
    if story.parcel is not None:
        told["parcel"] = story.parcel
        told["lines"] = [_line(line, quantity, amount=False) for line, quantity in story.sent]
    if story.shortages:
        told["shortages"] = list(story.shortages)
        told["shortage_count"] = story.shortage_count
        told["more_count"] = max(story.shortage_count - len(story.shortages), 0)
    return told | {"refund": story.refund}


def dashboard_url(store: Store, name: str, *args: str, query: str = "") -> str:
    """An absolute address in the store's dashboard."""
    path = reverse(name, urlconf=settings.DASHBOARD_URLCONF, args=args)
    return f"{hosts.store_origin(store, HostKind.DASHBOARD)}{path}{query}"


def order_page_url(store: Store, token: str) -> str:
    """The address at which a shopper follows an order without a login."""
    path = reverse("storefront:order", urlconf=settings.STOREFRONT_URLCONF, args=[token])
    return f"{hosts.store_origin(store, HostKind.STOREFRONT)}{path}"


def _for_shopper(store: Store, shop: StoreProfile) -> dict[str, Any]:
    return {
        "sender_address": _address_of(shop),
        "reason": _("You get this mail because you ordered at %(store)s.") % {"store": store.name},
        "shop_url": hosts.store_origin(store, HostKind.STOREFRONT),
        "contact_phone": _shown(shop.whatsapp_phone or shop.phone),
        "contact_email": shop.email,
    }


def _for_staff(store: Store) -> dict[str, Any]:
    return {
        "reason": _("You get this mail because you work for %(store)s.") % {"store": store.name},
        "choices_url": dashboard_url(store, "notifications:mine"),
        "stock_url": dashboard_url(store, "inventory:stock", query="?low=1"),
    }


def _order_facts(story: Story, order: Order, store: Store) -> dict[str, Any]:
    return {
        "order": order,
        "order_url": order_page_url(store, order.token),
        "dashboard_order_url": dashboard_url(store, "orders:detail", order.public_id),
        "lines": [_line(line, line.quantity) for line in story.lines],
        "sums": _sums(order),
        "address": _address_lines(order),
        "pay": _how_to_pay(story, order),
        "is_all_refunded": order.payment_state == PaymentState.REFUNDED,
        "was_paid": order.payment_state != PaymentState.UNPAID,
    }


def _how_to_pay(story: Story, order: Order) -> dict[str, Any] | None:
    """How an order that still waits for its money is paid; None for one that does not."""
    payment = story.payment
    if order.state != OrderState.OPEN or order.payment_state != PaymentState.UNPAID:
        return None
    if order.is_on_delivery:
        return {"way": "COD", "amount": order.total_amount}
    if payment is None or not payment.is_open:
        return None
    is_transfer = payment.method == "MANUAL_TRANSFER"
    return {
        "way": "TRANSFER" if is_transfer else "ONLINE",
        "amount": payment.amount,
        "unique_code": payment.unique_code_amount,
        "deadline": payment.expires_at,
        "accounts": list(story.accounts) if is_transfer else [],
    }


def _line(line: OrderLine, quantity: int, *, amount: bool = True) -> dict[str, Any]:
    return {
        "name": line.product_title,
        "options": line.variant_title,
        "quantity": quantity,
        "amount": line.unit_amount * quantity if amount else None,
    }


def _sums(order: Order) -> list[dict[str, Any]]:
    rows = [
        {"label": _("Subtotal"), "amount": order.subtotal_amount},
        {"label": order.shipping_method_name or _("Shipping"), "amount": order.shipping_amount},
        {"label": _("Discount"), "amount": -order.discount_amount, "optional": True},
        {"label": _("Unique code"), "amount": order.unique_code_amount, "optional": True},
        {"label": _("Total"), "amount": order.total_amount, "total": True},
    ]
    return [row for row in rows if row["amount"] or not row.get("optional")]


def _address_lines(order: Order) -> list[str]:
    """Where it goes, line by line; nothing for a pick-up."""
    if order.is_pickup:
        return []
    street = f"{order.address_line} ({order.landmark})" if order.landmark else order.address_line
    place = _joined([order.village, order.district, order.regency])
    rows = [order.recipient_name, street, place, f"{order.province} {order.postcode}".strip()]
    return [row for row in rows if row]


def _address_of(shop: StoreProfile) -> str:
    region = regions.find(shop.region_code) if shop.region_code else None
    return _joined([shop.address_line, region.label if region else shop.postcode])


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def _shown(phone: str) -> str:
    return phones.shown(phone) if phone else ""
