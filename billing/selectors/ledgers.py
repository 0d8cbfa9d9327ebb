"""The two ledgers of what stores owe and own: fees and balances, by store and month; do they add up?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from billing.models import BalanceEntry, FeeEntry, FeeKind
from core.kernel.exports import Cell


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What one store's fees of one month came to, in whole rupiah."""

    slug: str
    name: str
    month: date
    payments: int
    basis_amount: int
    accrued_amount: int
    reversed_amount: int
    reported_amount: int

    @property
    def total_amount(self) -> int:
        return self.accrued_amount + self.reversed_amount

    @property
    def open_amount(self) -> int:
        """What no invoice and no meter has been told of yet."""
        return self.total_amount - self.reported_amount


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """How one store's money with us moved in one month."""

    slug: str
    name: str
    month: date
    currency: str
    came_amount: int
    used_amount: int

    @property
    def total_amount(self) -> int:
        return self.came_amount + self.used_amount


def fee_ledger(*, query: str = "", place: tuple[date, str] | None = None, limit: int = 50) -> list[FeeRow]:
    """Fees by month and store, the latest month first, behind `place`. One query."""
    rows = _behind(_of_store(FeeEntry.objects.all(), query), place, "month")
    accrued, returned = Q(kind=FeeKind.ACCRUED), Q(kind=FeeKind.REVERSED)
    found = (
        rows.values("month", "store__slug", "store__name")
        .annotate(
            payments=Count("pk", filter=accrued),
            basis=Sum("basis_amount", filter=accrued, default=0),
            accrued=Sum("amount", filter=accrued, default=0),
            returned=Sum("amount", filter=returned, default=0),
            reported=Sum("amount", filter=Q(report__isnull=False), default=0),
        )
        .order_by("-month", "store__slug")[:limit]
    )
    return [
        FeeRow(
            slug=row["store__slug"],
            name=row["store__name"],
            month=row["month"],
            payments=row["payments"],
            basis_amount=row["basis"],
            accrued_amount=row["accrued"],
            reversed_amount=row["returned"],
            reported_amount=row["reported"],
        )
        for row in found
    ]


def balance_ledger(
    *, query: str = "", place: tuple[date, str] | None = None, limit: int = 50
) -> list[BalanceRow]:
    """Balances by month and store, the latest month first, behind `place`. One query."""
    rows = _of_store(BalanceEntry.objects.all(), query)
    rows = _behind(rows.annotate(in_month=TruncMonth("at", output_field=DateField())), place, "in_month")
    found = (
        rows.values("in_month", "store__slug", "store__name", "currency")
        .annotate(
            came=Sum("amount", filter=Q(amount__gt=0), default=0),
            used=Sum("amount", filter=Q(amount__lt=0), default=0),
        )
        .order_by("-in_month", "store__slug", "currency")[:limit]
    )
    return [
        BalanceRow(
            row["store__slug"],
            row["store__name"],
            row["in_month"],
            row["currency"],
            row["came"],
            row["used"],
        )
        for row in found
    ]


def fee_sums() -> dict[str, int]:
    """All fees ever: charged, given back, what they come to. A count of their own, for the page's recount."""
    sums: dict[str, int] = FeeEntry.objects.aggregate(
        accrued=Sum("amount", filter=Q(kind=FeeKind.ACCRUED), default=0),
        returned=Sum("amount", filter=Q(kind=FeeKind.REVERSED), default=0),
        total=Sum("amount", default=0),
        told=Sum("amount", filter=Q(report__isnull=False), default=0),
    )
    return sums


def balance_sums() -> dict[str, int]:
    """How much of all stores' money is with us, by currency."""
    rows = BalanceEntry.objects.values("currency").annotate(sum=Sum("amount")).order_by("currency")
    return {row["currency"]: row["sum"] for row in rows}


def fee_rows(query: str) -> list[tuple[Cell, ...]]:
    """The fee ledger as rows of a CSV file, and its sum below."""
    found = fee_ledger(query=query, limit=100_000)
    rows: list[tuple[Cell, ...]] = [
        (
            f"{row.month:%Y-%m}",
            row.slug,
            row.name,
            row.payments,
            row.basis_amount,
            row.accrued_amount,
            row.reversed_amount,
            row.total_amount,
            row.open_amount,
        )
        for row in found
    ]
    columns = ("payments", "basis_amount", "accrued_amount", "reversed_amount", "total_amount", "open_amount")
    return [*rows, ("", "", "", *(sum(getattr(row, name) for row in found) for name in columns))]


def balance_rows(query: str) -> list[tuple[Cell, ...]]:
    """The balances as rows of a CSV file."""
    return [
        (
            f"{row.month:%Y-%m}",
            row.slug,
            row.name,
            row.currency,
            row.came_amount,
            row.used_amount,
            row.total_amount,
        )
        for row in balance_ledger(query=query, limit=100_000)
    ]


def _of_store(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    if not query:
        return rows
    return rows.filter(Q(store__slug__icontains=query) | Q(store__name__icontains=query))


def _behind(rows: QuerySet[Any], place: tuple[date, str] | None, month: str) -> QuerySet[Any]:
    if place is None:
        return rows
    return rows.filter(Q(**{f"{month}__lt": place[0]}) | Q(**{month: place[0]}, store__slug__gt=place[1]))
