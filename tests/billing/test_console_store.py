"""The console's page of one store: its money, its health and its story; never its shoppers."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from billing.models import BalanceEntry, FunnelStep
from billing.services import balances
from tenants import context
from tenants.models import Job, JobState, PlatformAct, StaffRole, Store, User
from tests.billing.invoices import open_invoice, subscribed
from tests.factories.customers import customer
from tests.factories.orders import paid_order

WHY = {"reason": "support request 12"}
CANARY = "CANARY SHOPPER"


def gift(**fields: object) -> dict[str, object]:
    return {"amount": 50_000, "once": str(uuid.uuid4()), **WHY, **fields}


def test_health_has_its_parts_and_their_reasons(console: Client, kopi: Store, sari: User):
    subscribed(kopi)
    open_invoice(kopi)
    now = timezone.now()
    User.objects.filter(pk=sari.pk).update(last_login=now - timedelta(days=1))
    FunnelStep.objects.create(store=kopi, step="FIRST_SALE", at=now - timedelta(days=20))
    Job.objects.create(store=kopi, kind="core.x.y", state=JobState.DEAD, last_error="Boom", next_at=now)

    health = console.get("/stores/kopi/").context["health"]

    assert {part.name: part.points for part in health.parts} == {
        "LOG_IN": 25,
        "SALE": 12,
        "MONEY": 0,
        "WORK": 0,
        "RULES": 15,
    }
    assert health.score == 52


def test_a_new_store_without_trouble_is_not_called_well(console: Client, kopi: Store):
    assert console.get("/stores/kopi/").context["health"].score == 50


def test_money_and_story_are_told_together(console: Client, kopi: Store):
    subscribed(kopi)
    invoice = open_invoice(kopi)
    console.post("/stores/kopi/credit/", gift())

    page = console.get("/stores/kopi/")

    money = page.context["money"]
    assert [each.number for each in money.open_invoices] == [invoice.number]
    assert money.balances == {"IDR": 50_000}
    assert {told.kind for told in page.context["story"]} == {"ACT", "INVOICE"}
    moments = [told.moment for told in page.context["story"]]
    assert moments == sorted(moments, reverse=True)


def test_credit_is_given_once_with_a_reason(console: Client, kopi: Store):
    twice = gift()
    for _click in range(2):
        assert console.post("/stores/kopi/credit/", twice).status_code == 302

    assert balances.balance_of(kopi.pk, "IDR") == 50_000
    assert PlatformAct.objects.get(action="balance.given").reason == WHY["reason"]


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": 10_000_001}, {"reason": ""}, {"once": "x"}])
def test_credit_that_is_refused_gives_nothing(console: Client, kopi: Store, wrong: dict):
    assert console.post("/stores/kopi/credit/", gift(**wrong)).status_code == 422
    assert not BalanceEntry.objects.exists()


def test_support_gives_no_credit(console: Client, rina: User, kopi: Store):
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)

    assert console.post("/stores/kopi/credit/", gift()).status_code == 403
    assert not BalanceEntry.objects.exists()


def pages() -> list[str]:
    """Every page of the console that can be looked at without knowing more than a store's address."""
    found = []
    for each in get_resolver(settings.CONSOLE_URLCONF).url_patterns:
        patterns = [each] if isinstance(each, URLPattern) else each.url_patterns
        found += ["/" + str(pattern.pattern).replace("<slug:slug>", "kopi") for pattern in patterns]
    return [each for each in found if "<" not in each and "(" not in each and "/auth/" not in each]


def test_no_page_of_the_console_shows_a_shopper(console: Client, kopi: Store):
    subscribed(kopi)
    open_invoice(kopi)
    with context.in_store(kopi):
        shopper = customer(name=CANARY, phone="+6281277700011", email="canary@shopper.example")
        paid_order(customer=shopper)
    for story in ("a", "b"):
        Job.objects.create(
            store=kopi, kind=f"core.{story}", state=JobState.DEAD, last_error="Boom", next_at=timezone.now()
        )

    seen = {path: console.get(path) for path in pages()}

    assert sum(answer.status_code == 200 for answer in seen.values()) > 15
    for path, answer in seen.items():
        body = answer.getvalue().decode(errors="replace")
        for secret in (CANARY, "81277700011", "canary@shopper"):
            assert secret not in body, path
