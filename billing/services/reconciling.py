"""Once a night, our books against the card provider's: what messages did not tell is found all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.models import IntentState, SubscriptionIntent
from billing.ports import CardRefused
from billing.registry import cards
from billing.services import asking, catalogue, noticing, subscribing, syncing
from tenants import context

# Invoices that were begun longer ago are looked at only when a message names them.
INVOICE_DAYS = 40


@dataclass(slots=True)
class Reconciled:
    """What was looked at, and what a person has to look at."""

    subscriptions: int = 0
    invoices: int = 0
    pages: int = 0
    lost_notices: int = 0
    troubles: list[str] | None = None


def reconcile(now: datetime) -> Reconciled:
    """Read every subscription, the invoices of the last weeks and every open page, and write what they are.

    Raises   CardUnavailable; what was written by then stays, and the next night begins anew
    """
    done = Reconciled(troubles=[])
    with context.in_public():
        _subscriptions(done, now)
        _invoices(done, now)
        _pages(done, now)
        done.lost_notices = noticing.take_up_lost(now)
    return done


def _subscriptions(done: Reconciled, now: datetime) -> None:
    read_at = asking.moment()
    for found in cards().all_subscriptions():
        done.subscriptions += 1
        try:
            syncing.write(found, read_at=read_at, now=now)
        except syncing.UnknownCustomer as seen:
            # One that is over may be of a customer that the store had before, in another currency.
            if found.state not in syncing.OVER:
                _note(done, str(seen))
        except (syncing.SecondSubscription, catalogue.UnknownPrice) as seen:
            _note(done, str(seen))


def _invoices(done: Reconciled, now: datetime) -> None:
    for found in cards().invoices_since(now - timedelta(days=INVOICE_DAYS)):
        done.invoices += 1
        try:
            noticing.copy_invoice(found, now)
        except syncing.UnknownCustomer as seen:
            _note(done, str(seen))


def _pages(done: Reconciled, now: datetime) -> None:
    open_pages = SubscriptionIntent.objects.filter(kind=subscribing.SUBSCRIBE, state=IntentState.OPEN)
    for intent in open_pages.exclude(external_ref=""):
        done.pages += 1
        found = cards().find_checkout(intent.external_ref)
        if found is None:
            asking.close(intent, IntentState.EXPIRED)
            continue
        try:
            subscribing.close_page(found, now=now)
        except (syncing.UnknownCustomer, syncing.SecondSubscription, CardRefused) as seen:
            _note(done, str(seen))


def _note(done: Reconciled, trouble: str) -> None:
    if done.troubles is not None and len(done.troubles) < 100:
        done.troubles.append(trouble)
