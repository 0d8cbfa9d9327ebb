"""What the palette finds: orders, products, customers and pages, each only for those who may see it."""

from dataclasses import dataclass, field

from django.db.models import F
from django.utils.translation import gettext as _

from core.analytics.places import PLACES, address
from core.catalog import selectors as catalog
from core.customers import selectors as customers
from core.kernel import phones
from core.kernel.formats import format_money
from core.orders import selectors as orders
from tenants.permissions import Actor, Permission

MOST_PER_GROUP = 5
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    title: str
    note: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Things of one kind; `more_url` is the list with the same words in its search field."""

    code: str
    label: str
    hits: list[Hit] = field(default_factory=list)
    more_url: str = ""


def found(text: str, *, actor: Actor) -> list[HitGroup]:
    """Everything in the store that `text` may mean to `actor`, at most five of a kind; empty groups left out.

    Without text, the pages that can be gone to.
    """
    typed = " ".join(text.replace("\x00", " ").split())[:100]
    groups = [_pages(typed, actor)]
    if len(typed) >= SHORTEST:
        groups = [*_things(typed, actor), *groups]
    # Enter opens the first hit: what is called so comes before what only contains it.
    groups.sort(key=lambda group: not any(typed.lower() in hit.title.lower() for hit in group.hits))
    return [group for group in groups if group.hits]


def _things(typed: str, actor: Actor) -> list[HitGroup]:
    groups = []
    if actor.may(Permission.VIEW_ORDERS):
        groups.append(_orders(typed))
    if actor.may(Permission.VIEW_PRODUCTS):
        groups.append(_products(typed))
    if actor.may(Permission.VIEW_CUSTOMERS):
        groups.append(_customers(typed))
    return groups


def _orders(typed: str) -> HitGroup:
    rows = orders.order_list(orders.OrderFilter(q=typed)).select_related(None).prefetch_related(None)
    hits = [
        Hit(
            row.number,
            f"{row.customer_name} · {format_money(row.total_amount, row.currency)} · "
            f"{row.get_payment_state_display()}",
            address("orders:detail", row.public_id),
            "shopping-bag",
        )
        for row in rows.order_by("-placed_at", "-pk")[:MOST_PER_GROUP]
    ]
    return HitGroup("orders", _("Orders"), hits, _more("orders:list", typed, hits))


def _products(typed: str) -> HitGroup:
    rows = (
        catalog.filtered(catalog.ProductFilters(query=typed))
        .defer("description", "search_vector", "search_text")
        .order_by(F("relevance").desc(), "-pk")
    )
    hits = [
        Hit(
            row.title,
            f"{row.get_status_display()} · {format_money(row.price_min_amount)}",
            address("catalog:edit", row.public_id),
            "tag",
        )
        for row in rows[:MOST_PER_GROUP]
    ]
    return HitGroup("products", _("Products"), hits, _more("catalog:list", typed, hits))


def _customers(typed: str) -> HitGroup:
    rows = customers.customer_list(query=typed).order_by(F("last_order_at").desc(nulls_last=True), "-pk")
    hits = [
        Hit(
            row.name,
            phones.shown(row.phone) if row.phone else row.email,
            address("customers:detail", row.public_id),
            "users",
        )
        for row in rows[:MOST_PER_GROUP]
    ]
    return HitGroup("customers", _("Customers"), hits, _more("customers:list", typed, hits))


def _pages(typed: str, actor: Actor) -> HitGroup:
    """Pages whose name or other words begin like what was typed; without words, the daily ones."""
    words = typed.lower().split()
    hits = [
        Hit(str(place.name), str(place.note), place.url(), place.icon)
        for place in PLACES
        if actor.may(place.permission) and place.fits(words)
    ]
    return HitGroup("pages", _("Go to"), hits if words else hits[:MOST_PER_GROUP])


def _more(route: str, typed: str, hits: list[Hit]) -> str:
    return address(route, q=typed) if len(hits) == MOST_PER_GROUP else ""
