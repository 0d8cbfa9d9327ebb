"""What is overdue is asked for on the days 0, 3, 7 and 14, each once; leavers are told before the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from billing import invoice_tasks
from billing.models import Invoice, Subscription
from billing.selectors.farewells import to_be_let_go
from billing.services import access, cycling, dunning, paying, standing
from tenants import access as doors
from tenants.models import Job, Store, User
from tenants.permissions import SYSTEM
from tenants.work import duties, work_until_idle
from tests.billing.invoices import DAY, NOON, open_invoice, subscribed


def overdue(store: Store, provider: str = "INVOICE", **columns: object) -> Subscription:
    """A store whose payment was missed at noon."""
    refs = (
        {"customer_ref": f"cus_{store.pk}", "external_ref": f"sub_{store.pk}"} if provider == "STRIPE" else {}
    )
    return subscribed(store, provider=provider, state="PAST_DUE", past_due_since=NOON, **{**refs, **columns})


def steps() -> list[int]:
    rows = Job.objects.filter(payload__template="plan_overdue").order_by("created_at")
    return [row.payload["facts"]["step"] for row in rows]


@pytest.mark.parametrize("provider", ["INVOICE", "STRIPE"])
def test_each_step_is_taken_once_on_its_day(kopi: Store, provider: str):
    overdue(kopi, provider)
    for hours in range(0, 24 * 20, 6):
        dunning.run(NOON + timedelta(hours=hours))

    assert steps() == [0, 3, 7, 14]


@pytest.mark.parametrize(("days", "found"), [(0, [0]), (2, [0]), (5, [3]), (9, [7]), (40, [14])])
def test_who_was_not_looked_at_gets_the_last_step_alone(kopi: Store, days: int, found: list[int]):
    overdue(kopi)
    for _ in range(2):
        dunning.run(NOON + timedelta(days=days))

    assert steps() == found


def test_paying_ends_it_at_once_and_a_new_miss_begins_anew(kopi: Store):
    subscription = overdue(kopi)
    dunning.run(NOON + 8 * DAY)
    access.recompute(NOON + 8 * DAY)
    kopi.refresh_from_db()
    assert doors.access_of(kopi) == "READ_ONLY"

    subscription.refresh_from_db()
    standing.move(subscription, kind="RECOVERED", now=NOON + 8 * DAY, state="ACTIVE")
    dunning.run(NOON + 20 * DAY)
    assert steps() == [7]
    subscription.refresh_from_db()
    again = NOON + 30 * DAY
    standing.move(subscription, kind="PAST_DUE", now=again, state="PAST_DUE", past_due_since=again)
    dunning.run(again)
    assert steps() == [7, 0]


def test_other_stores_hear_nothing(kopi: Store, batik: Store):
    overdue(kopi)
    dunning.run(NOON)

    assert set(
        Job.objects.filter(payload__template="plan_overdue").values_list("payload__store_id", flat=True)
    ) == {kopi.pk}
    assert Subscription.objects.get(store=batik).dunned_day is None


def _mails(store: Store, language: str) -> list[EmailMultiAlternatives]:
    User.objects.update(language=language)
    for job in Job.objects.filter(kind="billing.mails.owners"):
        duties()[job.kind].run(**job.payload)
    return mail.outbox


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [("en", "did not arrive", "Everything works as before"), ("id", "belum kami terima", "Rp509.490")],
)
def test_the_mail_says_how_much_since_when_what_follows_and_where_to_pay(
    kopi: Store, language: str, subject: str, words: str
):
    overdue(kopi)
    invoice = open_invoice(kopi)
    dunning.run(NOON)

    (sent,) = _mails(kopi, language)
    html = sent.alternatives[0][0]
    assert sent.to == ["sari@example.com"]
    assert subject in sent.subject
    for text in (sent.body, html):
        assert words in text
        assert invoice.number in text
        assert "/plan/" in text
        assert "8 Jul" in text


@pytest.mark.parametrize("template", ["plan_invoice", "plan_receipt", "plan_farewell"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_mail_about_the_plan_can_be_read(kopi: Store, template: str, language: str):
    facts = {
        "number": "INV-1",
        "amount": 509_490,
        "currency": "IDR",
        "due_at": NOON.isoformat(),
        "until_at": NOON.isoformat(),
    }
    User.objects.update(language=language)
    duties()["billing.mails.owners"].run(store_id=kopi.pk, template=template, facts=facts)

    (sent,) = mail.outbox
    assert "Kopi Senja" in sent.body
    assert sent.subject
    assert "{{" not in sent.body + sent.subject


def test_leavers_are_told_twice_and_then_listed_and_nothing_is_deleted(kopi: Store):
    subscribed(kopi, state="CANCELED", state_since=NOON)
    for days in range(0, 120, 2):
        dunning.run(NOON + timedelta(days=days))

    told = Job.objects.filter(payload__template="plan_farewell").order_by("created_at")
    assert [job.payload["facts"]["days"] for job in told] == [30, 7]
    assert [row.store.slug for row in to_be_let_go(NOON + 90 * DAY)] == ["kopi"]
    assert list(to_be_let_go(NOON + 89 * DAY)) == []
    kopi.refresh_from_db()
    assert kopi.state == "ACTIVE"


def test_who_comes_back_is_told_anew_another_time(kopi: Store):
    subscription = subscribed(kopi, state="CANCELED", state_since=NOON, farewell_day=83)
    standing.move(subscription, kind="REACTIVATED", now=NOON + 85 * DAY, state="ACTIVE")
    dunning.run(NOON + 86 * DAY)

    assert Subscription.objects.get(store=kopi).farewell_day is None


def test_one_clock_duns_reads_only_pauses_and_paying_restores(
    kopi: Store, sari: User, dashboard: Callable[..., Client], shop: Client, monkeypatch: pytest.MonkeyPatch
):
    subscription = subscribed(kopi)
    due = subscription.period_ends_at
    seen = []
    for days in (-7, 0, 3, 7, 14, 21):
        now = due + timedelta(days=days)
        monkeypatch.setattr("billing.clock.now", lambda now=now: now)
        invoice_tasks.go_on()
        kopi.refresh_from_db()
        seen.append((at(kopi).state, doors.access_of(kopi), shop.get("/").status_code))
    assert seen == [
        ("ACTIVE", "FULL", 200),
        ("PAST_DUE", "FULL", 200),
        ("PAST_DUE", "FULL", 200),
        ("PAST_DUE", "READ_ONLY", 200),
        ("PAST_DUE", "SHOP_PAUSED", 503),
        ("UNPAID", "SHOP_PAUSED", 503),
    ]
    assert steps() == [0, 3, 7, 14]
    invoice = Invoice.objects.get()
    paying.confirm_transfer(
        invoice=invoice, amount=509_490, bank_reference="x", reason="x", actor=SYSTEM, now=now
    )
    kopi.refresh_from_db()
    assert kopi.entitlements == at(kopi).plan.entitlements
    assert (shop.get("/").status_code, dashboard(sari).post("/products/new/", {}).status_code) == (200, 422)


def at(store: Store) -> Subscription:
    return Subscription.objects.select_related("plan").get(store=store)


def test_the_routines_write_duties_and_the_duties_run(kopi: Store):
    invoice_tasks.let_plans_go_on()
    invoice_tasks.let_plans_go_on()
    assert Job.objects.filter(kind=invoice_tasks.GO_ON).count() == 1

    assert work_until_idle() >= 1
    assert Job.objects.get(kind=invoice_tasks.GO_ON).state == "DONE"


def test_looking_at_plans_costs_the_same_for_many_that_are_fine(
    kopi: Store, batik: Store, django_assert_max_num_queries
):
    for store in (kopi, batik):
        subscribed(store)
    with django_assert_max_num_queries(20):
        cycling.run(NOON)
        dunning.run(NOON)
        access.recompute(NOON)


def test_every_page_leads_to_the_invoice_that_is_open(kopi: Store):
    overdue(kopi)
    invoice = open_invoice(kopi)
    access.recompute(NOON + 8 * DAY)
    kopi.refresh_from_db()

    assert doors.notice_of(kopi, NOON + 8 * DAY).url == f"/plan/invoices/{invoice.uid}/"
