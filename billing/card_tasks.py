"""What is done again and again so that subscriptions are what they should be."""

from billing import clock
from billing.registry import takes_cards
from billing.services import pausing, plans, reconciling
from tenants import work
from tenants.routines import every

RECONCILE = "billing.reconcile"


def reconcile() -> None:
    """Compare our books with the card provider's, and heal them."""
    reconciling.reconcile(clock.now())


# It talks with the provider, so it must not hold a transaction open.
work.register(RECONCILE, reconcile, retries=5, atomic=False, of_platform=True)


@every(hours=24, of_platform=True)
def reconcile_nightly() -> None:
    """Begin the comparison."""
    if takes_cards():
        work.enqueue(RECONCILE, {}, dedupe_key=RECONCILE)


@every(minutes=5, of_platform=True)
def end_what_is_over() -> None:
    """End trials and rests whose time has come."""
    plans.end_trials(clock.now())
    pausing.resume_due(clock.now())
