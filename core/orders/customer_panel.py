"""What orders bring to the page of a customer: what they bought here."""

from core.customers.models import Customer
from core.customers.registry import panels
from core.kernel.panels import Panel, Viewing
from core.orders import selectors, showing
from tenants.permissions import Permission

MOST_SHOWN = 20


@panels.fill("orders")
def orders_of(customer: Customer, viewing: Viewing) -> Panel | None:
    """The latest orders of a customer, for members who may see orders."""
    if not viewing.actor.may(Permission.VIEW_ORDERS):
        return None
    rows, more = selectors.order_page(selectors.OrderFilter(customer=customer.public_id), limit=MOST_SHOWN)
    shown = [showing.row_of(order) for order in rows]
    return Panel(
        "dashboard/orders/of_customer.html",
        {"rows": shown, "has_more": more is not None, "search": customer.phone or customer.email},
    )
