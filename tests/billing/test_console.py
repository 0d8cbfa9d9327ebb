"""The staff console: who gets in, what it shows, and what staff may do to a store."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.test import Client
from django.utils import timezone

from billing import services
from billing.models import Subscription, SubscriptionState, Usage
from tenants import context, entitlements, handoff, provisioning
from tenants.models import Job, JobState, PlatformAct, Role, Store, StoreState, User
from tenants.sessions import AUDIENCE
from tests.conftest import PASSWORD, client_at
from tests.factories.catalog import make_product

WHY = {"reason": "support request 12"}


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def log_in(user: User) -> Client:
    browser = client_at(settings.PLATFORM_HOST)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


# Who gets in


def test_a_stranger_is_sent_to_the_log_in():
    answer = client_at(settings.CONSOLE_HOST).get("/stores/kopi/")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/console/enter/?next=%2Fstores%2Fkopi%2F")
    assert answer.headers["Location"].startswith(f"{settings.SCHEME}://{settings.PLATFORM_HOST}")


def test_sellers_have_no_console(kopi: Store, sari: User):
    assert log_in(sari).get("/console/enter/").status_code == 404
    with pytest.raises(handoff.HandoffRefused):
        handoff.issue_for_console(user=sari, next_path="/", now=timezone.now())


def test_staff_without_a_second_factor_are_led_to_set_one_up(db: None):
    browser = log_in(User.objects.create_user("new@example.com", PASSWORD, is_staff=True))

    answer = browser.get("/console/enter/")

    assert answer.status_code == 403
    assert "/accounts/2fa/totp/activate/" in answer.content.decode()


def test_a_password_and_a_code_lead_in(db: None):
    user = User.objects.create_user("new@example.com", PASSWORD, is_staff=True)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    browser = log_in(user)
    assert browser.get("/console/enter/").status_code == 302
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    way = browser.get("/console/enter/", {"next": "/log/"}).headers["Location"]

    host, _, rest = way.partition("/auth/enter/")
    assert host.startswith(f"{settings.SCHEME}://{settings.CONSOLE_HOST}")
    inside = client_at(settings.CONSOLE_HOST)
    assert inside.get(f"/auth/enter/{rest}").headers["Location"] == "/log/"
    assert inside.get("/").status_code == 200
    assert inside.session.get_expiry_age() <= 8 * 3600


def test_a_session_from_before_the_second_factor_shows_it_first(db: None):
    user = User.objects.create_user("new@example.com", PASSWORD, is_staff=True)
    browser = log_in(user)
    TOTP.activate(user, generate_totp_secret())

    answer = browser.get("/console/enter/")

    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Fconsole%2Fenter%2F")


@pytest.mark.parametrize("loss", ["is_staff", "is_active", "factor"])
def test_who_loses_what_it_takes_is_out_at_once(console: Client, rina: User, loss: str):
    assert console.get("/").status_code == 200
    if loss == "factor":
        Authenticator.objects.filter(user=rina).delete()
    else:
        User.objects.filter(pk=rina.pk).update(**{loss: False})

    assert console.get("/").status_code in (302, 403)
    assert console.post("/stores/kopi/suspend/", WHY).status_code in (302, 403)


def test_codes_of_stores_and_of_the_console_are_not_exchanged(kopi: Store, rina: User, sari: User):
    of_console = handoff.issue_for_console(user=rina, next_path="/", now=timezone.now())
    of_store = handoff.issue(user=sari, store=kopi, next_path="/", now=timezone.now())
    shop = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    desk = client_at(settings.CONSOLE_HOST)

    assert shop.get("/auth/enter/", {"code": of_console}).status_code == 403
    assert desk.get("/auth/enter/", {"code": of_store}).status_code == 403
    assert desk.get("/auth/enter/", {"code": of_console}).status_code == 302
    assert desk.get("/auth/enter/", {"code": of_console}).status_code == 403


def test_leaving_ends_the_session(console: Client):
    assert console.get("/auth/leave/").status_code == 405
    assert console.post("/auth/leave/").status_code == 302
    assert console.get("/").status_code == 302


# What it shows


def test_the_list_shows_every_store(console: Client, kopi: Store, batik: Store):
    page = console.get("/")

    assert {card.store.slug for card in page.context["rows"]} == {"kopi", "batik"}
    assert {card.owner for card in page.context["rows"]} == {"sari@example.com", "tono@example.com"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kopi", ["kopi"]),
        ("LARAS", ["batik"]),
        ("sari@example", ["kopi"]),
        ("batik.shop", ["batik"]),
        ("nobody", []),
        ("%", []),
        ("x\x00y", []),
    ],
)
def test_a_store_is_found_by_name_address_domain_or_owner(
    console: Client, kopi: Store, batik: Store, query: str, found: list[str]
):
    assert [card.store.slug for card in console.get("/", {"q": query}).context["rows"]] == found


def test_views_filter_and_count(console: Client, kopi: Store, batik: Store):
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.SUSPENDED)
    soon = timezone.now() + timedelta(days=1)
    Subscription.objects.filter(store=batik).update(trial_ends_at=soon)

    shown = {
        view: [card.store.slug for card in console.get("/", {"view": view}).context["rows"]]
        for view in ("open", "suspended", "building", "trial_ending", "closed")
    }

    assert shown == {
        "open": ["batik"],
        "suspended": ["kopi"],
        "building": [],
        "trial_ending": ["batik"],
        "closed": [],
    }
    assert [view["count"] for view in console.get("/").context["views"]] == [2, 1, 1, 0, 1, 0]


def test_pages_follow_each_other(console: Client, kopi: Store, batik: Store, monkeypatch):
    monkeypatch.setattr(
        "billing.selectors.store_list.store_page.__kwdefaults__",
        {"query": "", "view": "", "after": "", "limit": 1},
    )
    first = console.get("/")
    second = console.get(first.context["next_url"])

    assert [card.store.slug for page in (first, second) for card in page.context["rows"]] == ["batik", "kopi"]
    assert second.context["next_url"] is None
    assert console.get("/", {"after": "x"}).status_code == 422


def test_the_list_asks_a_fixed_number_of_queries(
    console: Client, kopi: Store, batik: Store, sari: User, django_assert_num_queries
):
    console.get("/")
    for number in range(4):
        provisioning.open_store(owner=sari, name=f"Toko {number}", slug=f"toko-{number}")

    with django_assert_num_queries(8):
        console.get("/")


def test_a_store_page_tells_what_staff_need_and_nothing_of_its_rows(
    console: Client, kopi: Store, batik: Store
):
    with context.in_store(kopi):
        make_product("Rahasia Dapur")
    Job.objects.create(
        store=kopi, kind="core.x.y", state=JobState.DEAD, last_error="Boom", next_at=timezone.now()
    )
    services.count_use(kopi, timezone.now())

    page = console.get("/stores/kopi/").content.decode()

    assert "sari@example.com" in page
    assert f"kopi.{settings.STOREFRONT_SUFFIX}" in page
    assert "Boom" in page
    assert "tono@example.com" not in page
    assert "Rahasia Dapur" not in page
    assert Usage.objects.get(store=kopi, name="products").used == 1


def test_opening_a_store_is_written_down(console: Client, kopi: Store):
    console.get("/stores/kopi/")

    act = PlatformAct.objects.get(action="store.opened")
    assert (act.store, act.actor_kind, act.actor_name) == (kopi, "STAFF", "Rina")
    assert "store.opened" in console.get("/log/").content.decode()
    assert "store.opened" not in console.get("/log/", {"q": "nothing like it"}).content.decode()


def test_an_unknown_store_is_not_found(console: Client):
    assert console.get("/stores/no-such-store/").status_code == 404
    assert console.post("/stores/no-such-store/suspend/", WHY).status_code == 404


# What staff may do


def test_a_trial_is_extended_with_a_reason(console: Client, kopi: Store):
    before = Subscription.objects.get(store=kopi).trial_ends_at

    answer = console.post("/stores/kopi/trial/", {"days": 10, **WHY})

    assert answer.status_code == 302
    assert Subscription.objects.get(store=kopi).trial_ends_at == before + timedelta(days=10)
    assert PlatformAct.objects.get(action="subscription.trial_extended").reason == WHY["reason"]


def test_a_trial_that_ended_begins_again_from_now(console: Client, kopi: Store):
    Subscription.objects.filter(store=kopi).update(
        state=SubscriptionState.ENDED, trial_ends_at=timezone.now() - timedelta(days=90)
    )

    console.post("/stores/kopi/trial/", {"days": 5, **WHY})

    subscription = Subscription.objects.get(store=kopi)
    assert subscription.state == SubscriptionState.TRIALING
    assert timedelta(days=4) < subscription.trial_ends_at - timezone.now() < timedelta(days=5, minutes=1)


def test_a_changed_plan_changes_what_is_allowed(console: Client, kopi: Store):
    assert console.post("/stores/kopi/plan/", {"plan": "basic", **WHY}).status_code == 302

    subscription = Subscription.objects.select_related("plan").get(store=kopi)
    assert (subscription.plan.code, subscription.state) == ("basic", SubscriptionState.ACTIVE)
    assert entitlements.fresh(kopi)["products"] == 1_000
    act = PlatformAct.objects.get(action="subscription.plan_changed")
    assert act.changes == {"plan": ["professional", "basic"]}


def test_a_store_is_suspended_and_opened_again(
    console: Client, kopi: Store, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        console.post("/stores/kopi/suspend/", WHY)
    assert client_at(f"kopi.{settings.STOREFRONT_SUFFIX}").get("/").status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        console.post("/stores/kopi/resume/", WHY)
    assert client_at(f"kopi.{settings.STOREFRONT_SUFFIX}").get("/").status_code == 200
    assert list(PlatformAct.objects.filter(store=kopi).order_by("pk").values_list("action", flat=True)) == [
        "store.suspended",
        "store.resumed",
    ]


def test_a_store_that_got_stuck_is_built_on(console: Client, sari: User):
    store = provisioning.open_store(owner=sari, name="Toko Macet", slug="toko-macet")
    Job.objects.filter(payload__store_id=store.pk).update(state=JobState.DEAD, last_error="disk full")
    assert "disk full" in console.get("/stores/toko-macet/").content.decode()

    assert console.post("/stores/toko-macet/build/", WHY).status_code == 302
    console.post("/stores/toko-macet/build/", WHY)

    waiting = Job.objects.filter(kind=provisioning.PROVISION, state=JobState.WAITING)
    assert [job.payload for job in waiting] == [{"store_id": store.pk}]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("suspend", {}),
        ("suspend", {"reason": "x"}),
        ("suspend", {"reason": "x" * 400}),
        ("suspend", {"reason": "nul\x00nul"}),
        ("resume", WHY),
        ("build", WHY),
        ("trial", {"days": 0, **WHY}),
        ("trial", {"days": 10_000, **WHY}),
        ("trial", {"days": "many", **WHY}),
        ("trial", {"days": 3}),
        ("plan", {"plan": "gold", **WHY}),
        ("plan", {"plan": "basic"}),
    ],
)
def test_what_is_refused_changes_nothing(console: Client, kopi: Store, act: str, fields: dict):
    before = (
        Store.objects.get(pk=kopi.pk).state,
        entitlements.fresh(kopi),
        Subscription.objects.filter(store=kopi).values().get(),
    )

    answer = console.post(f"/stores/kopi/{act}/", fields)

    assert answer.status_code == 422
    assert before == (
        Store.objects.get(pk=kopi.pk).state,
        entitlements.fresh(kopi),
        Subscription.objects.filter(store=kopi).values().get(),
    )
    assert not PlatformAct.objects.exclude(action="console.entered").exists()


def test_members_of_a_store_reach_none_of_it(kopi: Store, member):
    """Not even with a session of their own on the console's host."""
    owner = member(Role.OWNER)
    browser = client_at(settings.CONSOLE_HOST)
    browser.force_login(owner)
    session = browser.session
    session[AUDIENCE] = "CONSOLE"
    session.save()

    for path in ("/", "/stores/kopi/", "/log/"):
        assert browser.get(path).status_code == 403
    assert browser.post("/stores/kopi/suspend/", WHY).status_code == 403
    assert Store.objects.get(pk=kopi.pk).state == StoreState.ACTIVE
