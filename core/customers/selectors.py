"""Read customers."""

from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.customers.models import Address, Customer
from core.kernel import paging
from core.kernel.errors import NotFound

# What a list may be sorted by -> the column that pages it.
SORTS = {
    "newest": "-pk",
    "recent": "-last_sort",
    "spent": "-spent_amount",
    "orders": "-order_count",
    "name": "name",
}


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What the list is narrowed by; `marketing` keeps those who agreed to it."""

    q: str = ""
    tag: str = ""
    marketing: bool = False
    sort: str = "newest"


def customer_list(*, query: str = "", tag: str = "", marketing: bool = False) -> QuerySet[Customer]:
    """Customers whose name, phone or e-mail contains `query`."""
    rows = Customer.objects.all()
    if tag:
        rows = rows.filter(tags__contains=[tag])
    if marketing:
        rows = rows.filter(accepts_marketing=True)
    query = query.replace("\x00", "").strip()
    if not query:
        return rows
    digits = "".join(sign for sign in query if sign.isdigit()).removeprefix("62").lstrip("0")
    found = Q(name__icontains=query) | Q(email__icontains=query)
    if len(digits) >= 4:
        found |= Q(phone__contains=digits)
    return rows.filter(found)


def customer_rows(
    filters: CustomerFilter, *, after: str = "", limit: int = 25
) -> tuple[list[Customer], str | None]:
    """One page of the list in the chosen order, and the next cursor. Raises InvalidInput."""
    rows = customer_list(query=filters.q, tag=filters.tag, marketing=filters.marketing)
    # Somebody who never ordered stands where they came in.
    rows = rows.annotate(last_sort=Coalesce("last_order_at", "created_at"))
    return paging.page(rows, after=after, limit=limit, key=SORTS.get(filters.sort, "-pk"))


def customer_page(public_id: str) -> Customer:
    """One customer with the addresses used so far, latest first. Raises NotFound."""
    latest_first = Address.objects.order_by(F("last_used_at").desc(nulls_last=True), "-pk")
    rows = Customer.objects.prefetch_related(Prefetch("addresses", latest_first))
    customer = rows.filter(public_id=public_id).first()
    if customer is None:
        raise NotFound(_("There is no such customer."))
    return customer


def known_tags(most: int = 50) -> list[str]:
    """Tags that customers carry, by name."""
    tagged = Customer.objects.exclude(tags=[]).order_by("-pk").values_list("tags", flat=True)[:500]
    return sorted({tag for tags in tagged for tag in tags})[:most]
