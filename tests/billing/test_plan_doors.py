"""A seller chooses, pays, changes, rests and leaves, by the pages of the dashboard."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice, Plan, Subscription, SubscriptionIntent, SubscriptionState
from billing.services import paying
from tenants import work
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.billing.cards.conftest import fake, stage, stripe_server
from tests.billing.cards.stage import Stage
from tests.billing.invoices import open_invoice, subscribed

__all__ = ["fake", "stage", "stripe_server"]


@pytest.fixture
def desk(dashboard: Callable[..., Client], sari: User) -> Client:
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def of(store: Store) -> Subscription:
    return Subscription.objects.select_related("plan", "next_plan").get(store=store)


def test_by_card_leads_to_the_page_of_the_card_company_and_back(desk: Client, stage: Stage):
    stage.end_trial()
    page = desk.get("/plan/choose/basic/").content.decode()
    assert "By card" in page

    first = desk.post("/plan/choose/basic/card/", {"interval": "MONTH", "currency": "IDR"})
    again = desk.post("/plan/choose/basic/card/", {"interval": "MONTH", "currency": "IDR"})

    url = SubscriptionIntent.objects.get().url
    assert first["Refresh"] == again["Refresh"] == f"0; url={url}"
    assert stage.enter_card(SubscriptionIntent.objects.get()) == 303
    assert b"Your plan is active" in desk.get("/plan/back/", follow=True).content
    assert (of(stage.store).state, of(stage.store).plan.code) == (SubscriptionState.ACTIVE, "basic")


def test_who_comes_back_without_paying_is_told_so(desk: Client, stage: Stage):
    desk.post("/plan/choose/basic/card/", {"interval": "MONTH", "currency": "IDR"})

    assert b"not finished yet" in desk.get("/plan/back/", follow=True).content
    assert of(stage.store).state == SubscriptionState.TRIALING


def test_a_larger_plan_shows_its_price_before_and_is_there_at_once(desk: Client, stage: Stage):
    stage.buy("basic")

    page = desk.get("/plan/choose/professional/?interval=MONTH&currency=IDR").content.decode()
    assert "takes effect at once" in page and "To pay now" in page
    answer = desk.post("/plan/choose/professional/change/", {"interval": "MONTH", "currency": "IDR"})

    assert answer["Location"] == "/plan/"
    assert of(stage.store).plan.code == "professional"


def test_a_smaller_plan_waits_and_can_be_called_off(desk: Client, stage: Stage):
    stage.buy("professional")

    desk.post("/plan/choose/basic/change/", {"interval": "MONTH", "currency": "IDR"})
    assert (of(stage.store).plan.code, of(stage.store).next_plan.code) == ("professional", "basic")
    desk.post("/plan/keep-plan/")

    assert of(stage.store).next_plan is None


def test_leaving_and_staying_after_all(desk: Client, stage: Stage):
    stage.buy("basic")

    desk.post("/plan/cancel/")
    assert of(stage.store).ends_at_period_end
    assert "Stay after all" in desk.get("/plan/").content.decode()
    desk.post("/plan/keep/")

    assert not of(stage.store).ends_at_period_end


def test_resting_and_going_on(desk: Client, kopi: Store):
    subscribed(kopi)

    desk.post("/plan/pause/", {"days": "30"})
    assert of(kopi).state == SubscriptionState.PAUSED
    desk.post("/plan/resume/")

    assert of(kopi).state == SubscriptionState.ACTIVE


def test_a_rest_of_another_length_is_refused(desk: Client, kopi: Store):
    subscribed(kopi)

    desk.post("/plan/pause/", {"days": "3000"})

    assert of(kopi).state == SubscriptionState.ACTIVE


def test_without_a_card_an_invoice_is_made_once_and_shown(desk: Client, kopi: Store):
    told = {"interval": "MONTH", "currency": "IDR"}
    first = desk.post("/plan/choose/basic/invoice/", told)
    again = desk.post("/plan/choose/basic/invoice/", told)

    invoice = Invoice.objects.get(store=kopi)
    assert first["Location"] == again["Location"] == f"/plan/invoices/{invoice.uid}/"
    page = desk.get(first["Location"]).content.decode()
    assert "Rp509.490" in page and "PPN 11% (12% x 11/12)" in page


def test_a_paid_invoice_starts_the_plan(desk: Client, kopi: Store):
    desk.post("/plan/choose/basic/invoice/", {"interval": "MONTH", "currency": "IDR"})
    invoice = Invoice.objects.get(store=kopi)
    paying.confirm_transfer(
        invoice=invoice,
        amount=invoice.total_amount,
        bank_reference="BCA-1",
        reason="Masuk di rekening",
        actor=SYSTEM,
        now=invoice.issued_at + timedelta(hours=1),
    )
    work.work_until_idle()

    assert (of(kopi).state, of(kopi).plan.code) == (SubscriptionState.ACTIVE, "basic")
    page = desk.get(f"/plan/invoices/{invoice.uid}/").content.decode()
    assert re.search(r"Paid</span>|>Paid<", page)
    assert desk.get(f"/plan/invoices/{invoice.uid}/receipt.pdf").content[:5] == b"%PDF-"


def test_when_the_card_company_is_away_the_page_says_so_and_nothing_is_half_done(
    desk: Client, stage: Stage, settings: Any
):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    answer = desk.post("/plan/choose/basic/card/", {"interval": "MONTH", "currency": "IDR"})

    assert answer.status_code == 503
    assert b"Please try again" in answer.content
    assert of(stage.store).state == SubscriptionState.TRIALING


def test_a_plan_that_is_not_offered_has_no_page(desk: Client, kopi: Store):
    Plan.objects.filter(code="basic").update(is_offered=False)

    assert desk.get("/plan/choose/basic/").status_code == 404
    told = {"interval": "MONTH", "currency": "IDR"}
    assert desk.post("/plan/choose/basic/invoice/", told).status_code == 404
    assert not Invoice.objects.exists()


def test_another_stores_invoice_is_nothing(desk: Client, batik: Store):
    invoice = open_invoice(batik)

    paths = ("", "invoice.pdf", "receipt.pdf", "paid/")
    answers = [desk.get(f"/plan/invoices/{invoice.uid}/{path}").status_code for path in paths]
    assert answers == [404] * 4
    assert desk.post(f"/plan/invoices/{invoice.uid}/pay/").status_code == 404


def test_finance_reads_invoices_and_pays_nothing(
    dashboard: Callable[..., Client], member: Callable[[str], User], kopi: Store
):
    invoice = open_invoice(kopi)
    browser = dashboard(member(Role.FINANCE))

    assert browser.get(f"/plan/invoices/{invoice.uid}/").status_code == 200
    assert browser.post(f"/plan/invoices/{invoice.uid}/pay/").status_code == 403


def test_the_list_of_invoices_asks_a_fixed_number_of_questions(
    desk: Client, kopi: Store, django_assert_max_num_queries
):
    for number in range(30):
        open_invoice(kopi, 1_000 + number)
    desk.get("/plan/invoices/")
    with django_assert_max_num_queries(10):
        page = desk.get("/plan/invoices/").content.decode()
    assert page.count("row-title") == 25
