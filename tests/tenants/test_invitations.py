"""An offer by mail: once, for one address, for a week."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from tenants import invitations, team, work
from tenants.hosts import platform_origin
from tenants.models import Invitation, Job, Membership, PlatformAct, Role, Store, User
from tenants.permissions import SYSTEM, Actor
from tests.conftest import PASSWORD, client_at

LIST = "/settings/team/"
JOIN = {"name": "Ayu Lestari", "password": "empat kata yang acak"}
OWNER = SYSTEM


@pytest.fixture(autouse=True)
def _confirmed(sari: User, tono: User) -> None:
    for user in (sari, tono):
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def offer(store: Store, email: str = "ayu@example.com", role: str = Role.ORDERS) -> Invitation:
    return invitations.invite(store=store, email=email, role=role, actor=OWNER, now=timezone.now())


def path_of(invitation: Invitation) -> str:
    """Send the mail now, and return the path of the link in it."""
    invitations._send(invitation_id=invitation.pk)
    link = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert link is not None
    return link.group().removeprefix(platform_origin())


def is_member(email: str, store: Store) -> bool:
    return Membership.objects.filter(user__email=email, store=store).exists()


def test_an_owner_invites_by_mail(dashboard: Callable[..., Client], kopi: Store, sari: User):
    answer = dashboard(sari).post(f"{LIST}invite/", {"email": " Ayu@Example.com ", "role": "ORDERS"})

    assert answer.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("ayu@example.com", "ORDERS", sari)
    assert timedelta(days=6) < invitation.expires_at - timezone.now() < timedelta(days=7, minutes=1)
    assert Job.objects.get(kind=invitations.SEND).store_id is None
    assert "ayu@example.com" in dashboard(sari).get(LIST).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it(kopi: Store):
    owner = User.objects.get(email="sari@example.com")
    EmailAddress.objects.get_or_create(user=owner, email=owner.email, defaults={"verified": True})
    offer(kopi)
    work.work_until_idle()

    assert [letter.to for letter in mail.outbox] == [["ayu@example.com"]]
    assert f"{platform_origin()}/invitations/" in mail.outbox[0].body
    EmailAddress.objects.all().delete()
    Invitation.objects.all().delete()


def test_somebody_new_joins_with_a_name_and_a_password(kopi: Store, platform: Client):
    path = path_of(offer(kopi))
    assert "Kopi Senja" in platform.get(path).content.decode()

    answer = platform.post(path, JOIN)

    assert answer.headers["Location"] == "/stores/kopi/enter/"
    assert platform.get("/stores/kopi/enter/").status_code == 302
    user = User.objects.get(email="ayu@example.com")
    assert user.check_password(JOIN["password"])
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.get(user=user).role == Role.ORDERS
    assert PlatformAct.objects.filter(action="member.joined", store=kopi).count() == 1


def test_an_account_joins_with_one_button(
    kopi: Store, batik: Store, tono: User, log_in: Callable[[User], Client]
):
    path = path_of(offer(kopi, tono.email))
    assert "/accounts/login/?next=" in client_at("localhost").get(path).content.decode()

    browser = log_in(tono)
    assert browser.post(path).headers["Location"] == "/stores/kopi/enter/"

    assert Membership.objects.get(user=tono, store=kopi).role == Role.ORDERS
    assert Membership.objects.get(user=tono, store=batik).role == Role.OWNER


def test_a_stranger_cannot_take_over_an_account_by_its_invitation(kopi: Store, tono: User):
    path = path_of(offer(kopi, tono.email))

    answer = client_at("localhost").post(path, JOIN)

    assert answer.status_code == 422
    tono.refresh_from_db()
    assert tono.check_password(PASSWORD)
    assert not is_member(tono.email, kopi)


def test_it_works_once(kopi: Store, platform: Client):
    path = path_of(offer(kopi))
    platform.post(path, JOIN)

    again = client_at("localhost").post(path, {**JOIN, "name": "Orang Lain"})

    assert again.status_code == 410
    assert Membership.objects.filter(store=kopi).count() == 2


def test_it_ends_after_a_week(kopi: Store, platform: Client):
    path = path_of(offer(kopi))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert platform.get(path).status_code == 410
    assert platform.post(path, JOIN).status_code == 410
    assert not User.objects.filter(email="ayu@example.com").exists()


def test_it_is_for_one_address(kopi: Store, tono: User, log_in: Callable[[User], Client]):
    path = path_of(offer(kopi))
    browser = log_in(tono)

    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 403

    assert not is_member(tono.email, kopi)
    assert Invitation.objects.get().accepted_at is None


def test_a_second_address_counts_when_it_is_confirmed(
    kopi: Store, tono: User, log_in: Callable[[User], Client]
):
    path = path_of(offer(kopi, "tono@kantor.example"))
    browser = log_in(tono)
    other = EmailAddress.objects.create(user=tono, email="tono@kantor.example", verified=False)
    assert browser.post(path).status_code == 403

    EmailAddress.objects.filter(pk=other.pk).update(verified=True)
    assert browser.post(path).status_code == 302


def test_a_withdrawn_one_is_dead(dashboard: Callable[..., Client], kopi: Store, sari: User, platform: Client):
    invitation = offer(kopi)
    path = path_of(invitation)

    dashboard(sari).post(f"{LIST}invitations/{invitation.uid}/revoke/")

    assert platform.post(path, JOIN).status_code == 410
    assert not is_member("ayu@example.com", kopi)


def test_sending_again_ends_the_link_before(kopi: Store, platform: Client):
    invitation = offer(kopi)
    first = path_of(invitation)
    later = timezone.now() + timedelta(minutes=2)
    invitations.send_again(store=kopi, uid=invitation.uid, actor=OWNER, now=later)
    second = path_of(invitation)

    assert platform.get(first).status_code == 410
    assert platform.get(second).status_code == 200


def test_sending_again_at_once_is_refused(kopi: Store):
    invitation = offer(kopi)
    path_of(invitation)

    with pytest.raises(invitations.InvitationRefused):
        invitations.send_again(store=kopi, uid=invitation.uid, actor=OWNER, now=timezone.now())
    assert Job.objects.filter(kind=invitations.SEND).count() == 1


def test_an_expired_one_is_replaced_by_a_new_one(kopi: Store):
    old = offer(kopi)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    new = offer(kopi)

    old.refresh_from_db()
    assert old.revoked_at is not None
    assert new.pk != old.pk


@pytest.mark.parametrize(
    "email", ["sari@example.com", "ayu@example.com", "no-address", "a@b\x00.example", ""]
)
def test_who_cannot_be_asked(kopi: Store, sari: User, email: str):
    """A member, somebody already asked, and what is no address."""
    offer(kopi)

    with pytest.raises(invitations.InvitationRefused):
        offer(kopi, email)
    assert Invitation.objects.count() == 1


def test_an_owner_nobody_knows_invites_nobody(kopi: Store):
    """Otherwise a made-up address could have us mail strangers."""
    EmailAddress.objects.update(verified=False)

    with pytest.raises(invitations.InvitationRefused):
        offer(kopi)
    assert (Invitation.objects.count(), Job.objects.filter(kind=invitations.SEND).count()) == (0, 0)


def test_an_admin_asks_for_no_owner(dashboard: Callable[..., Client], kopi: Store, member):
    browser = dashboard(member(Role.ADMIN))

    assert browser.post(f"{LIST}invite/", {"email": "a@example.com", "role": "OWNER"}).status_code == 422
    with pytest.raises(team.RoleBeyondYours):
        invitations.invite(
            store=kopi,
            email="a@example.com",
            role=Role.OWNER,
            actor=Actor("API_KEY", "k", "k", SYSTEM.permissions),
            now=timezone.now(),
        )
    assert not Invitation.objects.exists()


def test_invitations_of_another_store_are_out_of_reach(
    dashboard: Callable[..., Client], api: Client, kopi: Store, batik: Store, sari: User
):
    theirs = offer(batik)
    browser = dashboard(sari)

    assert "ayu@example.com" not in browser.get(LIST).content.decode()
    for act in ("send", "revoke"):
        assert browser.post(f"{LIST}invitations/{theirs.uid}/{act}/").status_code == 404
    assert api.delete(f"/api/v1/team/invitations/{theirs.uid}").status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_the_token_is_never_stored(kopi: Store):
    token = path_of(offer(kopi)).split("/")[2]

    assert len(token) >= 43
    assert not Invitation.objects.filter(token_hash=token).exists()
    assert not [job for job in Job.objects.all() if token in str(job.payload)]


def test_the_api_invites_lists_and_withdraws(api: Client, kopi: Store):
    made = api.post(
        "/api/v1/team/invitations", {"email": "ayu@example.com", "role": "ORDERS"}, "application/json"
    )
    assert (made.status_code, made.json()["email"], made.json()["sent_at"]) == (201, "ayu@example.com", None)
    assert [row["id"] for row in api.get("/api/v1/team/invitations").json()["items"]] == [made.json()["id"]]

    assert api.delete(f"/api/v1/team/invitations/{made.json()['id']}").status_code == 204
    assert api.get("/api/v1/team/invitations").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "sari@example.com", "role": "ORDERS"}, 409),
        ({"email": "x@example.com", "role": "OWNER"}, 403),
        ({"email": "x", "role": "ORDERS"}, 422),
        ({"email": "x@example.com"}, 422),
        ({"email": "x" * 300 + "@example.com", "role": "ORDERS"}, 422),
        ({"email": "x\x00@example.com", "role": "ORDERS"}, 422),
    ],
)
def test_the_api_refuses_and_changes_nothing(api: Client, kopi: Store, body: dict, status: int):
    answer = api.post("/api/v1/team/invitations", body, "application/json")

    assert answer.status_code == status
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("token", ["x", "x" * 3000, "%00", "..%2f..", "' OR 1=1"])
def test_a_made_up_token_opens_nothing(platform: Client, token: str):
    assert platform.get(f"/invitations/{token}/").status_code in (404, 410)
