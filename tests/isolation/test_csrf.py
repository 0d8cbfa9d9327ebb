"""T-CSRF: no page of somebody else's makes a browser change anything here (A52)."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.constants import NOT_SET

from config.api import dashboard_api, storefront_api
from core.integrations.auth import ApiKeyAuth
from tests.canaries import WatchedClient
from tests.isolation.conftest import Play
from tests.isolation.people import HOSTS, Person
from tests.isolation.places import filled
from tests.isolation.routes import pages
from tests.isolation.table import Row, rows
from tests.isolation.test_attacks import undone
from tests.isolation.writes import writes, written_since

# Pages that take a POST without a token, and why nobody can be made to send one that counts.
EXEMPT = {
    "hooks/<slug:provider>/<slug:endpoint_id>/": "a gateway posts it; its signature is in the message",
    "hooks/stripe/": "Stripe posts it; its signature is in a header that no form can send",
    "hooks/midtrans/": "Midtrans posts it for our own invoices; its signature is in the message",
}
FOREIGN = {
    "another site": {"Origin": "https://evil.example"},
    "no site at all": {"Origin": "null"},
    "the other store's dashboard": {"Origin": f"http://batik.{settings.DASHBOARD_SUFFIX}"},
    "this store's own shop": {"Origin": f"http://kopi.{settings.STOREFRONT_SUFFIX}"},
    "our name on another port": {"Origin": f"http://kopi.{settings.DASHBOARD_SUFFIX}:6666"},
}


def posting() -> list[Row]:
    found = rows("DASHBOARD", "PLATFORM", "CONSOLE", "STOREFRONT")
    return [row for row in found if "POST" in row.methods and row.address not in EXEMPT]


def careful(person: Person, token: str = "") -> WatchedClient:
    """The person's browser, with the checks that a test's browser usually leaves out."""
    host = person.client.defaults["HTTP_HOST"]
    browser = WatchedClient(HTTP_HOST=host, SERVER_NAME=host, enforce_csrf_checks=True)
    for name, value in person.cookies:
        browser.cookies[name] = value
    if token:
        browser.cookies[settings.CSRF_COOKIE_NAME] = token
    return browser


def is_refused(answer: Any) -> bool:
    """Whether it was the check that refused, and not the door."""
    told = answer.content.decode()
    for language in ("id", "en"):
        with translation.override(language):
            words = _(
                "This form has expired. Go back, reload the page and send it again; nothing was changed."
            )
            if answer.status_code == 403 and re.sub(r"\W", "", words) in re.sub(r"\W", "", told):
                return True
    return False


@pytest.mark.parametrize("row", posting(), ids=str)
def test_a_form_from_elsewhere_is_refused(row: Row, play: Play):
    who = next(person for person in play.crowd[row.kind] if row.outcome(person.rank) in ("in", "login"))
    address, secret, before = filled(row.address, play.things), _get_new_csrf_string(), writes()
    token = {"csrfmiddlewaretoken": _mask_cipher_secret(secret)}
    taken = [] if is_refused(careful(who).post(address)) else ["without a token"]
    if not is_refused(careful(who, secret).post(address, {"csrfmiddlewaretoken": "x" * 64})):
        taken.append("with a made-up token")
    for name, headers in FOREIGN.items():
        is_own = headers["Origin"] == f"http://{HOSTS[row.kind]}"
        if not is_own and not is_refused(careful(who, secret).post(address, token, headers=headers)):
            taken.append(name)
    assert taken == []
    assert written_since(before) == {}
    with undone():
        own = {"Origin": f"http://{HOSTS[row.kind]}"}
        assert not is_refused(careful(who, secret).post(address, token, headers=own))


def test_what_takes_a_post_without_a_token_says_why():
    assert {route.address for route in pages() if route.is_csrf_exempt} == set(EXEMPT)


def test_no_operation_knows_its_caller_by_a_cookie():
    """ninja's views are exempt, which is safe only as long as no browser is recognised there by itself."""
    own_ways = [
        operation.operation_id
        for api in (dashboard_api, storefront_api)
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if operation.auth_param is not NOT_SET or router.auth not in (NOT_SET, None)
    ]

    assert own_ways == []
    assert [type(way) for way in dashboard_api.auth or []] == [ApiKeyAuth]
    assert not storefront_api.auth
