"""Read customers."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.customers.models import Customer
from core.kernel.errors import NotFound


def customer_list(*, query: str = "", tag: str = "") -> QuerySet[Customer]:
    """Customers whose name, phone or e-mail contains `query`."""
    rows = Customer.objects.all()
    if tag:
        rows = rows.filter(tags__contains=[tag])
    if not query:
        return rows
    digits = "".join(sign for sign in query if sign.isdigit()).lstrip("0")
    found = Q(name__icontains=query) | Q(email__icontains=query)
    if len(digits) >= 4:
        found |= Q(phone__contains=digits)
    return rows.filter(found)


def customer_page(public_id: str) -> Customer:
    """One customer with the addresses used so far. Raises NotFound."""
    customer = Customer.objects.prefetch_related("addresses").filter(public_id=public_id).first()
    if customer is None:
        raise NotFound(_("There is no such customer."))
    return customer
