"""What must be true of orders, their invoices, and the customers' figures."""

from collections.abc import Iterable, Iterator

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Substr

from core.customers.models import Customer
from core.inventory import selectors as inventory
from core.kernel import sequences
from core.kernel.invariants import MOST_PER_RULE, Finding, differing, invariant
from core.orders.models import FulfilmentState, Invoice, Order, OrderLine, OrderState, PaymentState
from core.orders.services.placing import FIRST_NUMBER

_NO_LINES = Value(0)


@invariant("INV-2.1", "an order's subtotal is the sum of its lines")
def lines_add_up() -> Iterable[Finding]:
    """Shopper, invoice and report add up the same lines."""
    total = Coalesce(Sum("lines__total_amount"), _NO_LINES)
    return differing(Order.objects.all(), subject="number", expected=total, found="subtotal_amount")


@invariant("INV-2.2", "an order's total is its subtotal, shipping and unique code less the discount")
def amounts_add_up() -> Iterable[Finding]:
    """The database refuses this as well."""
    parts = F("subtotal_amount") + F("shipping_amount") - F("discount_amount") + F("unique_code_amount")
    return differing(Order.objects.all(), subject="number", expected=parts, found="total_amount")


@invariant("INV-2.3", "a line's total is its price times its quantity")
def prices_add_up() -> Iterable[Finding]:
    """The database refuses this as well."""
    product = F("unit_amount") * F("quantity")
    return differing(OrderLine.objects.all(), subject="order__number", expected=product, found="total_amount")


@invariant("INV-2.4", "invoices are numbered without gaps")
def invoices_have_no_gaps() -> Iterator[Finding]:
    """The tax office asks for every number that was given out."""
    issued = dict(
        Invoice.objects.order_by()
        .values_list(Substr("number", 5, 4))
        .annotate(count=Count("pk"))
        .values_list("substr1", "count")
    )
    given = {name.removeprefix("invoice-"): last for name, last in sequences.given_out("invoice-").items()}
    for year in sorted(issued.keys() | given.keys()):
        if issued.get(year, 0) != given.get(year, 0):
            yield f"invoices of {year}", given.get(year, 0), issued.get(year, 0)


@invariant("INV-2.5", "a customer's figures are those of their orders")
def customers_are_counted() -> Iterable[Finding]:
    """How many orders, and what was paid less what went back."""
    paid = ~Q(orders__payment_state=PaymentState.UNPAID)
    kept = Sum(F("orders__total_amount") - F("orders__refunded_amount"), filter=paid)
    rows = Customer.objects.annotate(count=Count("orders"), kept=Coalesce(kept, 0))
    wrong = rows.exclude(order_count=F("count"), spent_amount=F("kept")).order_by("pk")
    told = wrong.values_list("public_id", "count", "kept", "order_count", "spent_amount")[:MOST_PER_RULE]
    return ((who, f"{count} orders, {kept}", f"{n} orders, {spent}") for who, count, kept, n, spent in told)


@invariant("INV-1.7", "an open order is promised what it has still to send, any other order nothing")
def orders_hold_their_stock() -> Iterable[Finding]:
    """A cancelled order that holds units keeps them from being sold."""
    promised = inventory.outstanding_units().filter(reference=OuterRef("number")).values("units")
    left = Coalesce(Sum(F("lines__quantity") - F("lines__fulfilled_quantity")), 0)
    rows = Order.objects.annotate(left=left)
    expected = Case(When(state=OrderState.OPEN, then=F("left")), default=Value(0))
    return differing(rows, subject="number", expected=expected, found=Coalesce(Subquery(promised), 0))


@invariant("INV-3.1", "an order is as far as its lines say")
def lines_are_as_far() -> Iterable[Finding]:
    """Not shipped with units gone, or shipped with units left."""
    rows = Order.objects.annotate(
        wanted=Coalesce(Sum("lines__quantity"), 0), gone=Coalesce(Sum("lines__fulfilled_quantity"), 0)
    )
    in_full = Q(fulfilment_state__in=(FulfilmentState.FULFILLED, FulfilmentState.DELIVERED))
    wrong = rows.filter(
        Q(fulfilment_state=FulfilmentState.UNFULFILLED, gone__gt=0)
        | Q(Q(gone=0) | Q(gone__gte=F("wanted")), fulfilment_state=FulfilmentState.PARTLY_FULFILLED)
        | (in_full & Q(gone__lt=F("wanted")))
    )
    told = wrong.order_by("pk").values_list("number", "gone", "wanted", "fulfilment_state")[:MOST_PER_RULE]
    return ((number, f"{gone} of {wanted} gone", state) for number, gone, wanted, state in told)


@invariant("INV-7.1", "every order number that was given out is an order")
def orders_have_no_gaps() -> Iterator[Finding]:
    """An order that a shopper was told about must be there."""
    last = sequences.given_out("order").get("order", FIRST_NUMBER - 1)
    given, there = last - FIRST_NUMBER + 1, Order.objects.count()
    if given != there:
        yield "orders", given, there
