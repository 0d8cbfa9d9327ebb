"""Orders in the shapes that pages and messages ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.kernel import phones
from core.kernel.formats import format_money
from core.orders import registry
from core.orders.models import FulfilmentState, Order, OrderSource, OrderState, PaymentState, SavedView
from core.orders.selectors import BEHIND_NUMBERS, VIEWS, Listed
from tenants import hosts
from tenants.context import require_store
from tenants.models import HostKind

VIEW_NAMES = {
    "": gettext_lazy("All"),
    "unpaid": gettext_lazy("Transfers to confirm"),
    "to_ship": gettext_lazy("To ship"),
    "on_the_way": gettext_lazy("On the way"),
    "cash_due": gettext_lazy("COD money to confirm"),
    "to_refund": gettext_lazy("To refund"),
    "closed": gettext_lazy("Completed"),
    "cancelled": gettext_lazy("Cancelled"),
    "placed": gettext_lazy("Not cancelled"),
    "sold": gettext_lazy("Sold"),
}
_TONES: dict[str, dict[str, str]] = {
    "state": {OrderState.OPEN: "neutral", OrderState.CLOSED: "success", OrderState.CANCELLED: "danger"},
    "payment_state": {
        PaymentState.UNPAID: "warning",
        PaymentState.PAID: "success",
        PaymentState.PARTLY_REFUNDED: "info",
        PaymentState.REFUNDED: "neutral",
    },
    "fulfilment_state": {
        FulfilmentState.UNFULFILLED: "warning",
        FulfilmentState.PARTLY_FULFILLED: "info",
        FulfilmentState.FULFILLED: "info",
        FulfilmentState.DELIVERED: "success",
    },
}
_LABELS: dict[str, dict[str, Any]] = {
    "state": dict(OrderState.choices),
    "payment_state": dict(PaymentState.choices),
    "fulfilment_state": dict(FulfilmentState.choices),
}
# The columns of the order, by the names that the filters have.
_CHIP_WORDS: dict[str, Mapping[str, Any]] = {
    "state": dict(OrderState.choices),
    "payment": dict(PaymentState.choices),
    "fulfilment": dict(FulfilmentState.choices),
    "source": dict(OrderSource.choices),
    "method": registry.payment_methods,
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in one word and one tone."""

    label: str
    tone: str


def brief_badges(order: Order | Listed) -> tuple[Badge, ...]:
    """As few states as tell where an order stands: a closed one is paid and delivered."""
    if order.state != OrderState.CLOSED:
        return tuple(badges(order))
    axes = ["state"] if order.payment_state == PaymentState.PAID else ["state", "payment_state"]
    return tuple(badge_of(order, axis) for axis in axes)


def badges(order: Order | Listed) -> list[Badge]:
    """The three states of an order; one that says nothing now is left out."""
    axes = ["state"] if order.state != OrderState.OPEN else []
    if order.state != OrderState.CANCELLED or order.payment_state != PaymentState.UNPAID:
        axes.append("payment_state")
    if order.state != OrderState.CANCELLED:
        axes.append("fulfilment_state")
    return [badge_of(order, axis) for axis in axes]


def badge_of(order: Order | Listed, axis: str) -> Badge:
    """One state of an order."""
    return _badge(axis, getattr(order, axis), order.payment_method == "COD", translation.get_language())


@lru_cache(maxsize=256)
def _badge(axis: str, value: str, is_on_delivery: bool, language: str | None) -> Badge:
    if axis == "payment_state" and value == PaymentState.UNPAID and is_on_delivery:
        return Badge(_("COD"), _TONES[axis][value])
    return Badge(str(_LABELS[axis][value]), _TONES[axis][value])


@dataclass(frozen=True, slots=True)
class Row:
    """One order in a list."""

    public_id: str
    number: str
    url: str
    placed_at: datetime
    customer: str
    place: str
    goods: str
    units: int
    amount: int
    badges: tuple[Badge, ...]
    method: str
    tags: tuple[str, ...]
    has_note: bool


def rows_of(orders: Iterable[Order | Listed]) -> list[Row]:
    """Orders with their lines loaded, as a list shows them."""
    base = reverse("orders:list")
    return [_row(order, base) for order in orders]


def _row(order: Order | Listed, base: str) -> Row:
    goods = order.goods if isinstance(order, Listed) else _goods_of(order)
    return Row(
        public_id=order.public_id,
        number=order.number,
        url=f"{base}{order.public_id}/",
        placed_at=order.placed_at,
        customer=order.customer_name,
        place=_("Pick-up") if order.is_pickup else order.regency,
        goods=_named(goods),
        units=sum(quantity for quantity, _title in goods),
        amount=order.total_amount,
        badges=brief_badges(order),
        method=method_name(order.payment_method),
        tags=tuple(order.tags),
        has_note=bool(order.note or order.staff_note),
    )


def _goods_of(order: Order) -> list[tuple[int, str]]:
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    return [(line.quantity, line.product_title) for line in lines]


def _named(goods: Sequence[tuple[int, str]]) -> str:
    if not goods:
        return ""
    quantity, title = goods[0]
    return f"{quantity}× {title} +{len(goods) - 1}" if goods[1:] else f"{quantity}× {title}"


def method_name(code: str) -> str:
    """A way to pay in words."""
    return _named_method(code, translation.get_language())


@lru_cache(maxsize=256)
def _named_method(code: str, language: str | None) -> str:
    return str(registry.payment_methods.get(code, code))


