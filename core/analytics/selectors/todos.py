"""What waits for a person, each with the list that shows exactly these rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.analytics.places import address
from core.catalog import selectors as catalog
from core.catalog.models import Media, MediaState, ProductStatus
from core.inventory import selectors as inventory
from core.orders import selectors as orders
from tenants import worklist
from tenants.context import require_store
from tenants.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a person. `code` is stable."""

    code: str
    label: str
    count: int
    url: str
    icon: str
    tone: str = ""


def todos(actor: Actor) -> list[Todo]:
    """What `actor` can do something about, most urgent first; nothing that is zero."""
    entries: list[Todo] = []
    if actor.may(Permission.VIEW_ORDERS):
        entries += _of_orders(orders.view_counts(), actor)
    if actor.may(Permission.VIEW_JOBS):
        entries.append(_failed_work())
    if actor.may(Permission.VIEW_STOCK):
        url = address("inventory:stock", low="1")
        entries.append(
            Todo("low_stock", _("SKUs low in stock"), inventory.low_count(), url, "triangle-alert")
        )
    if actor.may(Permission.EDIT_PRODUCTS):
        entries += _of_products(catalog.status_counts())
    return [entry for entry in entries if entry.count]


def _of_orders(waiting: Mapping[str, int], actor: Actor) -> list[Todo]:
    confirm, ship, refund = (
        Permission.CONFIRM_PAYMENTS,
        Permission.FULFIL_ORDERS,
        Permission.REFUND_PAYMENTS,
    )
    rows: list[tuple[str, str, Any, str, Permission]] = [
        ("unpaid", "transfers_to_confirm", _("Transfers to confirm"), "banknote", confirm),
        ("to_ship", "orders_to_ship", _("Orders to ship"), "truck", ship),
        ("cash_due", "cash_to_confirm", _("COD money to confirm"), "hand-coins", confirm),
        ("to_refund", "orders_to_refund", _("Cancelled orders to refund"), "undo-2", refund),
    ]
    return [
        Todo(code, label, waiting.get(view, 0), address("orders:list", view=view), icon)
        for view, code, label, icon, needed in rows
        if actor.may(needed)
    ]


def _failed_work() -> Todo:
    failed = worklist.counts(require_store()).failed
    url = address("work:list", show="failed")
    return Todo("failed_work", _("Background work that failed"), failed, url, "activity", "danger")


def _of_products(counted: Mapping[str, int]) -> list[Todo]:
    refused = list(
        Media.objects.filter(state=MediaState.REFUSED, product__isnull=False)
        .order_by("pk")
        .values_list("product__public_id", flat=True)
    )
    entries = [
        Todo(
            "drafts",
            _("Drafts to publish"),
            counted.get(ProductStatus.DRAFT, 0),
            address("catalog:list", status=str(ProductStatus.DRAFT)),
            "pencil",
        )
    ]
    if refused:
        url = address("catalog:pictures", refused[0])
        entries.insert(
            0, Todo("refused_pictures", _("Pictures that were refused"), len(refused), url, "image")
        )
    return entries
