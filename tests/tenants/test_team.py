"""Who works in a store: roles, removal, and the owner who must stay."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from tenants import roles, team
from tenants.members import actor_of
from tenants.models import Membership, PlatformAct, Role, Store, User
from tenants.permissions import ROLE_PERMISSIONS, Actor, Permission

LIST = "/settings/team/"
Member = Callable[[str], User]
Dashboard = Callable[..., Client]


def acting(user: User, store: Store) -> Actor:
    return actor_of(Membership.objects.select_related("user").get(user=user, store=store))


def role_of(user: User) -> str:
    return Membership.objects.get(user=user, store__slug="kopi").role


# What each role may do, letter by letter: a changed cell must be meant.
TABLE = """
view_home              OACRWMFV
view_products          OACRWMFV
edit_products          OAC.....
view_costs             OAC...F.
view_stock             OACRW.FV
adjust_stock           OA..W...
edit_locations         OA......
view_orders            OA.RW.FV
edit_orders            OA.R....
cancel_orders          OA.R....
fulfil_orders          OA.RW...
confirm_payments       OA.R..F.
refund_payments        OA....F.
view_customers         OA.R.MFV
edit_customers         OA.R.M..
edit_storefront        OAC..M..
edit_settings          OA......
edit_payment_settings  O.....F.
edit_members           OA......
edit_api_keys          OA......
edit_webhooks          OA......
view_audit             OA......
view_jobs              OACRW.FV
replay_jobs            OA......
manage_data            O.......
view_plan              OA....F.
manage_plan            O.......
"""


def test_the_table_of_roles():
    letters = dict(zip(Role, "OACRWMFV", strict=True))
    written = {line.split()[0]: line.split()[1] for line in TABLE.strip().splitlines()}

    assert written == {
        str(permission): "".join(
            letters[role] if permission in ROLE_PERMISSIONS[role] else "." for role in Role
        )
        for permission in Permission
    }


def test_every_role_and_permission_has_words():
    with translation.override("en"):
        assert {*roles.ROLE_WORDS} == {*Role}
        assert {*roles.PERMISSION_WORDS} == {*Permission}


@pytest.mark.parametrize(
    ("actor_role", "may_give"),
    [
        (Role.OWNER, {*Role}),
        (Role.ADMIN, {*Role} - {Role.OWNER, Role.FINANCE}),
        (Role.READ_ONLY, {Role.READ_ONLY}),
    ],
)
def test_nobody_hands_out_more_than_they_hold(actor_role: str, may_give: set):
    actor = Actor("MEMBER", "x", "x", ROLE_PERMISSIONS[actor_role])

    assert {role for role in Role if roles.may_give(actor, role)} == may_give


def test_the_page_shows_who_works_here(dashboard: Dashboard, kopi: Store, sari: User, budi: User):
    page = dashboard(sari).get(LIST).content.decode()

    assert "sari@example.com" in page
    assert "warehouse@example.com" in page
    assert "tono@example.com" not in page


def test_the_page_asks_a_fixed_number_of_queries(
    dashboard: Dashboard, kopi: Store, sari: User, django_assert_num_queries
):
    browser = dashboard(sari)
    browser.get(LIST)
    for number in range(5):
        person = User.objects.create_user(f"p{number}@example.com")
        Membership.objects.create(user=person, store=kopi, role=Role.ORDERS)

    with django_assert_num_queries(6, exact=False):
        browser.get(LIST)


def test_a_role_is_changed_and_counts_at_once(dashboard: Dashboard, kopi: Store, sari: User, budi: User):
    desk = dashboard(budi)
    assert desk.get(LIST).status_code == 403

    answer = dashboard(sari).post(f"{LIST}{budi.uid}/", {"role": "ADMIN"})

    assert answer.status_code == 302
    assert role_of(budi) == Role.ADMIN
    assert desk.get(LIST).status_code == 200
    act = PlatformAct.objects.get(action="member.role_changed")
    assert (act.actor_name, act.changes["role"]) == ("Sari", ["WAREHOUSE", "ADMIN"])


def test_a_removed_member_is_out_with_the_next_click(
    dashboard: Dashboard, kopi: Store, sari: User, member: Member
):
    helper = member(Role.ADMIN)
    desk = dashboard(helper)
    assert desk.get(LIST).status_code == 200

    assert dashboard(sari).post(f"{LIST}{helper.uid}/remove/").status_code == 302

    assert desk.get(LIST).status_code == 302
    assert not Membership.objects.filter(user=helper).exists()
    assert User.objects.filter(pk=helper.pk).exists()


@pytest.mark.parametrize("how", ["", "remove/"])
def test_the_last_owner_stays(dashboard: Dashboard, kopi: Store, sari: User, how: str):
    answer = dashboard(sari).post(f"{LIST}{sari.uid}/{how}", {"role": "READ_ONLY"})

    assert answer.status_code in (409, 422)
    assert role_of(sari) == Role.OWNER
    assert PlatformAct.objects.count() == 0


def test_an_owner_who_no_longer_logs_in_does_not_count(kopi: Store, sari: User, member: Member):
    gone = member(Role.OWNER)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(team.LastOwner):
        team.remove(store=kopi, person=sari.uid, actor=acting(sari, kopi))
    assert role_of(sari) == Role.OWNER


@pytest.mark.parametrize(
    ("target", "role"), [(Role.OWNER, Role.ADMIN), (Role.ORDERS, Role.OWNER), (Role.ORDERS, Role.FINANCE)]
)
def test_an_admin_cannot_reach_above_themselves(kopi: Store, member: Member, target: str, role: str):
    admin, other = member(Role.ADMIN), member(target)

    with pytest.raises(team.RoleBeyondYours):
        team.change_role(store=kopi, person=other.uid, role=role, actor=acting(admin, kopi))
    assert role_of(other) == target


def test_an_admin_cannot_remove_an_owner(dashboard: Dashboard, kopi: Store, sari: User, member: Member):
    answer = dashboard(member(Role.ADMIN)).post(f"{LIST}{sari.uid}/remove/")

    assert answer.status_code == 403
    assert role_of(sari) == Role.OWNER


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.OWNER, Role.ADMIN)])
def test_other_roles_do_not_see_the_team(dashboard: Dashboard, kopi: Store, member: Member, role: str):
    browser = dashboard(member(role))

    assert browser.get(LIST).status_code == 403
    assert browser.post(f"{LIST}invite/", {"email": "x@example.com", "role": "READ_ONLY"}).status_code == 403


def test_people_of_another_store_are_not_found(
    dashboard: Dashboard, kopi: Store, batik: Store, sari: User, tono: User
):
    browser = dashboard(sari)

    for path in (f"{tono.uid}/", f"{tono.uid}/remove/", f"{uuid.uuid4()}/remove/", f"{tono.uid}/hand-over/"):
        assert browser.post(LIST + path, {"role": "READ_ONLY"}).status_code == 404
    assert Membership.objects.get(user=tono).role == Role.OWNER


def test_a_store_is_handed_over_in_one_step(dashboard: Dashboard, kopi: Store, sari: User, budi: User):
    assert dashboard(sari).post(f"{LIST}{budi.uid}/hand-over/").status_code == 302

    assert (role_of(budi), role_of(sari)) == (Role.OWNER, Role.ADMIN)


def test_only_an_owner_hands_over(dashboard: Dashboard, kopi: Store, sari: User, budi: User, member: Member):
    answer = dashboard(member(Role.ADMIN)).post(f"{LIST}{budi.uid}/hand-over/")

    assert answer.status_code == 403
    assert (role_of(budi), role_of(sari)) == (Role.WAREHOUSE, Role.OWNER)


@pytest.mark.parametrize("role", ["", "KING", "OWNER\x00", "owner"])
def test_a_role_that_does_not_exist_is_refused(
    dashboard: Dashboard, kopi: Store, sari: User, budi: User, role: str
):
    assert dashboard(sari).post(f"{LIST}{budi.uid}/", {"role": role}).status_code == 422
    assert role_of(budi) == Role.WAREHOUSE


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_unmake_each_other_leave_one():
    store, sari = Store.objects.get(slug="kopi"), User.objects.get(email="sari@example.com")
    ayu = User.objects.create_user("ayu@example.com", name="Ayu")
    Membership.objects.create(user=ayu, store=store, role=Role.OWNER)
    outcomes: list[str] = []

    def unmake(whom: User, by: User) -> None:
        try:
            team.remove(
                store=store, person=whom.uid, actor=Actor("MEMBER", str(by.uid), "", frozenset(Permission))
            )
            outcomes.append("removed")
        except team.LastOwner:
            outcomes.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=unmake, args=pair) for pair in ((sari, ayu), (ayu, sari))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    owners = list(Membership.objects.filter(store=store, role=Role.OWNER))
    Membership.objects.get_or_create(user=sari, store=store, defaults={"role": Role.OWNER})
    assert sorted(outcomes) == ["refused", "removed"]
    assert len(owners) == 1


# The API


def test_the_api_lists_changes_and_removes(api: Client, kopi: Store, sari: User, budi: User):
    items = api.get("/api/v1/team").json()["items"]
    assert [(row["email"], row["role"]) for row in items] == [
        ("sari@example.com", "OWNER"),
        ("warehouse@example.com", "WAREHOUSE"),
    ]

    changed = api.patch(f"/api/v1/team/{budi.uid}", {"role": "ORDERS"}, "application/json")
    assert (changed.status_code, changed.json()["role"]) == (200, "ORDERS")
    assert api.delete(f"/api/v1/team/{budi.uid}").status_code == 204
    assert not Membership.objects.filter(user=budi).exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [({"role": "OWNER"}, 403), ({"role": "KING"}, 422), ({}, 422), ({"role": "ORDERS", "x": 1}, 422)],
)
def test_the_api_refuses(api: Client, kopi: Store, budi: User, body: dict, status: int):
    """A key never makes an owner, whatever it holds."""
    answer = api.patch(f"/api/v1/team/{budi.uid}", body, "application/json")

    assert answer.status_code == status
    assert answer.json()["code"] in ("role_beyond_yours", "invalid_input")
    assert role_of(budi) == Role.WAREHOUSE


def test_the_api_knows_no_people_of_other_stores(api: Client, kopi: Store, batik: Store, tono: User):
    for call in (api.patch, api.delete):
        answer = call(f"/api/v1/team/{tono.uid}", {"role": "ORDERS"}, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Membership.objects.get(user=tono).role == Role.OWNER
