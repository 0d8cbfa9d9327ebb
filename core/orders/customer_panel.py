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
    found, more = selectors.listed_orders(
        selectors.OrderFilter(customer=customer.public_id), limit=MOST_SHOWN
    )
    return Panel(
        "dashboard/orders/of_customer.html",
        {
            "rows": showing.rows_of(found),
            "has_more": more is not None,
            "search": customer.phone or customer.email,
        },
    )
