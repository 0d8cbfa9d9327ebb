"""Money of a store that is with us: what was paid twice, given back or given pays its next invoices."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.models import BalanceEntry, BalanceKind, Currency, Invoice
from billing.services.plans import PlanRefused, lock_subscription
from tenants import acts, context
from tenants.models import Store
from tenants.permissions import Actor

# What staff may give a store at a time.
MOST_GIVEN = {Currency.IDR: 10_000_000, Currency.USD: 100_000}


def balance_of(store_id: int, currency: str) -> int:
    """How much of a store's money is with us, in whole rupiah or cents."""
    with context.in_public():
        rows = BalanceEntry.objects.filter(store_id=store_id, currency=currency)
        return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def enter(
    invoice: Invoice, *, kind: BalanceKind, amount: int, source_ref: str, now: datetime, reason: str = ""
) -> None:
    """Write down money that came of an invoice, or goes on it, once per kind and source.

    The caller holds the store's subscription.
    """
    BalanceEntry.objects.get_or_create(
        store_id=invoice.store_id,
        kind=kind,
        source_ref=source_ref,
        defaults={
            "currency": invoice.currency,
            "amount": amount,
            "invoice": invoice,
            "reason": reason,
            "at": now,
        },
    )


@transaction.atomic
def give(
    *, store: Store, amount: int, currency: str, reference: str, reason: str, actor: Actor, now: datetime
) -> BalanceEntry:
    """Give a store money that pays its next invoices. The same reference gives it once.

    Raises   PlanRefused for nothing, or more than anybody may give
    Locks    the subscription
    """
    with context.in_public():
        if currency not in MOST_GIVEN or not 0 < amount <= MOST_GIVEN[Currency(currency)]:
            raise PlanRefused(_("This is not an amount that can be given."))
        lock_subscription(store)
        entry, is_new = BalanceEntry.objects.get_or_create(
            store_id=store.pk,
            kind=BalanceKind.GIVEN,
            source_ref=reference,
            defaults={
                "currency": currency,
                "amount": amount,
                "reason": reason,
                "by": actor.name[:80],
                "at": now,
            },
        )
        if is_new:
            acts.note(
                actor=actor,
                action="balance.given",
                store=store,
                subject_id=reference,
                reason=reason,
                changes={"amount": amount, "currency": currency},
            )
        return entry
