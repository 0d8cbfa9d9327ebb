"""The order list: narrowed, searched, newest first."""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Value
from django.utils import timezone

from core.kernel import paging
from core.kernel.statements import Statement
from core.orders import registry
from core.orders.models import (
    SEARCHED,
    FulfilmentState,
    Order,
    OrderLine,
    OrderState,
    PaymentState,
    SavedView,
)

MOST_IN_BULK = 500
# How many orders back a tag is offered again.
_RECENT = 500
_WAITING = (FulfilmentState.UNFULFILLED, FulfilmentState.PARTLY_FULFILLED)
_COVERED = Q(payment_state__in=[PaymentState.PAID, PaymentState.PARTLY_REFUNDED]) | Q(payment_method="COD")
_GONE = (FulfilmentState.FULFILLED, FulfilmentState.DELIVERED)
_UNPAID = Q(state=OrderState.OPEN, payment_state=PaymentState.UNPAID)

# What every store looks at daily. Their names are in showing.py, for they are shown.
VIEWS: dict[str, Q] = {
    "": Q(),
    "unpaid": _UNPAID & Q(payment_method="MANUAL_TRANSFER"),
    "to_ship": Q(state=OrderState.OPEN, fulfilment_state__in=_WAITING) & _COVERED,
    "on_the_way": Q(fulfilment_state=FulfilmentState.FULFILLED) & ~Q(state=OrderState.CANCELLED),
    "cash_due": _UNPAID & Q(payment_method="COD", fulfilment_state__in=_GONE),
    "to_refund": Q(
        state=OrderState.CANCELLED, payment_state__in=[PaymentState.PAID, PaymentState.PARTLY_REFUNDED]
    ),
    "closed": Q(state=OrderState.CLOSED),
    "cancelled": Q(state=OrderState.CANCELLED),
}
# What the numbers of the front page count; shown as a tab only while they are looked at.
BEHIND_NUMBERS: dict[str, Q] = {
    "placed": ~Q(state=OrderState.CANCELLED),
    "sold": ~Q(state=OrderState.CANCELLED)
    & Q(payment_state__in=[PaymentState.PAID, PaymentState.PARTLY_REFUNDED]),
}
COUNTED = ("unpaid", "to_ship", "cash_due", "to_refund")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is narrowed by. Days are in the time zone in force, both included."""

    view: str = ""
    q: str = ""
    number: str = ""
    state: str = ""
    payment: str = ""
    fulfilment: str = ""
    method: str = ""
    source: str = ""
    tag: str = ""
    customer: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list shows of an order. `goods` are the quantities and titles of its lines."""

    public_id: str
    number: str
    placed_at: datetime
    state: str
    payment_state: str
    fulfilment_state: str
    payment_method: str
    customer_name: str
    is_pickup: bool
    regency: str
    total_amount: int
    tags: list[str]
    note: str
    staff_note: str
    goods: tuple[tuple[int, str], ...]


_SHOWN = [field.name for field in fields(Listed) if field.name != "goods"]


def order_list(filters: OrderFilter) -> QuerySet[Order]:
    """The orders that pass every filter, with customer and lines; sorted by whoever pages them."""
    return _narrowed(filters).select_related("customer", "invoice").prefetch_related("lines")


