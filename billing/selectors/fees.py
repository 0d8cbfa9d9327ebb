"""Fees, as a seller reads them: before they happen, month by month, entry by entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from billing.models import FeeEntry, FeeKind, Plan, Subscription, SubscriptionState
from billing.rounding import half_up
from core.kernel.exports import Cell
from tenants import context
from tenants.models import Store

# What the example of a payment is about.
EXAMPLE_AMOUNT: Final = 100_000


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a payment through a gateway costs a store now, before it happens. Whole rupiah.

    is_free   nothing is charged at the moment: the store is in its trial
    example_amount, example_fee   what an order of so much would cost, were the month's cap not reached
    """

    plan: Plan
    is_free: bool
    basis_points: int
    month_cap_amount: int
    month: date
    charged_amount: int
    example_amount: int
    example_fee: int

    @property
    def left_amount(self) -> int:
        """How much can still be charged this month."""
        return max(self.month_cap_amount - self.charged_amount, 0)


@dataclass(frozen=True, slots=True)
class FeeMonth:
    """A month's fees: what was charged, what was given back, and on how much of how many payments."""

    month: date
    payments: int
    basis_amount: int
    accrued_amount: int
    reversed_amount: int

    @property
    def total_amount(self) -> int:
        return self.accrued_amount + self.reversed_amount


def fee_on(plan: Plan, amount: int) -> int:
    """What a payment costs before the month's cap, in whole rupiah, half of one counts up."""
    return half_up(amount * plan.fee_basis_points, 10_000)


def month_of(store: Store, moment: datetime) -> date:
    """The first day of the month that a moment belongs to, by the store's own clock."""
    return moment.astimezone(ZoneInfo(store.time_zone)).date().replace(day=1)


def charged_in(store_id: int, month: date) -> int:
    """The fees of a month, less what was given back of them."""
    rows = FeeEntry.objects.filter(store_id=store_id, month=month)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def fee_terms(store: Store, now: datetime) -> FeeTerms | None:
    """What payments cost this store now; None while it is being built."""
    with context.in_public():
        row = Subscription.objects.select_related("plan").filter(store_id=store.pk).first()
        if row is None:
            return None
        month = month_of(store, now)
        return FeeTerms(
            plan=row.plan,
            is_free=row.state == SubscriptionState.TRIALING or not row.plan.fee_basis_points,
            basis_points=row.plan.fee_basis_points,
            month_cap_amount=row.plan.fee_month_cap_idr_amount,
            month=month,
            charged_amount=charged_in(store.pk, month),
            example_amount=EXAMPLE_AMOUNT,
            example_fee=fee_on(row.plan, EXAMPLE_AMOUNT),
        )


def fee_months(store: Store, most: int = 24) -> list[FeeMonth]:
    """The store's months with fees, the latest first. One query."""
    accrued, returned = Q(kind=FeeKind.ACCRUED), Q(kind=FeeKind.REVERSED)
    with context.in_public():
        rows = (
            FeeEntry.objects.filter(store_id=store.pk)
            .values("month")
            .annotate(
                payments=Count("pk", filter=accrued),
                basis=Sum("basis_amount", filter=accrued, default=0),
                accrued=Sum("amount", filter=accrued, default=0),
                returned=Sum("amount", filter=returned, default=0),
            )
            .order_by("-month")[:most]
        )
        return [
            FeeMonth(row["month"], row["payments"], row["basis"], row["accrued"], row["returned"])
            for row in rows
        ]


def fee_entries(store: Store, month: date) -> QuerySet[FeeEntry]:
    """A month's entries, oldest first. To be read in public, and to be paged."""
    rows = FeeEntry.objects.filter(store_id=store.pk, month=month)
    return rows.select_related("report__invoice").order_by("at", "pk")


def fee_rows(store: Store, month: date) -> Iterator[tuple[Cell, ...]]:
    """A month as rows of a CSV file: moment, order, payment, kind, amount paid, percent, fee, invoice."""
    with context.in_public():
        entries = list(fee_entries(store, month))
    for entry in entries:
        report = getattr(entry, "report", None)
        number = report.invoice.number if report is not None and report.invoice is not None else ""
        whole, rest = divmod(entry.basis_points, 100)
        yield (
            entry.at,
            entry.order_number,
            entry.source_ref,
            str(FeeKind(entry.kind).label),
            entry.basis_amount,
            f"{whole}.{rest:02d}%",
            entry.amount,
            number,
        )