@dataclass(frozen=True, slots=True)
class Tab:
    """One view over the list; `id` is that of a saved one."""

    label: str
    url: str
    active: bool
    count: int | str = ""
    id: str = ""


def view_tabs(
    base: str, told: Mapping[str, str], counts: Mapping[str, int], saved: Sequence[SavedView]
) -> tuple[Tab, ...]:
    """The tabs over the list: the daily views, then the store's own."""
    here = urlencode(sorted(told.items()))
    at = None if _is_saved(here, saved) else told.get("view", "")
    looked_at = [name for name in BEHIND_NUMBERS if told.get("view") == name]
    daily = [
        Tab(
            str(VIEW_NAMES[name]),
            f"{base}?view={name}" if name else base,
            name == at,
            counts.get(name) or "",
        )
        for name in [*VIEWS, *looked_at]
    ]
    own = [
        Tab(view.name, f"{base}?{view.query}", is_same(view.query, here), id=view.public_id) for view in saved
    ]
    return (*daily, *own)


def _is_saved(here: str, saved: Sequence[SavedView]) -> bool:
    return any(is_same(view.query, here) for view in saved)


def is_same(query: str, here: str) -> bool:
    """Whether two addresses narrow the list alike."""
    return sorted(query.split("&")) == sorted(here.split("&"))


def chips(base: str, told: Mapping[str, str]) -> list[dict[str, Any]]:
    """The filters that are on; each links to the list without it."""
    return [
        {"label": _chip(name, value), "url": with_query(base, told, **{name: ""}), "on": True}
        for name, value in told.items()
        if name != "view"
    ]


def _chip(name: str, value: str) -> str:
    if name in _CHIP_WORDS:
        return str(_CHIP_WORDS[name].get(value, value))
    words = {
        "tag": _("Tag: %(value)s"),
        "since": _("From %(value)s"),
        "until": _("Until %(value)s"),
        "q": _("“%(value)s”"),
    }
    return words[name] % {"value": value}


def with_query(base: str, told: Mapping[str, str], **changes: str) -> str:
    """The address of the same list with some parameters changed; empty ones are left away."""
    query = {name: value for name, value in {**told, **changes}.items() if value}
    return f"{base}?{urlencode(query)}" if query else base


def sums(order: Order) -> list[dict[str, Any]]:
    """The sums of an order, as components/key_values.html asks for them."""
    rows = [
        {"label": _("Subtotal"), "amount": order.subtotal_amount},
        {"label": _("Shipping"), "amount": order.shipping_amount},
        {"label": _("Discount"), "amount": -order.discount_amount},
        {"label": _("Unique code"), "amount": order.unique_code_amount},
        {"label": _("Total"), "amount": order.total_amount, "total": True},
        {"label": _("Refunded"), "amount": -order.refunded_amount, "loss": True},
    ]
    always = (_("Subtotal"), _("Shipping"), _("Total"))
    return [row for row in rows if row["amount"] or row["label"] in always]


def address(order: Order) -> dict[str, str] | None:
    """Where an order goes, as components/address.html asks for it; None for a pick-up."""
    if order.is_pickup:
        return None
    names = ("landmark", "village", "district", "regency", "province", "postcode")
    return {
        "recipient": order.recipient_name,
        "phone": order.address_phone,
        "street": order.address_line,
        **{name: getattr(order, name) for name in names},
    }


def status_url(order: Order) -> str:
    """The shopper's own page of an order, on the storefront's stored address."""
    path = reverse("storefront:order", urlconf=settings.STOREFRONT_URLCONF, args=[order.token])
    return hosts.store_origin(require_store(), HostKind.STOREFRONT) + path


def whatsapp_url(order: Order, link: str) -> str:
    """A chat with the shopper, with a text that fits where the order stands; "" without a mobile number."""
    if not order.phone or not phones.is_mobile(order.phone):
        return ""
    with translation.override(order.language):
        return phones.whatsapp_link(order.phone, _message(order, link))


def _message(order: Order, link: str) -> str:
    told = {
        "name": order.customer_name,
        "number": order.number,
        "amount": format_money(order.total_amount, order.currency),
        "store": require_store().name,
        "link": link,
    }
    if order.state == OrderState.CANCELLED:
        text = _("Hello %(name)s, your order %(number)s at %(store)s was cancelled. Details: %(link)s")
    elif order.fulfilment_state in (FulfilmentState.FULFILLED, FulfilmentState.DELIVERED):
        text = _(
            "Hello %(name)s, your order %(number)s from %(store)s is on its way. Follow it here: %(link)s"
        )
    elif order.payment_state == PaymentState.UNPAID and not order.is_on_delivery:
        text = _(
            "Hello %(name)s, thank you for your order %(number)s at %(store)s. "
            "The total is %(amount)s. How to pay: %(link)s"
        )
    else:
        text = _("Hello %(name)s, thank you for your order %(number)s at %(store)s. Follow it here: %(link)s")
    return text % told


def cancel_says(order: Order) -> list[str]:
    """What cancelling does, in numbers."""
    units = sum(line.quantity for line in order.lines.all())
    says = [
        ngettext("%(units)s unit is set free.", "%(units)s units are set free.", units) % {"units": units}
    ]
    paid = order.total_amount - order.refunded_amount
    if order.payment_state in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED):
        says.append(
            _("%(amount)s was paid. After cancelling, refund it in the payment panel.")
            % {"amount": format_money(paid, order.currency)}
        )
    elif order.state == OrderState.OPEN:
        says.append(_("Nothing was paid. An open payment is called off."))
    return says
