"""Invoices for tests, named for the moment they are in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from billing import services
from billing.invoice_ports import InvoiceItem
from billing.models import Invoice, Plan, Subscription, SubscriptionEvent
from billing.services import invoicing
from billing.services.invoicing import InvoiceDraft
from tenants.models import Store

NOON = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = 459_000


def draft(net_amount: int = MONTH, **fields: Any) -> InvoiceDraft:
    """A month of Basic."""
    told = {"reason": "MANUAL", "lines": [InvoiceItem("PLAN", "Basic", net_amount)], "due_at": NOON + 7 * DAY}
    return InvoiceDraft(**{**told, **fields})


def open_invoice(store: Store, net_amount: int = MONTH, **fields: Any) -> Invoice:
    """An invoice that waits for its money."""
    return invoicing.issue(store=store, draft=draft(net_amount, **fields), now=NOON)


def subscribed(store: Store, **columns: Any) -> Subscription:
    """A store on Basic that pays each month by invoice, since noon."""
    told = {
        "plan": Plan.objects.get(code="basic"),
        "provider": "INVOICE",
        "state": "ACTIVE",
        "period_starts_at": NOON,
        "period_ends_at": datetime(2026, 8, 1, 5, 0, tzinfo=UTC),
        "started_at": NOON,
        "state_since": NOON,
        **columns,
    }
    services.start_trial(store)
    SubscriptionEvent.objects.filter(store=store).delete()
    Subscription.objects.filter(store=store).update(**told)
    return Subscription.objects.select_related("plan", "store").get(store=store)
