"""A fake Stripe, the official SDK, somebody to notify, and a browser without a screen."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from tests.fakes.receiver import Receiver
from tests.fakes.server import FakeServer
from tests.fakes.stripe import FakeStripe

DAY = 86_400
SECRET = "whsec_contract"


@dataclass(slots=True)
class Page:
    """What a browser was shown."""

    status: int
    text: str
    location: str


@dataclass(slots=True)
class Lab:
    """Everything a test of the fake needs."""

    fake: FakeStripe
    receiver: Receiver
    server: FakeServer
    prices: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> Any:
        """The SDK's calls."""
        client = stripe.StripeClient(
            "sk_test_lab", base_addresses={"api": self.server.url_of("stripe")}, max_network_retries=0
        )
        return client.v1

    def price(self, key: str) -> str:
        """A plan's price by its lookup key: basic, pro and basic_year are there; fees is metered."""
        return self.prices[key]

    def customer(self, card: str = "pm_card_visa", **told: Any) -> str:
        """A customer whose card pays invoices; none without a card."""
        made = self.api.customers.create({"email": "sari@example.com", "name": "Kopi Senja", **told})
        if card:
            self.give_card(made.id, card)
        return str(made.id)

    def give_card(self, customer: str, card: str) -> str:
        """Save a card and let it pay invoices."""
        method = self.api.payment_methods.attach(card, {"customer": customer})
        told: Any = {"invoice_settings": {"default_payment_method": method.id}}
        self.api.customers.update(customer, told)
        return str(method.id)

    def subscribe(self, customer: str = "", key: str = "basic", **told: Any) -> stripe.Subscription:
        """Begin a subscription."""
        items = [{"price": self.price(key)}]
        return self.api.subscriptions.create(
            {"customer": customer or self.customer(), "items": items, **told}
        )

    def swap(self, subscription: stripe.Subscription, key: str, **told: Any) -> stripe.Subscription:
        """Change the price of its only item."""
        items = [{"id": item_of(subscription).id, "price": self.price(key)}]
        return self.api.subscriptions.update(subscription.id, {"items": items, **told})

    def again(self, subscription: stripe.Subscription) -> stripe.Subscription:
        """The subscription as it is now."""
        return self.api.subscriptions.retrieve(subscription.id)

    def invoices(self, subscription: stripe.Subscription) -> list[tuple[str, str, int]]:
        """Reason, status and total of each invoice, oldest first."""
        listed = self.api.invoices.list({"subscription": subscription.id, "limit": 100})
        return [(row.billing_reason, row.status, row.total) for row in listed.data[::-1]]

    def latest(self, subscription: stripe.Subscription) -> stripe.Invoice:
        """Its latest invoice."""
        return self.api.invoices.retrieve(self.again(subscription).latest_invoice)

    def types(self, prefix: str = "") -> list[str]:
        """The types of all events so far, oldest first."""
        rows = self.fake.account.books.all("event")
        return [row["type"] for row in rows[::-1] if row["type"].startswith(prefix)]

    def days(self, days: float) -> None:
        """Let time pass."""
        self.fake.advance(int(days * DAY))

    def renew(self, subscription: stripe.Subscription) -> None:
        """Let the period end, and the renewal's invoice leave the drafts."""
        end = item_of(self.again(subscription)).current_period_end
        self.fake.advance(end - self.fake.account.books.now() + 2 * 3600)

    def open(self, url: str, **form: str) -> Page:
        """Look at a page, or send its form."""
        target = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=5)
        path = target.path + (f"?{target.query}" if target.query else "")
        sent = urlencode(form).encode() if form else b""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST" if form else "GET", path, sent, {"Host": target.netloc, **kind})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
        connection.close()
        return Page(response.status, body, response.getheader("Location") or "")

    def control(self, **command: Any) -> dict[str, Any]:
        """Turn dials as a script does."""
        target = urlsplit(self.server.url_of("stripe"))
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=5)
        kind = {"Content-Type": "application/json"}
        connection.request("POST", f"{target.path}/_control", json.dumps(command), kind)
        response = connection.getresponse()
        told = json.loads(response.read())
        connection.close()
        assert response.status == 200, told
        return dict(told)


def item_of(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    """Its first item."""
    return subscription["items"].data[0]


def stock(lab: Lab) -> None:
    """Put plans on the shelf: monthly, yearly, metered, in dollars and rupiah."""
    api = lab.api
    basic = api.products.create({"name": "Basic", "id": "prod_basic"})
    for key, unit, interval, rupiah in (
        ("basic", 2900, "month", 44_900_000),
        ("pro", 7900, "month", 124_900_000),
        ("basic_year", 29_000, "year", 449_000_000),
    ):
        told: Any = {
            "currency": "usd",
            "unit_amount": unit,
            "recurring": {"interval": interval},
            "lookup_key": key,
            "tax_behavior": "exclusive",
            "currency_options": {"idr": {"unit_amount": rupiah}},
        }
        owner = {"product_data": {"name": "Professional"}} if key == "pro" else {"product": basic.id}
        lab.prices[key] = api.prices.create({**told, **owner}).id
    meter = api.billing.meters.create(
        {"display_name": "Fees", "event_name": "fees", "default_aggregation": {"formula": "sum"}}
    )
    fees = api.prices.create(
        {
            "product_data": {"name": "Transaction fees"},
            "currency": "usd",
            "unit_amount_decimal": "0.5",
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id},
            "lookup_key": "fees",
        }
    )
    lab.prices["fees"] = fees.id
