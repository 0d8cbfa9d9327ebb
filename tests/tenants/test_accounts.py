"""Every page of an account, the mails it causes, and the links in them (T-LINKS)."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client

from tenants import platform_mails, work
from tenants.hosts import platform_origin
from tenants.models import Job, User
from tests.conftest import PASSWORD, client_at


@pytest.mark.parametrize(
    "path",
    ["/", "/signup/", "/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"],
)
def test_pages_for_strangers(platform: Client, path: str):
    assert platform.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/stores/",
        "/stores/new/",
        "/accounts/logout/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_of_an_account(log_in: Callable[[User], Client], sari: User, path: str, language: str):
    EmailAddress.objects.create(user=sari, email=sari.email, primary=True, verified=True)
    browser = log_in(sari)
    browser.cookies["lang"] = language
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})

    answer = browser.get(path)

    assert answer.status_code == 200
    assert "smartseller" in answer.content.decode().lower()


def test_strangers_are_sent_to_the_login(platform: Client):
    assert platform.get("/stores/").headers["Location"] == "/accounts/login/?next=%2Fstores%2F"


def links(text: str) -> list[str]:
    return re.findall(r"https?://[^\s\"<>]+", text)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("host", ["localhost", "localhost:6666", "LOCALHOST."])
def test_links_in_mails_lead_to_the_stored_address(host: str):
    """T-LINKS: whatever the Host header says."""
    user = User.objects.create_user("ayu@example.com", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    browser = client_at(host)
    browser.post(
        "/accounts/password/reset/", {"email": "ayu@example.com"}, headers={"X-Forwarded-Host": "e.vil"}
    )
    browser.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    browser.post("/accounts/login/", {"login": "ayu@example.com", "password": PASSWORD})
    browser.post("/accounts/email/", {"email": "ayu@example.com", "action_send": ""})

    work.work_until_idle()

    assert {letter.to[0] for letter in mail.outbox} == {"ayu@example.com", "nobody@example.com"}
    bodies = [
        part
        for letter in mail.outbox
        for part in (letter.subject, letter.body, *[alternative[0] for alternative in letter.alternatives])
    ]
    found = [link for body in bodies for link in links(str(body))]
    assert len(found) >= 3
    assert all(link.startswith(f"{platform_origin()}/") for link in found)


@pytest.mark.django_db(transaction=True)
def test_a_reset_link_sets_a_new_password_once():
    User.objects.create_user("ayu@example.com", PASSWORD)
    browser = client_at("localhost")
    browser.post("/accounts/password/reset/", {"email": "ayu@example.com"})
    work.work_until_idle()
    path = next(link for link in links(mail.outbox[0].body) if "/reset/key/" in link)
    path = path.removeprefix(platform_origin())

    form = browser.get(path, follow=True)
    fresh = {"password1": "empat kata yang acak", "password2": "empat kata yang acak"}
    browser.post(form.request["PATH_INFO"], fresh)

    assert User.objects.get(email="ayu@example.com").check_password("empat kata yang acak")
    assert client_at("localhost").get(path, follow=True).context.get("token_fail")


def test_every_notice_can_be_written(db: None):
    for kind in sorted(platform_mails.NOTICES):
        platform_mails.tell(kind=kind, email="ayu@example.com")
        platform_mails._send_notice(kind=kind, email="ayu@example.com")

    duties = Job.objects.filter(kind=platform_mails.NOTICE)
    assert len(mail.outbox) == duties.count() == len(platform_mails.NOTICES)


def test_a_second_factor_is_asked_for(platform: Client, sari: User):
    secret = generate_totp_secret()
    TOTP.activate(sari, secret)

    asked = platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    assert asked.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert platform.get("/stores/").status_code == 302
    assert platform.get(asked.headers["Location"]).status_code == 200
    wrong = platform.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.context["form"].errors
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
    platform.post("/accounts/2fa/authenticate/", {"code": code})

    assert platform.get("/stores/").status_code == 200


def test_guessing_is_limited_over_all_hosts(platform: Client, sari: User):
    """The limit counts in a cache that belongs to no store."""
    guess = {"login": sari.email, "password": "salah sekali"}
    answers = [client_at("localhost").post("/accounts/login/", guess) for _ in range(7)]

    text = "".join(str(answer.context["form"].errors) for answer in answers if answer.context)
    assert User.objects.get(pk=sari.pk).check_password(PASSWORD)
    refused = platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    assert refused.status_code in (200, 429), text
    assert platform.get("/stores/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/",
        "/accounts/confirm-email/",
        "/accounts/login/code/",
        "/accounts/login/code/confirm/",
        "/accounts/password/set/",
        "/accounts/2fa/trust/",
        "/accounts/2fa/webauthn/signup/",
        "/accounts/signup/passkey/",
        "/accounts/3rdparty/",
    ],
)
def test_pages_that_nobody_needs_do_not_exist(platform: Client, path: str):
    assert platform.get(path).status_code in (302, 404)
    assert platform.get(path, follow=True).request["PATH_INFO"] in (path, "/accounts/login/")


def test_the_account_page_leads_to_everything(log_in: Callable[[User], Client], sari: User):
    page = log_in(sari).get("/account/").content.decode()

    for path in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/stores/",
        "/accounts/logout/",
    ):
        assert f'href="{path}"' in page
    assert "/console/enter/" not in page


def test_a_name_and_a_language_are_changed(log_in: Callable[[User], Client], sari: User):
    browser = log_in(sari)

    assert browser.post("/account/", {"name": "Sari W.", "language": "en"}).status_code == 302

    sari.refresh_from_db()
    assert (sari.name, sari.language) == ("Sari W.", "en")
    assert browser.cookies["lang"].value == "en"


@pytest.mark.parametrize(
    "fields",
    [{"name": "", "language": "en"}, {"name": "x" * 81, "language": "en"}, {"name": "x", "language": "xx"}],
)
def test_a_bad_name_or_language_is_refused(log_in: Callable[[User], Client], sari: User, fields: dict):
    assert log_in(sari).post("/account/", fields).status_code == 422

    assert User.objects.get(pk=sari.pk).name == "Sari"


def test_strangers_have_no_account_page(platform: Client):
    assert platform.get("/account/").headers["Location"] == "/accounts/login/?next=%2Faccount%2F"


def test_a_recovery_code_replaces_the_lost_phone_once(log_in: Callable[[User], Client], sari: User):
    EmailAddress.objects.create(user=sari, email=sari.email, primary=True, verified=True)
    browser = log_in(sari)
    TOTP.activate(sari, generate_totp_secret())
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    page = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = browser.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert codes[0] in page

    def arrives_with(code: str) -> bool:
        other = client_at("localhost")
        other.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
        other.post("/accounts/2fa/authenticate/", {"code": code})
        return other.get("/stores/").status_code == 200

    assert [arrives_with(codes[0]), arrives_with(codes[0]), arrives_with(codes[1])] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_an_address_is_changed_by_adding_and_confirming_a_new_one():
    user = User.objects.create_user("lama@example.com", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    browser = client_at("localhost")
    browser.post("/accounts/login/", {"login": "lama@example.com", "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post("/accounts/email/", {"email": "baru@example.com", "action_add": "1"})
    work.work_until_idle()
    letter = next(letter for letter in mail.outbox if letter.to == ["baru@example.com"])
    link = next(link for link in links(str(letter.body)) if "confirm-email" in link)

    assert User.objects.get(pk=user.pk).email == "lama@example.com"
    browser.post(link.removeprefix(platform_origin()))
    browser.post("/accounts/email/", {"email": "baru@example.com", "action_primary": "1"})

    assert User.objects.get(pk=user.pk).email == "baru@example.com"
    work.work_until_idle()
    assert [letter for letter in mail.outbox if letter.to == ["lama@example.com"]]
    other = client_at("localhost")
    assert (
        other.post("/accounts/login/", {"login": "baru@example.com", "password": PASSWORD}).status_code == 302
    )
