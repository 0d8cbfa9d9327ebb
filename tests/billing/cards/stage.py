"""A seller who pays by card: what they click, what time does, and what Stripe tells about it."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import requests
import stripe
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from billing.models import Subscription, SubscriptionEvent, SubscriptionIntent
from billing.services import changing, pausing, subscribing
from billing.services.subscribing import Choice, WayBack
from tenants import work
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.fakes.stripe import FakeStripe
from tests.fakes.stripe.shapes import Obj, public

SECRET = "whsec_tests"
NOW = timezone.now()
DAY = timedelta(days=1)
WAY_BACK = WayBack("https://shop.example/done?page={CHECKOUT_SESSION_ID}", "https://shop.example/plan", "id")
GOOD, DECLINED, FAILS_LATER = "4242424242424242", "4000000000000002", "4000000000000341"
LATER_TRIAL = 20


@dataclass
class Stage:
    """Short words for long stories."""

    fake: FakeStripe
    store: Store
    language: str = "id"

    @property
    def now(self) -> datetime:
        """The time by the fake's clock, which is the platform's."""
        return timezone.now() + timedelta(seconds=self.fake.account.books.ahead)

    @property
    def row(self) -> Subscription:
        """Our subscription as it stands."""
        return Subscription.objects.select_related("plan", "next_plan", "coupon").get(store=self.store)

    @property
    def theirs(self) -> Obj:
        """The subscription as the fake has it."""
        return self.fake.account.books.all("subscription")[0]

    # --- The seller --------------------------------------------------------------------------------

    def choose(
        self, plan: str = "basic", interval: str = "MONTH", currency: str = "IDR"
    ) -> SubscriptionIntent:
        """Ask for the page where the card is entered."""
        choice = Choice(plan, interval, currency)
        return subscribing.subscribe(
            store=self.store,
            choice=choice,
            way_back=replace(WAY_BACK, language=self.language),
            actor=SYSTEM,
            now=self.now,
        )

    def enter_card(self, intent: SubscriptionIntent, number: str = GOOD, **form: str) -> int:
        """Fill in that page. Returns the HTTP status."""
        sent = {"act": "pay", "number": number, "exp": "12/34", "cvc": "123", **form}
        return requests.post(intent.url, data=sent, allow_redirects=False, timeout=5).status_code

    def buy(self, plan: str = "basic", **more: str) -> Subscription:
        """Choose, pay, and let everything that Stripe tells arrive."""
        self.end_trial()
        assert self.enter_card(self.choose(plan, **more)) == 303
        self.hear()
        return self.row

    def end_trial(self) -> None:
        """As if the trial had been over for long."""
        Subscription.objects.filter(store=self.store, state="TRIALING").update(
            state="ENDED", trial_ends_at=self.now - DAY
        )

    def change(self, plan: str, interval: str = "MONTH", currency: str = "IDR") -> SubscriptionIntent:
        """Change the plan."""
        return changing.change(
            store=self.store,
            plan_code=plan,
            interval=interval,
            currency=currency,
            actor=SYSTEM,
            now=self.now,
        )

    def rest(self, days: int = 30) -> None:
        """Let the plan rest."""
        pausing.pause(store=self.store, days=days, actor=SYSTEM, now=self.now)

    def leave(self) -> None:
        """Cancel."""
        pausing.cancel(store=self.store, actor=SYSTEM, now=self.now)

    # --- Time and the bank -------------------------------------------------------------------------

    def pass_days(self, days: float) -> None:
        """Let time pass at Stripe, and tell nobody yet."""
        self.fake.advance(int(days * 86_400))

    def bank_says(self, code: str) -> None:
        """From now on, of every card of the seller: "ok", or why not."""
        for method in self.fake.account.books.all("payment_method", customer=self.row.customer_ref):
            method["_mood"] = code

    # --- Messages ----------------------------------------------------------------------------------

    def events(self) -> list[Obj]:
        """Everything that Stripe would tell, oldest first."""
        return [public(event) for event in reversed(self.fake.account.books.all("event"))]

    def hear(self, events: Iterable[Obj] | None = None) -> None:
        """Have messages arrive and be worked off."""
        for event in self.events() if events is None else events:
            assert tell(event).status_code == 200
        work.work_until_idle()

    # --- Books -------------------------------------------------------------------------------------

    def story(self) -> list[tuple[str, int, int]]:
        """What happened to recurring revenue."""
        rows = SubscriptionEvent.objects.filter(store=self.store).order_by("pk")
        return list(rows.values_list("kind", "mrr_before_amount", "mrr_after_amount"))


def tell(event: Any, *, secret: str = SECRET, at: int | None = None) -> HttpResponse:
    """Post one message to our door."""
    text = event if isinstance(event, str) else json.dumps(event)
    sign = stripe.WebhookSignature.generate_signature_header
    return post(text.encode(), sign(text, secret, at or int(time.time())))


def post(body: bytes, header: str) -> HttpResponse:
    """Post bytes with a header to our door."""
    return client_at(settings.PLATFORM_HOST).post(
        "/hooks/stripe/", data=body, content_type="application/json", headers={"Stripe-Signature": header}
    )
