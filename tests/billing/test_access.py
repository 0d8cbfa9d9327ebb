"""Without payment a store can be read, exported and left; then its shop rests. Paying restores all."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Subscription
from billing.services import access, standing
from core.catalog.models import Product
from tenants import access as doors
from tenants import context
from tenants.models import Role, Store, User
from tests.billing.invoices import DAY, NOON, subscribed
from tests.factories.catalog import make_product
from tests.factories.payments import open_payment
from tests.isolation.bodies import BODIES
from tests.isolation.routes import Route, operations, pages
from tests.isolation.table import rows
from tests.isolation.writes import writes, written_since

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# The plan, taking everything along, leaving, signing out, the language.
STAY_OPEN = (
    "plan/",
    "settings/data/archives/make/",
    "settings/data/leave/",
    "auth/leave/",
    "language/",
    "_gallery/",
)


def overdue(store: Store, days: int, state: str = "PAST_DUE", **columns: object) -> Subscription:
    """A store on the day so many days after it should have paid."""
    since = {"past_due_since": NOON} if state in ("PAST_DUE", "UNPAID") else {}
    subscription = subscribed(store, state=state, **{**since, **columns})
    standing.grant(subscription, NOON + timedelta(days=days))
    store.refresh_from_db()
    return subscription


@pytest.mark.parametrize(
    ("state", "day", "allowed"),
    [
        ("PAST_DUE", 0, "FULL"),
        ("PAST_DUE", 6, "FULL"),
        ("PAST_DUE", 7, "READ_ONLY"),
        ("PAST_DUE", 13, "READ_ONLY"),
        ("PAST_DUE", 14, "SHOP_PAUSED"),
        ("UNPAID", 0, "READ_ONLY"),
        ("CANCELED", 29, "READ_ONLY"),
        ("CANCELED", 30, "SHOP_PAUSED"),
        ("ENDED", 7, "SHOP_PAUSED"),
        ("PAUSED", 0, "SHOP_PAUSED"),
        ("ACTIVE", 400, "FULL"),
    ],
)
def test_what_is_allowed_on_which_day(kopi: Store, batik: Store, state: str, day: int, allowed: str):
    before = dict(batik.entitlements)
    overdue(kopi, day, state)

    assert doors.access_of(kopi) == allowed
    batik.refresh_from_db()
    assert batik.entitlements == before


def test_a_day_that_comes_is_applied_once_and_takes_nothing_else(kopi: Store):
    subscription = overdue(kopi, 0)
    before = dict(kopi.entitlements)

    access.recompute(NOON + 7 * DAY)
    access.recompute(NOON + 7 * DAY)

    kopi.refresh_from_db()
    assert kopi.entitlements == {
        **before,
        "access": "READ_ONLY",
        "notice": {"kind": "PAST_DUE", "next": "SHOP_PAUSED", "next_at": (NOON + 14 * DAY).isoformat()},
    }
    standing.move(subscription, kind="RECOVERED", now=NOON + 8 * DAY, state="ACTIVE")
    kopi.refresh_from_db()
    assert kopi.entitlements == subscription.plan.entitlements


def test_a_trial_says_three_days_before_that_it_ends(kopi: Store):
    subscribed(kopi, state="TRIALING", provider="NONE", trial_ends_at=NOON + 4 * DAY)
    access.recompute(NOON)
    kopi.refresh_from_db()
    assert doors.notice_of(kopi, NOON) is None

    access.recompute(NOON + DAY)
    kopi.refresh_from_db()
    told = doors.notice_of(kopi, NOON + DAY)
    assert (told.kind, told.access, told.days) == ("TRIAL_ENDING", "FULL", 3)


def _sent(client: Client, method: str, route: Route) -> int:
    body = BODIES.get(route.name, {})
    return client.generic(
        method, route.made_up(), json.dumps(body), content_type="application/json"
    ).status_code


def test_every_page_that_changes_something_is_refused(
    kopi: Store, sari: User, dashboard: Callable[..., Client]
):
    browser = dashboard(sari)
    overdue(kopi, 8)
    browser.get("/")
    asked = {row.address: row.methods for row in rows("DASHBOARD")}
    before, answers = writes(), {}
    for route in pages():
        if route.kind == "DASHBOARD" and not route.address.startswith(STAY_OPEN):
            for method in set(asked.get(route.address, ())).intersection(UNSAFE):
                answers[f"{method} {route.address}"] = browser.generic(method, route.made_up()).status_code

    assert {door: status for door, status in answers.items() if status != 402} == {}
    assert len(answers) > 100
    assert written_since(before) == {}


def test_every_operation_that_changes_something_is_refused(kopi: Store, api: Client):
    overdue(kopi, 8)
    api.get("/api/v1/products")
    before, answers = writes(), {}
    for route in operations():
        if route.kind == "DASHBOARD" and route.methods[0] in UNSAFE and "/plan" not in route.address:
            answers[route.name] = _sent(api, route.methods[0], route)
    del answers["create_archive"]

    # What does not even say what is wanted is refused for that.
    assert {name: status for name, status in answers.items() if status not in (402, 422)} == {}
    assert sum(status == 402 for status in answers.values()) > 60
    assert written_since(before).keys() <= {
        "public.tenants_storearchive",
        "public.tenants_job",
        "public.tenants_platformact",
    }


def test_reading_exporting_and_signing_out_work(kopi: Store, sari: User, dashboard: Callable[..., Client]):
    browser = dashboard(sari)
    overdue(kopi, 20)

    assert [browser.get(page).status_code for page in ("/", "/products/", "/orders/", "/settings/data/")] == [
        200
    ] * 4
    assert browser.post("/settings/data/archives/make/").status_code == 302
    assert browser.post("/auth/leave/").status_code == 200


def test_the_refusal_says_why_and_where_to_pay_and_typed_text_stays(
    kopi: Store, sari: User, dashboard: Callable[..., Client]
):
    browser = dashboard(sari)
    overdue(kopi, 8)

    page = browser.post("/products/new/", {"title": "Baru"})
    part = browser.post("/products/new/", {"title": "Baru"}, headers={"HX-Request": "true"})

    assert (page.status_code, part.status_code) == (402, 402)
    assert b'href="/plan/"' in page.content
    assert b"<html" in page.content
    assert b'role="alert"' in part.content
    assert b"<html" not in part.content
    assert "toast" in json.loads(part.headers["HX-Trigger"])
    with context.in_store(kopi):
        assert not Product.objects.exists()


def test_programs_get_a_problem_document(kopi: Store, api: Client):
    overdue(kopi, 8)

    answer = api.post("/api/v1/brands", {"name": "Baru"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (402, "payment_required")
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_strangers_and_other_roles_hear_what_they_heard_before(
    kopi: Store, member: Callable[[str], User], dashboard: Callable[..., Client]
):
    stranger, packer = Client(HTTP_HOST="kopi.app.localhost"), dashboard(member(Role.WAREHOUSE))
    overdue(kopi, 8)

    assert stranger.post("/products/new/").status_code == 302
    assert packer.post("/products/new/").status_code == 403


def test_who_pays_is_let_in_at_once_even_where_an_old_answer_is_remembered(
    kopi: Store, sari: User, dashboard: Callable[..., Client]
):
    browser = dashboard(sari)
    overdue(kopi, 8)
    assert browser.post("/products/brands/add/", {"name": "Baru"}).status_code == 402

    paid = {name: value for name, value in kopi.entitlements.items() if name not in ("access", "notice")}
    Store.objects.filter(pk=kopi.pk).update(entitlements=paid)

    assert browser.post("/products/brands/add/", {"name": "Baru"}).status_code != 402


@pytest.mark.parametrize(
    ("day", "words", "pays"), [(1, "overdue", True), (8, "can only be read", True), (15, "shop rests", True)]
)
def test_every_page_says_how_things_stand(
    kopi: Store, sari: User, dashboard: Callable[..., Client], day: int, words: str, pays: bool, monkeypatch
):
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    monkeypatch.setattr("billing.clock.now", lambda: NOON + timedelta(days=day))
    overdue(kopi, day)

    page = browser.get("/orders/").content.decode()
    assert words in page
    assert ('href="/plan/">Pay now' in page) is pays


def test_who_may_not_pay_is_told_without_a_button(kopi: Store, budi: User, dashboard: Callable[..., Client]):
    browser = dashboard(budi)
    browser.cookies["lang"] = "en"
    overdue(kopi, 8)

    page = browser.get("/orders/").content.decode()
    assert "can only be read" in page
    assert "Pay now" not in page


def test_the_banner_costs_no_query(kopi: Store, sari: User, dashboard: Callable[..., Client]):
    browser = dashboard(sari)
    browser.get("/orders/")
    whole = _count(browser)
    overdue(kopi, 8)
    browser.get("/orders/")

    assert _count(browser) == whole


def _count(browser: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        browser.get("/orders/")
    return len(seen)


@pytest.mark.parametrize("address", ["/", "/products/", "/search/?q=x", "/cart/", "/checkout/", "/no-such/"])
def test_a_paused_shop_shows_a_polite_note(kopi: Store, shop: Client, address: str):
    assert shop.get(address).status_code != 503
    overdue(kopi, 15)

    page = shop.get(address)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "3600")
    assert page.headers["Cache-Control"] == "no-store"
    assert b"noindex" not in page.content
    assert 'lang="id"' in page.content.decode()
    assert 'lang="en"' in page.content.decode()
    assert kopi.name in page.content.decode()


def test_a_kept_page_does_not_outlive_the_shop(kopi: Store, shop: Client, settings):
    with context.in_store(kopi):
        product = make_product()
    settings.PAGE_SECONDS = 300
    assert [shop.get("/").status_code for _ in range(2)] == [200, 200]

    overdue(kopi, 15)
    assert shop.get("/").status_code == 503
    assert shop.get("/robots.txt").status_code == 200
    assert product.pk


def test_a_grace_and_a_read_only_dashboard_leave_the_shop_open(kopi: Store, shop: Client):
    for day in (1, 8):
        overdue(kopi, day)
        assert shop.get("/").status_code == 200


def test_programs_of_a_paused_shop_are_told_to_come_back(kopi: Store, shop: Client):
    overdue(kopi, 15)

    answer = shop.get("/api/storefront/v1/products")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "3600"


def test_what_was_begun_can_still_be_paid(kopi: Store, shop: Client):
    with context.in_store(kopi):
        payment = open_payment("MANUAL_TRANSFER")
        token = payment.order.token if hasattr(payment.order, "token") else ""
    overdue(kopi, 15)

    assert shop.get(f"/orders/{token}/").status_code != 503
    assert shop.post("/hooks/midtrans/x/", b"{}", content_type="application/json").status_code == 404
