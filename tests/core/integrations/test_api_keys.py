"""API keys: shown once, hashed, scoped, revocable, and good in one store only."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services
from core.integrations.models import ApiKey
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
