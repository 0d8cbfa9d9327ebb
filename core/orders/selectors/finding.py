"""Find one order by what the asker knows of it."""

from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from core.orders.models import Order


def order_by_token(token: str) -> Order:
    """The order that a status page's secret opens, with its lines. Raises NotFound."""
    return _one(token=token)


def order_by_public_id(public_id: str) -> Order:
    """One order with its lines. Raises NotFound."""
    return _one(public_id=public_id)


def _one(**known: str) -> Order:
    order = Order.objects.prefetch_related("lines").filter(**known).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order
