"""From three fields to an open store, and what is refused on the way."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from tenants import work
from tenants.models import HostKind, Job, JobState, Membership, Role, Store, StoreState, User
from tests.conftest import PASSWORD, client_at

FIELDS = {"email": "Ayu@Example.com", "password": "tiga kata acak ini", "store_name": "Roti Ayu"}


@pytest.mark.django_db(transaction=True)
def test_three_fields_make_an_account_and_an_open_store():
    platform = client_at("localhost")

    answer = platform.post("/signup/", FIELDS)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/stores/roti-ayu/opening/"
    assert b"Roti Ayu" in platform.get("/stores/roti-ayu/opening/").content
    work.work_until_idle()
    store = Store.objects.get(slug="roti-ayu")
    assert store.state == StoreState.ACTIVE
    assert store.entitlements["products"] == 10_000
    assert Membership.objects.get(store=store).user.email == "ayu@example.com"
    assert platform.get("/stores/roti-ayu/opening/").headers["Location"] == "/stores/roti-ayu/enter/"
    assert [letter.to for letter in mail.outbox] == [["ayu@example.com"]]


def test_the_way_into_a_suspended_store_leads_to_what_is_said_about_it(platform: Client, kopi: Store):
    platform.post("/accounts/login/", {"login": "sari@example.com", "password": PASSWORD})
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.SUSPENDED)

    assert platform.get("/stores/kopi/enter/").headers["Location"] == "/stores/kopi/opening/"
    assert platform.get("/stores/kopi/opening/").headers["Location"] == "/stores/"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no-address"}, "email"),
        ({"email": "sari@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password123456"}, ""),
        ({"store_name": ""}, "store_name"),
        ({"store_name": "x\x00y"}, "store_name"),
        ({"slug": "admin"}, "slug"),
        ({"slug": "kopi"}, "slug"),
        ({"slug": "-x-"}, "slug"),
        ({"slug": "Ünicode"}, "slug"),
    ],
)
def test_what_is_refused_changes_nothing(platform: Client, kopi: Store, sari: User, change: dict, field: str):
    before = (User.objects.count(), Store.objects.count(), Job.objects.count())

    answer = platform.post("/signup/", {**FIELDS, **change})

    if field:
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert before == (User.objects.count(), Store.objects.count(), Job.objects.count())


def test_an_address_is_proposed_live(platform: Client, kopi: Store):
    assert b"kopi-2" in platform.get("/signup/address/", {"store_name": "Kopi"}).content
    assert b'aria-invalid="true"' in platform.get("/signup/address/", {"slug": "admin"}).content
    assert b"aria-invalid" not in platform.get("/signup/address/", {"slug": "kedai-baru"}).content
    assert platform.get("/signup/address/", {"store_name": "\x00" * 500}).status_code == 200


def test_logging_in_shows_the_stores(platform: Client, sari: User):
    answer = platform.post("/accounts/login/", {"login": "sari@example.com", "password": PASSWORD})

    assert answer.headers["Location"] == "/stores/"
    page = platform.get("/stores/").content.decode()
    assert "Kopi Senja" in page
    assert "Batik" not in page


def test_a_wrong_password_is_refused_without_a_reason_that_helps_a_thief(platform: Client, sari: User):
    known = platform.post("/accounts/login/", {"login": "sari@example.com", "password": "salah sekali"})
    unknown = platform.post("/accounts/login/", {"login": "nobody@example.com", "password": "salah sekali"})

    assert known.context["form"].errors == unknown.context["form"].errors


def test_a_further_store_is_opened_with_a_name(log_in: Callable[[User], Client], sari: User):
    answer = log_in(sari).post("/stores/new/", {"store_name": "Teh Senja"})

    assert answer.headers["Location"] == "/stores/teh-senja/opening/"
    assert Membership.objects.get(store__slug="teh-senja").role == Role.OWNER
    assert Job.objects.filter(state=JobState.WAITING).count() == 1
    assert HostKind.DASHBOARD in Store.objects.get(slug="teh-senja").hostnames.values_list("kind", flat=True)


@pytest.mark.parametrize("path", ["/", "/signup/", "/accounts/login/"])
def test_who_asks_only_for_the_head_is_answered(platform: Client, path: str):
    answer = platform.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/signup/", "/accounts/signup/", "/accounts/login/", "/stores/new/"])
def test_a_form_may_end_on_a_dashboard(platform: Client, sari: User, log_in: Callable, path: str):
    """Browsers hold every redirect after a form against the policy of its page."""
    browser = log_in(sari) if path == "/stores/new/" else platform

    policy = browser.get(path).headers["Content-Security-Policy"]

    allowed = next(part for part in policy.split("; ") if part.startswith("form-action"))
    assert f"http://*.{settings.DASHBOARD_SUFFIX}" in allowed
