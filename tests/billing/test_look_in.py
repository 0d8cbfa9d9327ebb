"""Staff look into a dashboard only while its seller allows it, see no shopper, and change nothing."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from billing.models import LookInConsent
from billing.services import looking_in
from core.catalog.models import Product
from core.kernel import audit
from tenants import context, handoff
from tenants.models import Membership, PlatformAct, Role, StaffRole, Store, User
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.factories.catalog import make_product
from tests.factories.customers import customer
from tests.factories.orders import placed_order

CANARY = "CANARY SHOPPER"
ASK = {"hours": "4", "reason": "The stock looks wrong"}


@pytest.fixture
def seller(dashboard: Callable[..., Client], sari: User) -> Client:
    """The owner in her dashboard."""
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


@pytest.fixture
def guest(console: Client, seller: Client) -> Client:
    """Rina, who looks in with Sari's consent."""
    seller.post("/plan/support/allow/", ASK)
    return followed(console)


def followed(console: Client, slug: str = "kopi") -> Client:
    """A browser that goes where the console leads."""
    way = urlsplit(console.get("/stores/kopi/look-in/").headers["Location"])
    browser = client_at(f"{slug}.{settings.DASHBOARD_SUFFIX}")
    browser.cookies["lang"] = "en"
    browser.get(f"{way.path}?{way.query}")
    return browser


def is_out(browser: Client) -> bool:
    answer = browser.get("/")
    return answer.status_code == 302 and "/enter/" in answer.headers["Location"]


def test_without_consent_nobody_looks_in(console: Client, kopi: Store, rina: User):
    assert console.get("/stores/kopi/look-in/").headers["Location"] == "/stores/kopi/"

    code = handoff.issue_to_look_in(user=rina, store=kopi, now=timezone.now())
    door = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    assert door.get("/auth/look-in/", {"code": code}).status_code == 403
    assert door.get("/auth/enter/", {"code": code}).status_code == 403
    assert is_out(door)
    assert not PlatformAct.objects.filter(action="look_in.entered").exists()


def test_with_consent_staff_see_goods_and_a_banner_on_every_page(guest: Client, kopi: Store):
    with context.in_store(kopi):
        make_product("Kopi Gayo")

    for path in ("/", "/products/", "/stock/"):
        page = guest.get(path).content.decode()
        assert "Rina looks in until" in page
    assert "Kopi Gayo" in guest.get("/products/").content.decode()


def test_each_step_is_in_both_logs(guest: Client, seller: Client, kopi: Store):
    seller.post("/plan/support/take-back/")

    told = ["look_in.given", "look_in.entered", "look_in.taken_back"]
    acts = PlatformAct.objects.filter(action__startswith="look_in.").order_by("pk")
    assert list(acts.values_list("action", "actor_kind")) == list(
        zip(told, ["MEMBER", "STAFF", "MEMBER"], strict=True)
    )
    with context.in_store(kopi):
        rows = audit.entries().filter(subject="look_in").order_by("pk")
        assert list(rows.values_list("action", flat=True)) == told
    assert "Rina of our staff looked in" in seller.get("/plan/support/").content.decode()


def test_taken_back_is_over_with_the_next_click(guest: Client, seller: Client):
    assert guest.get("/").status_code == 200

    seller.post("/plan/support/take-back/")

    assert is_out(guest)
    seller.post("/plan/support/allow/", ASK)
    assert is_out(guest)


def test_it_ends_by_itself(guest: Client):
    assert guest.session.get_expiry_age() <= 4 * 3600
    LookInConsent.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert is_out(guest)


def test_consent_for_one_store_opens_no_other(console: Client, seller: Client, batik: Store, rina: User):
    seller.post("/plan/support/allow/", ASK)
    assert is_out(followed(console, "batik"))

    code = handoff.issue_to_look_in(user=rina, store=batik, now=timezone.now())
    door = client_at(f"batik.{settings.DASHBOARD_SUFFIX}")
    assert door.get("/auth/look-in/", {"code": code}).status_code == 403


