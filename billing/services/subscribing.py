"""Beginning to pay by card: from a plan that is chosen to the provider's page, and back."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import (
    IntentState,
    Plan,
    Provider,
    Subscription,
    SubscriptionIntent,
    SubscriptionState,
)
from billing.ports import CardCheckout, CardCustomer, CardTrouble, CheckoutAsk, CheckoutState
from billing.registry import cards, takes_cards
from billing.services import asking, catalogue, invoicing, syncing
from billing.services.plans import PlanRefused, lock_subscription
from tenants import acts, context
from tenants.models import Membership, Role, Store
from tenants.permissions import Actor

log = logging.getLogger(__name__)
SUBSCRIBE = "SUBSCRIBE"
# The provider wants a first payment that comes later to be at least two days away: the seller gets those.
SHORTEST_FREE = timedelta(hours=49)
_BEGINS_ANEW = frozenset({SubscriptionState.CANCELED, SubscriptionState.ENDED})


@dataclass(frozen=True, slots=True)
class Choice:
    """What a seller chose."""

    plan_code: str
    interval: str
    currency: str


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where the provider's page leads to, in the store's dashboard."""

    done_url: str
    cancel_url: str
    language: str


def subscribe(
    *, store: Store, choice: Choice, way_back: WayBack, actor: Actor, now: datetime
) -> SubscriptionIntent:
    """Open the page where a card is entered. A second click finds the page that is open already.

    Returns  the intent, whose `url` is the page
    Raises   PlanRefused for what is not for sale, or a store that pays by card already;
             ProviderAway when it should be tried again, ProviderRefused when that is no use
    """
    with context.in_public():
        try:
            return _open(store, choice, way_back, actor, now)
        except asking.ProviderRefused as refused:
            if refused.trouble is not CardTrouble.KEY_USED:
                raise
            # The first try said something else, such as another language: that wish is closed now.
            return _open(store, choice, way_back, actor, now)


def _open(store: Store, choice: Choice, way_back: WayBack, actor: Actor, now: datetime) -> SubscriptionIntent:
    # A page that is open may have been paid on a moment ago: then there is nothing to choose any more.
    look_again(store=store, now=now)
    intent, other, subscription = _wanted(store, choice, actor, now)
    if not intent.url:
        with asking.answered(intent):
            if other is not None and other.external_ref:
                _end_page(other.external_ref)
            customer_ref = _customer(store, subscription, intent.currency)
            found = cards().start_checkout(
                _ask(intent, subscription, customer_ref, way_back), key=f"checkout:{intent.uid}"
            )
            _keep_page(intent, found)
    return intent


def _keep_page(intent: SubscriptionIntent, found: CardCheckout) -> None:
    """Remember the page; or close it, when another plan was chosen while it opened."""
    still_wanted = SubscriptionIntent.objects.filter(pk=intent.pk, state=IntentState.OPEN)
    if not still_wanted.update(url=found.url, external_ref=found.ref):
        cards().end_checkout(found.ref)
        raise PlanRefused(_("Another plan was chosen meanwhile. Please look which one you want."))
    intent.refresh_from_db()


@transaction.atomic
def _wanted(
    store: Store, choice: Choice, actor: Actor, now: datetime
) -> tuple[SubscriptionIntent, SubscriptionIntent | None, Subscription]:
    subscription = lock_subscription(store)
    plan = for_sale(choice.plan_code)
    if not takes_cards():
        raise PlanRefused(_("Cards are not taken at the moment. Please pay by invoice."))
    is_free = subscription.provider != Provider.STRIPE or not subscription.external_ref
    if not is_free and subscription.state not in _BEGINS_ANEW:
        raise PlanRefused(_("You pay by card already. Change your plan instead of choosing it anew."))
    wish = asking.Wish(SUBSCRIBE, plan, choice.interval, choice.currency)
    intent, other = asking.begin(subscription, wish, actor=actor, now=now)
    if other is not None or not intent.url:
        acts.note(
            actor=actor,
            action="subscription.checkout_opened",
            store=store,
            subject_id=str(intent.uid),
            changes={"plan": plan.code, "interval": choice.interval, "currency": choice.currency},
        )
    return intent, other, subscription


def for_sale(code: str) -> Plan:
    """The newest version of a plan that is offered. Raises PlanRefused."""
    plan = Plan.objects.filter(code=code, is_offered=True).order_by("-version").first()
    if plan is None:
        raise PlanRefused(_("There is no such plan."))
    return plan