def _narrowed(filters: OrderFilter) -> QuerySet[Order]:
    rows = Order.objects.filter((VIEWS | BEHIND_NUMBERS).get(filters.view, Q()))
    for told, column in _COLUMNS.items():
        if value := getattr(filters, told):
            rows = rows.filter(**{column: value})
    if filters.tag:
        rows = rows.filter(tags__contains=[filters.tag])
    if filters.since:
        rows = rows.filter(placed_at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(placed_at__lt=_end_of(filters.until))
    if filters.q.strip():
        rows = rows.filter(pk__in=found_orders(filters.q))
    return rows


_COLUMNS = {
    "number": "number__iexact",
    "state": "state",
    "payment": "payment_state",
    "fulfilment": "fulfilment_state",
    "method": "payment_method",
    "source": "source",
    "customer": "customer__public_id",
}


def order_page(filters: OrderFilter, *, after: str = "", limit: int = 25) -> tuple[list[Order], str | None]:
    """One page of the list, newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    return paging.page(order_list(filters), after=after, limit=limit, key="-placed_at")


def listed_orders(
    filters: OrderFilter, *, after: str = "", limit: int = 25
) -> tuple[list[Listed], str | None]:
    """The same page as the list shows it, a few columns of each order. Raises InvalidInput likewise."""
    rows = _narrowed(filters).values_list("pk", *_SHOWN, named=True)
    found, cursor = paging.page(rows, after=after, limit=limit, key="-placed_at")
    goods: dict[int, list[tuple[int, str]]] = {row.pk: [] for row in found}
    lines = OrderLine.objects.filter(order_id__in=list(goods)).order_by("pk")
    for order_id, quantity, title in lines.values_list("order_id", "quantity", "product_title"):
        goods[order_id].append((quantity, title))
    listed: Any = Listed
    return [listed(*row[1:], tuple(goods[row.pk])) for row in found], cursor


def chosen_orders(public_ids: list[str]) -> list[Order]:
    """The orders with these public ids, newest first, with their lines; unknown ones are left out."""
    rows = Order.objects.filter(public_id__in=public_ids[:MOST_IN_BULK])
    return list(
        rows.select_related("customer", "invoice").prefetch_related("lines").order_by("-placed_at", "-pk")
    )


def ids_in_list(filters: OrderFilter) -> list[str]:
    """The public ids of the newest orders in a filtered list, at most MOST_IN_BULK."""
    rows = _narrowed(filters).order_by("-placed_at", "-pk")
    return list(rows.values_list("public_id", flat=True)[:MOST_IN_BULK])


def found_orders(text: str) -> QuerySet:
    """Ids of the orders that `text` is about: number, name, phone, e-mail, SKU, product, amount, waybill.

    One arm per index; together they are a union, for one large OR would read every order.
    """
    text = " ".join(text.replace("\x00", "").split())[:100]
    arms: list[QuerySet] = [
        Order.objects.filter(**{f"{column}__icontains": text}).values("pk") for column in SEARCHED
    ]
    arms.append(
        OrderLine.objects.filter(Q(sku__icontains=text) | Q(product_title__icontains=text)).values("order_id")
    )
    arms += [arm for arm in (_by_amount(text), _by_phone(text)) if arm is not None]
    arms += [finder(text) for finder in registry.finders]
    return arms[0].union(*arms[1:])


def _by_phone(text: str) -> QuerySet | None:
    """0812-3456 finds +628123456."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 4 or not re.fullmatch(r"[\d\s()+.-]+", text):
        return None
    own = digits.removeprefix("62").lstrip("0")
    return Order.objects.filter(phone__icontains=own).values("pk") if len(own) >= 3 else None


def _by_amount(text: str) -> QuerySet | None:
    """Rp178.321, 178.321 and 178321 find the order of that total."""
    plain = re.fullmatch(r"(?:Rp\s?)?(\d{1,3}(?:[.,]\d{3})+|\d{3,15})", text, re.IGNORECASE)
    if plain is None:
        return None
    return Order.objects.filter(total_amount=int(re.sub(r"\D", "", plain[1]))).values("pk")


def view_counts() -> dict[str, int]:
    """How many orders wait in the views that ask for something, in one query."""
    [found] = _COUNTS.rows() or [(0,) * len(COUNTED)]
    return dict(zip(COUNTED, found, strict=True))


def _counting() -> QuerySet:
    # What is closed waits for nobody, and is most of a store's orders.
    alive = Order.objects.filter(Q(state=OrderState.OPEN) | VIEWS["to_refund"])
    counts = {name: Count("pk", filter=VIEWS[name]) for name in COUNTED}
    return alive.values(all=Value(1)).annotate(**counts).values_list(*COUNTED)


def saved_views() -> list[SavedView]:
    """The store's own views of the order list, by name."""
    return _SAVED_VIEWS.objects()


def known_tags(most: int = 50) -> list[str]:
    """Tags that recent orders carry, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_TAGS, [_RECENT, most])
        return [tag for (tag,) in cursor.fetchall()]


# Every look at the list asks these: to write them anew takes longer than to answer them.
_COUNTS = Statement(_counting)
_SAVED_VIEWS = Statement(lambda: SavedView.objects.order_by("name"))
# Looking for orders with tags would read all of them in a store that has none.
_TAGS = """
SELECT DISTINCT unnest(tags) AS tag
FROM (SELECT tags FROM orders_order ORDER BY placed_at DESC, id DESC LIMIT %s) AS recent
ORDER BY tag LIMIT %s
"""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return _midnight(date.fromordinal(min(day.toordinal() + 1, date.max.toordinal())))
