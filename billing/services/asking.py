"""Asking the card provider for something: what is wanted is written down first, then asked, then closed.

The row's uid is the key of the call, so a second click and a second try find the first wish, and nothing is
done twice. No transaction is open while the provider thinks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from billing.models import IntentState, Plan, Subscription, SubscriptionIntent
from billing.ports import CardRefused, CardTrouble, CardUnavailable
from tenants.errors import CommerceError
from tenants.permissions import Actor

# As long as the provider surely remembers a key; its pages live as long.
LASTS = timedelta(hours=24)


class ProviderAway(CommerceError):
    """The provider does not answer. The wish is kept; asking again is safe."""

    code = "provider_away"
    http_status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The card company does not answer right now. Please try again: nothing is charged twice.")
        )


class ProviderRefused(CommerceError):
    """The provider, or the bank behind it, said no. Nothing was changed."""

    code = "provider_refused"

    def __init__(self, refused: CardRefused) -> None:
        self.trouble = refused.trouble
        if refused.trouble is CardTrouble.DECLINED:
            words = _("Your card was declined: %(why)s") % {"why": refused.words}
        else:
            words = _("The card company refused this. Nothing was changed.")
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: its kind, and where it applies the plan, interval and currency."""

    kind: str
    plan: Plan | None = None
    interval: str = ""
    currency: str = ""
    # What else tells one wish from another of its kind, such as a coupon.
    detail: str = ""


def begin(
    subscription: Subscription, wish: Wish, *, actor: Actor, now: datetime
) -> tuple[SubscriptionIntent, SubscriptionIntent | None]:
    """Write a wish down, or find the equal one that is open.

    subscription  locked by the caller, so that two clicks queue up
    Returns       the wish to ask for, and the other one that it takes the place of, if any
    """
    known = SubscriptionIntent.objects.filter(
        store_id=subscription.store_id, kind=wish.kind, state=IntentState.OPEN
    ).first()
    if known is not None and _is_same(known, wish) and known.ends_at and now < known.ends_at:
        return known, None
    if known is not None:
        close(known, IntentState.EXPIRED)
    made = SubscriptionIntent.objects.create(
        store_id=subscription.store_id,
        kind=wish.kind,
        plan=wish.plan,
        interval=wish.interval,
        currency=wish.currency,
        trouble=wish.detail,
        asked_by=actor.name[:80],
        ends_at=now + LASTS,
    )
    return made, known


def _is_same(known: SubscriptionIntent, wish: Wish) -> bool:
    return (known.plan_id, known.interval, known.currency, known.trouble) == (
        wish.plan and wish.plan.pk,
        wish.interval,
        wish.currency,
        wish.detail,
    )


def asked_at(intent: SubscriptionIntent) -> datetime:
    """When it was first asked for: a second try has to say exactly what the first one said."""
    if intent.ends_at is None:
        return intent.created_at
    return intent.ends_at - LASTS


def close(intent: SubscriptionIntent, state: str, **columns: Any) -> None:
    """Write how a wish ended, unless that is known already."""
    SubscriptionIntent.objects.filter(pk=intent.pk, state=IntentState.OPEN).update(state=state, **columns)
    intent.refresh_from_db()


@contextmanager
def answered(intent: SubscriptionIntent | None = None) -> Iterator[None]:
    """Around a call: turn its failures into refusals for the reader. A wish stays open in doubt."""
    try:
        yield
    except CardUnavailable as away:
        raise ProviderAway from away
    except CardRefused as refused:
        if intent is not None:
            close(intent, IntentState.FAILED, trouble=str(refused)[:200])
        raise ProviderRefused(refused) from refused


def moment() -> datetime:
    """The database's own time, to which all processes agree: taken before a question is asked, it tells which
    of two answers is the newer one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found