@pytest.mark.parametrize("loss", [{"is_staff": False}, {"staff_role": "FINANCE"}, {"is_active": False}])
def test_who_may_not_help_any_more_is_out(guest: Client, rina: User, loss: dict):
    User.objects.filter(pk=rina.pk).update(**loss)

    assert is_out(guest)


def test_a_member_of_the_staff_who_works_there_too_still_only_looks(guest: Client, rina: User, kopi: Store):
    Membership.objects.create(user=rina, store=kopi, role=Role.OWNER)

    assert guest.get("/orders/").status_code == 403
    assert "Rina looks in until" in guest.get("/").content.decode()


def test_finance_has_no_way_in(console: Client, seller: Client, rina: User):
    seller.post("/plan/support/allow/", ASK)
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.FINANCE)

    assert console.get("/stores/kopi/look-in/").status_code == 403


def test_leaving_ends_it(guest: Client):
    assert guest.post("/auth/leave/").status_code == 200
    assert is_out(guest)


@pytest.mark.parametrize("wrong", [{"hours": "5"}, {"hours": ""}, {"reason": ""}, {"reason": "x" * 301}])
def test_other_hours_or_no_reason_allow_nothing(seller: Client, wrong: dict[str, str]):
    assert seller.post("/plan/support/allow/", {**ASK, **wrong}).status_code == 422
    assert not LookInConsent.objects.exists()


def test_only_the_owner_allows_it(dashboard: Callable[..., Client], member: Callable[..., User]):
    browser = dashboard(member(Role.ADMIN))

    assert browser.get("/plan/support/").status_code == 403
    assert browser.post("/plan/support/allow/", ASK).status_code == 403
    assert not LookInConsent.objects.exists()


def test_a_second_consent_ends_the_first(kopi: Store, sari: User):
    now = timezone.now()
    for hours in (24, 1):
        looking_in.give(store=kopi, user=sari, hours=hours, reason="again", actor=SYSTEM, now=now)

    open_one = LookInConsent.objects.get(taken_back_at__isnull=True)
    assert open_one.until == now + timedelta(hours=1)


# What they see, and what they cannot do: every address of the dashboard


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found: list[str] = []
    for each in patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            found += _addresses(each.url_patterns, path)
        elif "<" not in path and "(?P" not in path:
            found.append("/" + path.replace("^", "").replace("$", ""))
    return found


def addresses() -> list[str]:
    """Every address of the dashboard without a placeholder."""
    skipped = ("/auth/", "/language/", "/static/", "/media/", "/_gallery/", "/api/v1/openapi", "/api/v1/docs")
    return [
        each
        for each in _addresses(get_resolver(settings.DASHBOARD_URLCONF).url_patterns)
        if not each.startswith(skipped)
    ]


def test_no_page_shows_a_shopper(guest: Client, kopi: Store):
    with context.in_store(kopi):
        make_product("Kopi Gayo")
        shopper = customer(name=CANARY, phone="+6281277700011", email="canary@shopper.example")
        placed_order(customer=shopper)

    seen = {path: guest.get(path) for path in addresses()}

    assert len(seen) > 40
    assert sum(answer.status_code == 200 for answer in seen.values()) > 5
    for path, answer in seen.items():
        body = b"".join(answer) if answer.streaming else answer.content
        assert CANARY.encode() not in body and b"81277700011" not in body, path
    assert {seen[path].status_code for path in ("/orders/", "/customers/", "/settings/team/")} == {403}


def test_nothing_can_be_written(guest: Client, kopi: Store):
    with context.in_store(kopi):
        make_product("Kopi Gayo")
        before = list(Product.objects.values())

    for path in addresses():
        for method in (guest.post, guest.put, guest.patch, guest.delete):
            assert method(path).status_code in (401, 403, 404, 405, 422), path

    with context.in_store(kopi):
        assert list(Product.objects.values()) == before
        assert not audit.entries().filter(actor_kind="STAFF").exclude(subject="look_in").exists()
