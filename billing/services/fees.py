"""Fees on what shoppers pay through a gateway: kept entry by entry, given back with refunds, told on once.

Nothing is charged for cash, transfers, marketplaces, orders that were not placed in the shop, and in a trial.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from billing.models import (
    Currency,
    FeeEntry,
    FeeKind,
    FeeReport,
    Invoice,
    Plan,
    Provider,
    Subscription,
    SubscriptionEvent,
    SubscriptionState,
)
from billing.ports import CardRefused
from billing.registry import cards
from billing.rounding import half_up
from billing.selectors.fees import charged_in, fee_on, month_of
from billing.services.plans import lock_subscription
from core.payments import selectors as payments
from core.payments.selectors import PaymentMoney
from tenants import context
from tenants.failpoints import failpoint
from tenants.models import Store

METER: Final = "fee_idr"
_SHOP: Final = "STOREFRONT"
_AT_A_TIME: Final = 500
# How far back the nightly count looks: refunds come late, and a meter takes what is a month old.
RECOUNTED: Final = timedelta(days=35)


@transaction.atomic
def count(*, store: Store, money: PaymentMoney) -> None:
    """Bring the ledger of fees to what a payment's money says: accrue once, give back what refunds ask for.

    Safe to run again, and in any order of events.
    Locks    the subscription, so that the month's cap holds however many payments come in at once
    """
    if not is_charged(money):
        return
    with context.in_public():
        subscription = lock_subscription(store)
        accrued = FeeEntry.objects.filter(
            store_id=store.pk, kind=FeeKind.ACCRUED, source_ref=money.reference
        ).first()
        if accrued is None:
            plan = _plan_at(subscription, money.paid_at)
            if plan is None or not plan.fee_basis_points:
                return
            accrued = _accrue(store, plan, money)
        _give_back(accrued, money)


def is_charged(money: PaymentMoney) -> bool:
    """Whether this kind of payment costs a fee at all."""
    return money.is_hosted and money.source == _SHOP and money.currency == Currency.IDR


def _plan_at(subscription: Subscription, moment: datetime) -> Plan | None:
    """The plan of that moment; None in a trial. A plan that was changed since does not count for what was."""
    events = SubscriptionEvent.objects.filter(store_id=subscription.store_id)
    then = events.filter(at__lte=moment).order_by("-at", "-pk").first()
    if then is None:
        first = events.order_by("at", "pk").first()
        began = first is not None and first.at > moment
        in_trial = subscription.state == SubscriptionState.TRIALING or began
        return None if in_trial else subscription.plan
    if then.provider == Provider.NONE:
        return None
    return Plan.objects.get(code=then.plan_code, version=then.plan_version)


def _accrue(store: Store, plan: Plan, money: PaymentMoney) -> FeeEntry:
    month = month_of(store, money.paid_at)
    left = max(plan.fee_month_cap_idr_amount - charged_in(store.pk, month), 0)
    amount = fee_on(plan, money.received_amount)
    return FeeEntry.objects.create(
        store_id=store.pk,
        kind=FeeKind.ACCRUED,
        order_number=money.order_number,
        source_ref=money.reference,
        month=month,
        basis_amount=money.received_amount,
        basis_points=plan.fee_basis_points,
        amount=min(amount, left),
        at=money.paid_at,
    )


def _give_back(accrued: FeeEntry, money: PaymentMoney) -> None:
    """For each refund its part of the fee, so that all of them together give back all of it and no more."""
    refunds = list(money.refunds)
    if money.is_taken_back:
        rest = money.received_amount - sum(amount for _id, amount, _at in refunds)
        refunds.append((f"{money.reference}-reversed", rest, money.paid_at))
    known = _given_back(accrued)
    refunded = sum(amount for refund_id, amount, _at in refunds if _ref(accrued, refund_id) in known)
    given = -sum(known.values())
    for refund_id, amount, at in refunds:
        if _ref(accrued, refund_id) in known or not accrued.basis_amount:
            continue
        refunded = min(refunded + amount, accrued.basis_amount)
        owed = half_up(accrued.amount * refunded, accrued.basis_amount)
        FeeEntry.objects.create(
            store_id=accrued.store_id,
            kind=FeeKind.REVERSED,
            source_ref=_ref(accrued, refund_id),
            order_number=accrued.order_number,
            month=accrued.month,
            basis_amount=amount,
            basis_points=accrued.basis_points,
            amount=given - owed,
            at=at,
        )
        given = owed


def _ref(accrued: FeeEntry, refund_id: str) -> str:
    return f"{accrued.source_ref}:{refund_id}"[:80]


def _given_back(accrued: FeeEntry) -> dict[str, int]:
    rows = FeeEntry.objects.filter(
        store_id=accrued.store_id, kind=FeeKind.REVERSED, source_ref__startswith=f"{accrued.source_ref}:"
    )
    return dict(rows.values_list("source_ref", "amount"))


def unreported(store_id: int) -> QuerySet[FeeEntry]:
    """What was neither told to the card's provider nor put on an invoice yet."""
    rows = FeeEntry.objects.filter(store_id=store_id, report__isnull=True)
    return rows.select_related("store").order_by("pk")


def put_on(invoice: Invoice, entries: list[FeeEntry], now: datetime) -> None:
    """Note that entries stand on an invoice of ours. The caller holds the subscription."""
    FeeReport.objects.bulk_create(
        FeeReport(entry=entry, identifier=identifier_of(entry), invoice=invoice, reported_at=now)
        for entry in entries
    )


def identifier_of(entry: FeeEntry) -> str:
    """The name under which an entry is told, always the same: the provider counts it once."""
    return f"fee-{entry.store.uid}-{entry.pk}"


def report_to_card(*, store_id: int, now: datetime) -> int:
    """Tell the card's provider of every fee that it does not know of yet. Returns how many were told.

    Dying between a call and its row is harmless: the same identifier is told again, and counted once.
    Raises   CardUnavailable; what was told so far stays told
    """
    with context.in_public():
        subscription = Subscription.objects.get(store_id=store_id)
        if subscription.provider != Provider.STRIPE or not subscription.customer_ref:
            return 0
        told = 0
        for entry in unreported(store_id)[:_AT_A_TIME]:
            if entry.amount:
                _tell(subscription.customer_ref, entry)
            failpoint("billing.fee_told")
            FeeReport.objects.get_or_create(
                entry=entry, defaults={"identifier": identifier_of(entry), "reported_at": now}
            )
            told += 1
        return told


def _tell(customer_ref: str, entry: FeeEntry) -> None:
    told: dict[str, Any] = {"customer_ref": customer_ref, "value": entry.amount}
    try:
        cards().report_use(event=METER, identifier=identifier_of(entry), at=entry.at, **told)
    except CardRefused as refused:
        raise FeeNotTaken(f"{identifier_of(entry)}: {refused}") from refused


class FeeNotTaken(RuntimeError):
    """The provider will not take a fee: a person of the staff has to see why."""


def recount(now: datetime) -> int:
    """Go over the payments of the store in force that came in lately, and count what was missed.

    Returns  how many payments were looked at
    """
    store = context.require_store()
    found = payments.received_since(now - RECOUNTED)
    for payment_id in found:
        money = payments.money_of(payment_id)
        if money is not None:
            count(store=store, money=money)
    return len(found)