def _end_page(checkout_ref: str) -> None:
    """Close the page of another choice, so that only one subscription can begin."""
    found = cards().find_checkout(checkout_ref)
    if found is not None and found.state is CheckoutState.OPEN:
        cards().end_checkout(checkout_ref)


def _customer(store: Store, subscription: Subscription, currency: str) -> str:
    """The store's customer, made once: and once more for another currency, as a customer has one for ever."""
    known = subscription.customer_ref
    if known and (not subscription.external_ref or subscription.currency == currency):
        return known
    ref = cards().open_customer(customer_of(store), key=f"customer:{store.uid}:{currency}:{known}")
    Subscription.objects.filter(pk=subscription.pk, customer_ref=known).update(customer_ref=ref)
    subscription.refresh_from_db(fields=["customer_ref"])
    return subscription.customer_ref


def customer_of(store: Store) -> CardCustomer:
    """Who the provider writes on its receipts."""
    buyer = invoicing.buyer_of(store)
    owner = Membership.objects.filter(store_id=store.pk, role=Role.OWNER).select_related("user").first()
    return CardCustomer(
        number=str(store.uid),
        name=buyer["name"],
        email=buyer["email"] or (owner.user.email if owner else ""),
        language=store.language,
        npwp=buyer["npwp"],
    )


def _ask(
    intent: SubscriptionIntent, subscription: Subscription, customer_ref: str, way_back: WayBack
) -> CheckoutAsk:
    if intent.plan is None:
        raise ValueError("an intent without a plan")
    return CheckoutAsk(
        reference=str(intent.uid),
        customer_ref=customer_ref,
        price_key=intent.plan.lookup_key(intent.interval, intent.currency),
        currency=intent.currency,
        language=way_back.language,
        success_url=way_back.done_url,
        cancel_url=way_back.cancel_url,
        free_until=_free_until(subscription, asking.asked_at(intent)),
    )


def _free_until(subscription: Subscription, asked_at: datetime) -> datetime | None:
    """What is left of the trial, or of what was paid for by invoice, stays free of charge."""
    if subscription.state == SubscriptionState.TRIALING:
        until = subscription.trial_ends_at
    elif subscription.state == SubscriptionState.ACTIVE and subscription.provider == Provider.INVOICE:
        until = subscription.period_ends_at
    else:
        until = None
    if until is None or until <= asked_at:
        return None
    return max(until, asked_at + SHORTEST_FREE)


def look_again(*, store: Store, now: datetime) -> SubscriptionIntent | None:
    """Ask what became of the page that is open: for who comes back from it, before any message does.

    Returns  the intent; None when no page is open
    Raises   ProviderAway
    """
    with context.in_public():
        intent = (
            SubscriptionIntent.objects.filter(store_id=store.pk, kind=SUBSCRIBE, state=IntentState.OPEN)
            .exclude(external_ref="")
            .first()
        )
        if intent is None:
            return None
        with asking.answered():
            found = cards().find_checkout(intent.external_ref)
            if found is not None:
                _close_quietly(found, now)
        intent.refresh_from_db()
        return intent


def _close_quietly(found: CardCheckout, now: datetime) -> None:
    try:
        close_page(found, now=now)
    except (syncing.UnknownCustomer, syncing.SecondSubscription, catalogue.UnknownPrice) as seen:
        # The staff is told of it by the provider's own message.
        log.warning("a page that was paid on could not be followed: %s", seen)


def close_page(found: CardCheckout, *, now: datetime) -> None:
    """Act on what became of a page: write the subscription that began there, and close the intent.

    Raises   CardUnavailable, and what `syncing.refresh` raises
    """
    if found.state is CheckoutState.DONE and found.subscription_ref:
        syncing.refresh(found.subscription_ref, now=now)
    if found.state is not CheckoutState.OPEN:
        is_done = found.state is CheckoutState.DONE
        SubscriptionIntent.objects.filter(external_ref=found.ref, state=IntentState.OPEN).update(
            state=IntentState.DONE if is_done else IntentState.EXPIRED
        )


def correct_customer(store: Store) -> None:
    """Have the provider know the store's name, address and tax number as they are now.

    Raises   CardUnavailable, CardRefused
    """
    with context.in_public():
        ref = Subscription.objects.values_list("customer_ref", flat=True).get(store_id=store.pk)
        if ref:
            cards().correct_customer(ref, customer_of(store))
