"""T-XSS (A43), T-SSTI (A42): 300 scripts and 200 templates in every text that people write, on every page.

The columns are widened so that each holds all of them at once; then every page is asked for as the owner, a
member, a shopper, the platform's staff and by htmx. What a browser would run must not be in it.
"""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import models
from django.test import Client
from django.utils import timezone

from core.notifications import mail
from core.notifications.kinds import KINDS
from core.notifications.selectors import samples
from tenants import context, handoff
from tenants.models import PlatformAct, Role, Store, User
from tests.conftest import PASSWORD, client_at
from tests.factories.orders import NOON
from tests.security.payloads import SSTI, XSS, counted
from tests.security.reading import faults_of
from tests.security.stage import KEPT, addresses, furnish, plant_texts, text_columns

pytestmark = pytest.mark.attack
ALL = "\n".join((*XSS, *SSTI))
# Where an index holds at most some 2,700 bytes.
SHORT = " ".join((*XSS[::40], *SSTI[::20]))[:900]
EVALUATED = re.compile(r"(?<!\d)15211(?!\d)")
# These columns are part of an order of things that a hostile text cannot be in: a CHECK refuses it.
REFUSED_BY_THE_DATABASE: set[str] = set()


def test_there_are_enough_of_them():
    assert counted() == {"XSS": 300, "SSTI": 200, "ORDERINGS": counted()["ORDERINGS"]}
    assert counted()["ORDERINGS"] >= 100
    assert len(text_columns()) > 60


@pytest.mark.parametrize("text", XSS[::5])
def test_the_reader_sees_what_is_not_escaped(text: str):
    """Otherwise it would prove nothing. Some only work where an attribute or a browser of old lets them."""
    dead = (
        *("&lt;", "\\u003c", "<template", "<noscript", "<meta", "<style>"),
        *("<link", "<scr<", "<svg><use", '<img src="x`'),
    )
    if not text.startswith(dead):
        assert faults_of(f"<p>{text}</p>") or faults_of(f'<p title="{text}">x</p>'), text


@pytest.fixture
def hostile(kopi: Store) -> dict[str, list[str]]:
    """kopi with everything in it, and all of it hostile."""
    with context.in_store(kopi):
        ids = furnish()
        untouched = plant_texts(kopi.schema_name, ALL, SHORT)
    assert set(untouched) == REFUSED_BY_THE_DATABASE
    return ids


def wrong_on(browser: Client, path: str, **headers: str) -> list[str]:
    answer = browser.get(path, **headers)
    assert answer.status_code < 500, path
    kind = answer.headers.get("Content-Type", "")
    if not kind.startswith("text/html") or answer.streaming:
        return []
    page = answer.content.decode()
    evaluated = ["a template was evaluated"] if EVALUATED.search(page) else []
    return [f"{path}: {fault}" for fault in (*faults_of(page), *evaluated)]


def seen(browser: Client, told: list[tuple], hx: bool = True) -> list[str]:
    found = [fault for _route, path in told for fault in wrong_on(browser, path)]
    if hx:
        lists = [path for route, path in told if "<" not in route.address]
        found += [fault for path in lists for fault in wrong_on(browser, path, HTTP_HX_REQUEST="true")]
    return found


def test_the_owner_sees_texts(hostile: dict, kopi: Store, sari: User, dashboard: Callable[..., Client]):
    with context.in_store(kopi):
        told = list(addresses(("DASHBOARD",), hostile))
    assert len(told) > 100

    assert seen(dashboard(sari), told) == []


def test_a_member_sees_texts(hostile: dict, kopi: Store, member: Callable, dashboard: Callable[..., Client]):
    with context.in_store(kopi):
        told = list(
            {route.address: (route, path) for route, path in addresses(("DASHBOARD",), hostile)}.values()
        )

    assert seen(dashboard(member(Role.ORDERS)), told, hx=False) == []


def test_a_shopper_sees_texts(hostile: dict, kopi: Store, shop: Client):
    with context.in_store(kopi):
        told = list(addresses(("STOREFRONT",), hostile))

    assert seen(shop, told, hx=False) == []


def test_what_is_asked_for_comes_back_harmless(
    kopi: Store, shop: Client, sari: User, dashboard: Callable[..., Client]
):
    """Reflected: in searches, filters, cursors and addresses."""
    lists = (
        "/orders/",
        "/products/",
        "/customers/",
        "/stock/",
        "/settings/audit/",
        "/work/",
        "/stock/movements/",
    )
    names = (
        "q",
        "query",
        "sort",
        "tag",
        "after",
        "show",
        "state",
        "view",
        "next",
        "category",
        "location",
        "by",
    )
    browsers = ((dashboard(sari), lists), (shop, ("/search/", "/products/", "/nothing/", "/cart/")))
    found = []
    for at, text in enumerate(XSS):
        browser, paths = browsers[at % 2]
        answer = browser.get(paths[at // 2 % len(paths)], dict.fromkeys(names, text))
        found += faults_of(answer.content.decode())
    assert found == []


def test_the_platforms_staff_see_texts(hostile: dict, kopi: Store, sari: User):
    root = User.objects.create_user("root@example.com", PASSWORD, name=SHORT[:80], is_staff=True)
    TOTP.activate(root, generate_totp_secret())
    with context.in_public():
        Store.objects.filter(pk=kopi.pk).update(name="<script>xss(1)</script>\"'><img src=x onerror=xss(2)>")
        User.objects.filter(pk=sari.pk).update(name="<svg/onload=xss(3)>{{ 15000|add:'211' }}")
        PlatformAct.objects.create(
            at=timezone.now(),
            store=kopi,
            store_slug="kopi",
            actor_kind="MEMBER",
            actor_name="<svg/onload=xss(4)>",
            action="store.suspended",
            reason=ALL[:300],
            changes={XSS[0]: [XSS[5], SSTI[0]]},
        )
    staff = client_at(settings.CONSOLE_HOST)
    code = handoff.issue_for_console(user=root, next_path="/", now=timezone.now())
    staff.get("/auth/enter/", {"code": code})
    asked = "q=<script>xss(5)</script>"
    paths = ["/", "/alerts/", "/log/", "/stores/kopi/", f"/?{asked}", f"/log/?{asked}"]

    assert [fault for path in paths for fault in wrong_on(staff, path)] == []
    assert staff.get("/log/").status_code == 200


def test_mails_carry_texts(hostile: dict, kopi: Store):
    found = []
    with context.in_store(kopi):
        for kind in KINDS:
            letter = mail.write(kind, hostile_story(kind), "id")
            found += [f"{kind}: {fault}" for fault in faults_of(letter.html)]
            assert "xss(7)" in letter.html + letter.text or kind == "staff_stock_low", kind
            assert "\n" not in letter.subject and "\r" not in letter.subject
            assert not EVALUATED.search(letter.html + letter.text + letter.subject)
    assert found == []


def hostile_story(kind: str) -> samples.Story:
    """What a mail tells, with every text of it replaced."""
    story = samples.sample(kind, now=NOON)
    for row in (story.order, *story.lines, *story.accounts, story.parcel, story.refund):
        for field in row._meta.concrete_fields if row else ():
            if isinstance(field, models.CharField | models.TextField) and not KEPT.search(field.name):
                setattr(row, field.name, ALL)
    return story
