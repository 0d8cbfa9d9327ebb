"""At a limit only new things are refused, exactly, and the owner hears of it in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from billing import services
from billing.models import Usage
from billing.services import usage
from core.catalog import selectors as catalog
from core.inventory import selectors as places
from core.inventory import services as inventory
from tenants import context, entitlements, invitations, team, work
from tenants.models import Invitation, Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product


def allow(store: Store, **limits: int | None) -> None:
    entitlements.grant(store, {**store.entitlements, **limits})


def open_location(number: int) -> None:
    inventory.create_location(name=f"Gudang {number}", code=f"G{number}", actor=SYSTEM)


def test_a_location_more_than_the_plan_has_is_refused(kopi: Store):
    allow(kopi, locations=2)
    with context.in_store(kopi):
        open_location(1)

        with pytest.raises(entitlements.LimitReached) as refusal:
            open_location(2)

        assert (refusal.value.used, refusal.value.limit, places.locations_used()) == (2, 2, 2)


def test_a_closed_location_comes_back_only_while_there_is_room(kopi: Store):
    with context.in_store(kopi):
        open_location(1)
        closed = places.locations()[-1].public_id
        inventory.update_location(public_id=closed, changes={"is_active": False}, actor=SYSTEM)
        allow(kopi, locations=1)

        with pytest.raises(entitlements.LimitReached):
            inventory.update_location(public_id=closed, changes={"is_active": True}, actor=SYSTEM)

        assert not places.location(closed).is_active


def test_people_who_were_asked_take_places_of_the_plan(kopi: Store, sari: User):
    EmailAddress.objects.create(user=sari, email=sari.email, primary=True, verified=True)
    now = timezone.now()
    allow(kopi, staff=team.staff_used(kopi, now) + 1)
    asked = {"store": kopi, "role": Role.READ_ONLY, "actor": SYSTEM, "now": now}
    invitations.invite(email="one@example.com", **asked)

    with pytest.raises(entitlements.LimitReached):
        invitations.invite(email="two@example.com", **asked)

    assert not Invitation.objects.filter(email="two@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_one_gets_the_last_place(kopi: Store):
    with context.in_store(kopi):
        allow(kopi, locations=places.locations_used() + 1)

    def ask(number: int) -> bool:
        try:
            with context.in_store(kopi), transaction.atomic():
                open_location(number)
        except entitlements.LimitReached:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(50) as crowd:
        got_in = list(crowd.map(ask, range(50)))

    assert got_in.count(True) == 1
    with context.in_store(kopi):
        assert places.locations_used() == kopi.entitlements["locations"]


@pytest.mark.parametrize(
    ("used", "limit", "share"),
    [
        (0, 10, 0),
        (7, 10, 0),
        (8, 10, 80),
        (9, 10, 80),
        (10, 10, 100),
        (12, 10, 100),
        (5, None, 0),
        (0, 0, 0),
    ],
)
def test_which_threshold_is_reached(used: int, limit: int | None, share: int):
    assert usage.reached(used, limit) == share


def test_the_owner_is_told_once_for_each_threshold_and_again_after_going_down(kopi: Store):
    allow(kopi, products=2)

    def counted(products: int) -> int:
        with context.in_store(kopi):
            while catalog.products_used() < products:
                make_product()
            services.count_use(kopi, timezone.now())
        work.work_until_idle()
        return len(mail.outbox)

    assert [counted(1), counted(2), counted(2)] == [0, 1, 1]
    allow(kopi, products=100)
    assert counted(2) == 1
    allow(kopi, products=2)
    assert counted(2) == 2
    assert "2 / 2" in mail.outbox[0].body
    assert Usage.objects.get(store=kopi, name="products").noticed_percent == 100


def test_the_page_says_the_numbers_and_leads_to_larger_plans_and_the_next_page_does_not(
    kopi: Store, sari: User, dashboard: Callable[[User], Client]
):
    with context.in_store(kopi):
        make_product()
        allow(kopi, products=catalog.products_used())
    desk = dashboard(sari)
    told = {"title": "Kopi Toraja", "price_amount": "90000", "status": "DRAFT"}

    refused = desk.post("/products/new/", told)

    assert refused.status_code in {403, 422}
    assert refused.content.decode().count('href="/plan/choose/"') == 1
    assert 'href="/plan/choose/"' not in desk.get("/products/").content.decode()
    with context.in_store(kopi):
        assert catalog.products_used() == kopi.entitlements["products"]
