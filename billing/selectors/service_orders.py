"""Services that can be ordered, and the orders."""

from django.db.models import QuerySet

from billing.models import Service, ServiceOrder, ServiceOrderState
from tenants import context
from tenants.models import Store

OPEN = (ServiceOrderState.ORDERED, ServiceOrderState.CONFIRMED, ServiceOrderState.IN_PROGRESS)


def offered() -> list[Service]:
    """What can be ordered."""
    with context.in_public():
        return list(Service.objects.filter(is_offered=True).order_by("position", "pk"))


def orders_of(store: Store, most: int = 20) -> list[ServiceOrder]:
    """A store's orders, newest first."""
    with context.in_public():
        rows = ServiceOrder.objects.select_related("service", "invoice").filter(store_id=store.pk)
        return list(rows.order_by("-pk")[:most])


def waiting(*, is_open: bool, most: int = 100) -> list[ServiceOrder]:
    """Orders of every store: those that wait or run, oldest first, or those that are over, newest first."""
    rows: QuerySet[ServiceOrder] = ServiceOrder.objects.select_related("service", "store", "invoice")
    if is_open:
        return list(rows.filter(state__in=OPEN).order_by("pk")[:most])
    return list(rows.exclude(state__in=OPEN).order_by("-changed_at", "-pk")[:most])
