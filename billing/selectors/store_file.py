"""A store's money and its story on one page, for the staff. Nothing of a shopper stands in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Sum

from billing.models import BalanceEntry, EventKind, Invoice, InvoiceState, SubscriptionEvent
from billing.selectors import fees
from billing.selectors.standings import Standing, standing
from tenants import acts
from tenants.models import Store

# That staff looked is in the log below; it is not a part of the store's story.
_NOT_TOLD: Final = ("store.opened",)
_BAD: Final = frozenset({EventKind.PAST_DUE, EventKind.UNPAID, EventKind.CANCELED, EventKind.TRIAL_ENDED})
_GOOD: Final = frozenset({EventKind.SUBSCRIBED, EventKind.RECOVERED, EventKind.REACTIVATED})


@dataclass(frozen=True, slots=True)
class StoreMoney:
    """What a store pays, owes and has with us."""

    standing: Standing | None
    open_invoices: list[Invoice]
    fees_amount: int
    balances: dict[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing of a store's story. `kind` is EVENT, INVOICE or ACT; `subject` what it is about."""

    kind: str
    moment: datetime
    subject: Any
    tone: str = "neutral"


def money_of(store: Store, now: datetime) -> StoreMoney:
    """How a store stands with us now."""
    rows = BalanceEntry.objects.filter(store_id=store.pk).values("currency").annotate(sum=Sum("amount"))
    unpaid = Invoice.objects.filter(store_id=store.pk, state=InvoiceState.OPEN)
    return StoreMoney(
        standing=standing(store, now),
        open_invoices=list(unpaid.order_by("due_at", "pk")[:10]),
        fees_amount=fees.charged_in(store.pk, fees.month_of(store, now)),
        balances={row["currency"]: row["sum"] for row in rows if row["sum"]},
    )


def story_of(store: Store, most: int = 25) -> list[Told]:
    """What happened to its subscription, its invoices and what people did to it, the latest first."""
    events = SubscriptionEvent.objects.filter(store_id=store.pk).order_by("-at", "-pk")[:most]
    invoices = Invoice.objects.filter(store_id=store.pk).order_by("-issued_at", "-pk")[:most]
    done = [act for act in acts.of_store(store, most=most * 2) if act.action not in _NOT_TOLD]
    told = [
        *(Told("EVENT", event.at, event, _tone(event)) for event in events),
        *(Told("INVOICE", invoice.issued_at, invoice) for invoice in invoices),
        *(Told("ACT", act.at, act, "info") for act in done),
    ]
    return sorted(told, key=lambda each: each.moment, reverse=True)[:most]


def _tone(event: SubscriptionEvent) -> str:
    if event.kind in _BAD:
        return "danger"
    return "success" if event.kind in _GOOD else "neutral"
