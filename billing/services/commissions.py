"""What partners earn: a share of what their stores have really paid, and less when it goes back.

The ledger follows the invoices: looking again changes nothing, and whatever way money came or went is seen.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from billing.models import (
    PAYING,
    BalanceEntry,
    BalanceKind,
    CommissionEntry,
    CommissionKind,
    CommissionTier,
    Invoice,
    InvoicePayment,
    InvoiceState,
    Partner,
    PartnerState,
    PaymentState,
    Payout,
    Provider,
    Referral,
)
from billing.rounding import half_up
from billing.services import partnering
from tenants import context

_BALANCE: Final = "BALANCE"


def catch_up(now: datetime) -> None:
    """Bring every partner's ledger to what the invoices of their stores say."""
    with context.in_public():
        rows = Referral.objects.filter(
            Q(held_for="") | Q(partner__commissions__isnull=False),
            store__platform_invoices__state=InvoiceState.PAID,
        )
        for key in list(rows.order_by("pk").values_list("pk", flat=True).distinct()):
            follow(key, now)


@transaction.atomic
def follow(referral_id: int, now: datetime) -> None:
    """Bring the ledger to what one store has paid. Locks the partner: two runs write nothing twice."""
    partner_id = Referral.objects.values_list("partner_id", flat=True).get(pk=referral_id)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    referral = Referral.objects.select_related("store").get(pk=referral_id)
    known: dict[str, list[CommissionEntry]] = defaultdict(list)
    for entry in CommissionEntry.objects.filter(partner=partner, store_id=referral.store_id).order_by("pk"):
        known[entry.source_ref.partition("#")[0]].append(entry)
    for invoice, collected in _collected(referral.store_id, set(known)):
        if invoice.number in known:
            _take_back(invoice, known[invoice.number], collected, now)
        elif collected > 0 and invoice.state == InvoiceState.PAID and partner.state == PartnerState.ACTIVE:
            _earn(partner, referral, invoice, collected, now)


def _earn(partner: Partner, referral: Referral, invoice: Invoice, collected: int, now: datetime) -> None:
    paid_at = invoice.paid_at or now
    if referral.first_paid_at is None:
        referral.first_paid_at = paid_at
        referral.save(update_fields=["first_paid_at"])
    if not referral.held_for and (why := partnering.why_held(partner, referral.store)):
        referral.held_for = why
        referral.save(update_fields=["held_for"])
    tier = tier_of(partner)
    if referral.held_for or tier is None or paid_at >= _months_after(referral.first_paid_at, tier.months):
        return
    CommissionEntry.objects.create(
        partner=partner,
        store_id=referral.store_id,
        kind=CommissionKind.EARNED,
        source_ref=invoice.number,
        currency=invoice.currency,
        basis_amount=collected,
        basis_points=tier.basis_points,
        amount=half_up(collected * tier.basis_points, 10_000),
        at=now,
    )


def _take_back(invoice: Invoice, entries: list[CommissionEntry], collected: int, now: datetime) -> None:
    """What was refunded or credited takes its share back, at the share that was given."""
    earned = entries[0]
    owed = half_up(max(collected, 0) * earned.basis_points, 10_000)
    has, basis = sum(each.amount for each in entries), sum(each.basis_amount for each in entries)
    if owed >= has:
        return
    CommissionEntry.objects.create(
        partner_id=earned.partner_id,
        store_id=earned.store_id,
        kind=CommissionKind.CLAWED_BACK,
        source_ref=f"{invoice.number}#{len(entries)}",
        currency=earned.currency,
        basis_amount=collected - basis,
        basis_points=earned.basis_points,
        amount=owed - has,
        at=now,
    )


def _collected(store_id: int, also: set[str]) -> Iterator[tuple[Invoice, int]]:
    """Each paid invoice with what really came in and stayed, before tax. Money we gave does not count."""
    gifts: dict[str, int] = defaultdict(int)
    for currency, amount in (
        BalanceEntry.objects.filter(store_id=store_id, kind=BalanceKind.GIVEN)
        .values_list("currency")
        .annotate(sum=Sum("amount"))
    ):
        gifts[currency] = amount
    of_balance = dict(
        InvoicePayment.objects.filter(invoice__store_id=store_id, provider=_BALANCE, state=PaymentState.PAID)
        .values_list("invoice_id")
        .annotate(sum=Sum("amount"))
    )
    rows = Invoice.objects.filter(Q(state=InvoiceState.PAID) | Q(number__in=also), store_id=store_id)
    for invoice in rows.order_by("paid_at", "pk"):
        gift = min(of_balance.get(invoice.pk, 0), gifts[invoice.currency])
        gifts[invoice.currency] -= gift
        stayed = min(
            invoice.paid_amount - invoice.refunded_amount, invoice.total_amount - invoice.credited_amount
        )
        whole = max(stayed - gift, 0)
        yield invoice, half_up(whole * invoice.net_amount, invoice.total_amount) if whole else 0


def tier_of(partner: Partner) -> CommissionTier | None:
    """The share by how many stores of the partner pay right now."""
    paying = Referral.objects.filter(
        partner=partner, held_for="", store__subscription__state__in=PAYING
    ).exclude(store__subscription__provider=Provider.NONE)
    return (
        CommissionTier.objects.filter(from_stores__lte=max(paying.count(), 1))
        .order_by("-from_stores")
        .first()
    )


def make_statements(now: datetime) -> None:
    """Make each partner's statements of past months, one for a currency. What is less than nothing waits."""
    with context.in_public():
        begins = _month(now)
        waiting = CommissionEntry.objects.filter(payout__isnull=True, at__lt=begins)
        for partner_id in list(waiting.order_by().values_list("partner_id", flat=True).distinct()):
            with transaction.atomic():
                Partner.objects.select_for_update().get(pk=partner_id)
                _make_statements(partner_id, begins, now)


def _make_statements(partner_id: int, begins: datetime, now: datetime) -> None:
    rows = CommissionEntry.objects.filter(partner_id=partner_id, payout__isnull=True, at__lt=begins)
    month = _before(begins.date())
    for currency, amount in list(rows.order_by().values_list("currency").annotate(sum=Sum("amount"))):
        told = {"partner_id": partner_id, "month": month, "currency": currency}
        if amount <= 0 or Payout.objects.filter(**told).exists():
            continue
        payout = Payout.objects.create(**told, amount=amount, created_at=now)
        rows.filter(currency=currency).update(payout=payout)


def _month(now: datetime) -> datetime:
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _before(first: date) -> date:
    """The first day of the month before."""
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day of a later month; the first of the one after where there is none."""
    count = moment.month - 1 + months
    year, month = moment.year + count // 12, count % 12 + 1
    try:
        return moment.replace(year=year, month=month)
    except ValueError:
        return moment.replace(year=year, month=month + 1, day=1)
