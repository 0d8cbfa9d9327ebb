"""API keys: shown once, hashed, scoped, revocable, and good in one store only."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.integrations import services
from core.integrations.models import ApiKey
from core.integrations.scopes import groups_for
from core.kernel.errors import InvalidInput
from tenants import context
from tenants.members import actor_of
from tenants.models import Membership, Role, Store, User
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at


@pytest.fixture
def key(kopi: Store) -> str:
    with context.in_store(kopi):
        return services.create_key(name="Kasir", scopes=[Permission.VIEW_ORDERS], actor=SYSTEM)[1]


def test_the_key_itself_is_never_stored(kopi: Store, key: str):
    with context.in_store(kopi):
        row = ApiKey.objects.get(name="Kasir")
        assert key not in {str(value) for value in vars(row).values()}
        assert key.startswith(row.prefix)


def test_a_key_acts_with_its_scopes_only(kopi: Store, key: str):
    with context.in_store(kopi):
        actor = services.actor_for(key)

    assert actor is not None
    assert actor.permissions == {Permission.VIEW_ORDERS}


def test_a_key_is_unknown_in_the_other_store(batik: Store, key: str):
    with context.in_store(batik):
        assert services.actor_for(key) is None


def test_a_revoked_key_is_refused(kopi: Store, key: str):
    with context.in_store(kopi):
        services.revoke_key(public_id=ApiKey.objects.get().public_id, actor=SYSTEM)
        assert services.actor_for(key) is None


def test_nobody_gives_a_key_more_than_they_hold(kopi: Store, budi: User):
    actor = actor_of(Membership.objects.select_related("user").get(user=budi, store=kopi))

    with context.in_store(kopi):
        with pytest.raises(InvalidInput):
            services.create_key(name="Too much", scopes=[Permission.REFUND_PAYMENTS], actor=actor)
        assert ApiKey.objects.count() == 0


def test_an_owner_makes_a_key_on_the_page_and_sees_it_once(sari: User, dashboard: Callable[..., Client]):
    browser = dashboard(sari)

    made = browser.post("/settings/api-keys/create/", {"name": "Kasir", "scopes": ["view_orders"]})
    again = browser.get("/settings/api-keys/")

    shown = re.findall(r"ssk_[\w-]{40,}", made.content.decode())
    assert made.status_code == 200
    assert shown
    assert shown[0] not in again.content.decode()
    assert "Kasir" in again.content.decode()


def test_a_packer_and_a_stranger_cannot_open_the_page(
    member: Callable[[str], User], tono: User, dashboard: Callable[..., Client]
):
    assert dashboard(member(Role.WAREHOUSE)).get("/settings/api-keys/").status_code == 403
    assert dashboard(tono).get("/settings/api-keys/").status_code == 302


def test_the_api_answers_problem_documents(kopi: Store):
    browser = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    document = browser.get("/api/v1/openapi.json")

    assert document.status_code == 200
    assert document.json()["openapi"].startswith("3.")


def test_every_scope_has_a_name_and_a_group():
    offered = [scope for group in groups_for(SYSTEM) for scope, _words in group.scopes]

    assert sorted(offered) == sorted(Permission)


def test_a_key_ends_by_itself(kopi: Store):
    soon = timezone.now() + timedelta(days=1)
    with context.in_store(kopi):
        row, key = services.create_key(
            name="Kasir", scopes=[Permission.VIEW_HOME], actor=SYSTEM, expires_at=soon
        )
        assert services.actor_for(key) is not None
        ApiKey.objects.filter(pk=row.pk).update(expires_at=timezone.now())
        row.refresh_from_db()
        assert services.actor_for(key) is None
        assert row.state_at(timezone.now()) == "EXPIRED"


@pytest.mark.parametrize(
    ("name", "expires_at"),
    [("", None), ("x" * 61, None), ("a\x00b", None), ("Kasir", datetime(2020, 1, 1, tzinfo=UTC))],
)
def test_a_key_without_a_name_or_a_future_is_refused(kopi: Store, name: str, expires_at: datetime | None):
    with context.in_store(kopi):
        with pytest.raises(InvalidInput):
            services.create_key(name=name, scopes=[Permission.VIEW_HOME], actor=SYSTEM, expires_at=expires_at)
        assert ApiKey.objects.count() == 0


def test_an_owner_gives_a_key_an_end_on_the_page(kopi: Store, sari: User, dashboard: Callable[..., Client]):
    dashboard(sari).post(
        "/settings/api-keys/create/", {"name": "Kasir", "scopes": ["view_orders"], "expires_in": "30"}
    )

    with context.in_store(kopi):
        left = ApiKey.objects.get().expires_at - timezone.now()  # type: ignore[operator]
    assert timedelta(days=29) < left <= timedelta(days=30)


def test_a_form_without_scopes_comes_back_as_it_was_typed(
    kopi: Store, sari: User, dashboard: Callable[..., Client]
):
    answer = dashboard(sari).post("/settings/api-keys/create/", {"name": "Kasir"})

    assert (answer.status_code, 'value="Kasir"' in answer.content.decode()) == (422, True)
    with context.in_store(kopi):
        assert ApiKey.objects.count() == 0


def test_the_api_makes_lists_and_revokes_keys(kopi: Store, api: Client):
    made = api.post(
        "/api/v1/api-keys", {"name": "Kasir", "scopes": ["view_orders"]}, content_type="application/json"
    )
    listed = api.get("/api/v1/api-keys?limit=1").json()
    ended = api.post(f"/api/v1/api-keys/{made.json()['id']}/revoke").json()

    assert made.status_code == 201
    assert made.json()["key"].startswith(made.json()["prefix"])
    assert [row["name"] for row in listed["items"]] == ["Kasir"]
    assert "key" not in listed["items"][0] and listed["next"]
    assert ended["state"] == "REVOKED"
    with context.in_store(kopi):
        assert services.actor_for(made.json()["key"]) is None


def test_a_key_makes_no_key_that_may_do_more(kopi: Store):
    with context.in_store(kopi):
        _row, key = services.create_key(name="Kasir", scopes=[Permission.EDIT_API_KEYS], actor=SYSTEM)
    browser = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    answer = browser.post(
        "/api/v1/api-keys",
        {"name": "More", "scopes": ["refund_payments"]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert answer.status_code == 422
    with context.in_store(kopi):
        assert not ApiKey.objects.filter(name="More").exists()


def test_another_stores_key_cannot_be_revoked(kopi: Store, batik: Store, api: Client):
    with context.in_store(batik):
        row, key = services.create_key(name="Laras", scopes=[Permission.VIEW_HOME], actor=SYSTEM)

    assert api.post(f"/api/v1/api-keys/{row.public_id}/revoke").status_code == 404
    with context.in_store(batik):
        assert services.actor_for(key) is not None


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["fly"]},
        {"name": "\x00", "scopes": ["view_home"]},
        {"name": "x", "scopes": ["view_home"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["view_home"], "expires_at": "2030-01-01T00:00:00"},
        {"name": "x", "scopes": ["view_home"], "owner": True},
    ],
)
def test_nonsense_makes_no_key(kopi: Store, api: Client, body: dict):
    assert api.post("/api/v1/api-keys", body, content_type="application/json").status_code == 422
    with context.in_store(kopi):
        assert ApiKey.objects.count() == 1  # the one that asks


def test_the_page_costs_the_same_for_one_key_and_for_many(
    kopi: Store, sari: User, dashboard: Callable[..., Client], django_assert_max_num_queries: Any
):
    with context.in_store(kopi):
        for number in range(12):
            services.create_key(name=f"Kasir {number}", scopes=[Permission.VIEW_HOME], actor=SYSTEM)
    browser = dashboard(sari)
    browser.get("/settings/api-keys/")

    with django_assert_max_num_queries(8):
        browser.get("/settings/api-keys/")


def test_a_key_may_end_at_a_moment_told_in_any_zone(kopi, api):
    body = {"name": "Kasir", "scopes": ["view_orders"], "expires_at": "2027-01-01T00:00:00+16:32"}

    answer = api.post("/api/v1/api-keys", body, content_type="application/json")

    assert (answer.status_code, answer.json()["expires_at"]) == (201, "2026-12-31T07:28:00Z")
