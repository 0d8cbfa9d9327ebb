"""T-LINKS: a mail of the platform leads to the platform, whatever Host its request named (A31).

T-ENUM: no answer tells whether an account exists (A53).
"""

import re
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from redis import Redis

from tenants import invitations, platform_mails, work
from tenants.domains import services as domains
from tenants.domains import watch
from tenants.hosts import platform_origin, store_origin
from tenants.models import DomainClaim, HostKind, Job, Store, User
from tenants.permissions import SYSTEM
from tests.architecture.source import ROOT
from tests.conftest import PASSWORD, client_at
from tests.tenants.conftest import _no_limits_left_over

__all__ = ["_no_limits_left_over"]

HOSTILE = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Port": "6666",
    "Forwarded": "host=evil.example;proto=gopher",
    "X-Original-URL": "http://evil.example/",
    "Referer": "http://evil.example/",
    "Origin": "http://evil.example",
}


def links(letter: mail.EmailMessage) -> list[str]:
    """Every address in subject, text and HTML."""
    parts = [letter.subject, letter.body, *[str(content) for content, _ in letter.alternatives]]
    return [link for part in parts for link in re.findall(r"(?:https?|gopher)://[^\s\"'<>]+", str(part))]


def everything_mailed(user: User, store: Store) -> list[mail.EmailMessage]:
    """Each kind of mail that the platform sends."""
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    platform_mails._send_confirmation(address_id=address.pk)
    platform_mails._send_reset(user_id=user.pk)
    for kind in platform_mails.NOTICES:
        platform_mails._send_notice(kind=kind, email=user.email)
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    offer = invitations.invite(
        store=store, email="baru@example.com", role="ORDERS", actor=SYSTEM, now=timezone.now()
    )
    invitations._send(invitation_id=offer.pk)
    return mail.outbox


def mailed_about_a_domain(store: Store) -> list[mail.EmailMessage]:
    """What an owner hears when their domain stops leading here, and when it is let go."""
    claim = domains.add(store=store, name="kopi-senja.com", actor=SYSTEM, now=timezone.now())
    DomainClaim.objects.filter(pk=claim.pk).update(failing_since=timezone.now())
    watch._warn(claim_id=claim.pk)
    watch._tell_lapsed(claim_id=claim.pk)
    return mail.outbox


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_kind_of_mail_leads_to_the_platform(kopi: Store, sari: User, language: str):
    User.objects.filter(pk=sari.pk).update(language=language)
    sent = everything_mailed(sari, kopi)

    assert len(sent) == len(platform_mails.NOTICES) + 3
    for letter in sent:
        assert links(letter), letter.subject
        assert {link for link in links(letter) if not link.startswith(f"{platform_origin()}/")} == set()
        assert "evil" not in str(letter.message())


@pytest.mark.parametrize("language", ["id", "en"])
def test_mails_about_a_domain_lead_to_the_stores_own_dashboard(kopi: Store, sari: User, language: str):
    User.objects.filter(pk=sari.pk).update(language=language)
    known = (f"{platform_origin()}/", f"{store_origin(kopi, HostKind.DASHBOARD)}/")
    sent = mailed_about_a_domain(kopi)

    assert len(sent) == 2
    for letter in sent:
        assert links(letter), letter.subject
        assert [link for link in links(letter) if not link.startswith(known)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates/email").rglob("*.*")), ids=lambda path: path.name)
def test_no_mail_knows_the_request_or_a_host_of_its_own(path: Path):
    """Whoever adds a mail gets its links as facts, made from stored hosts."""
    text = path.read_text()

    assert not re.search(r"\brequest\b|build_absolute_uri|get_current_site", text)
    assert set(re.findall(r"https?://[^/\s\"']+", text)) <= {"http://www.w3.org"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("host", ["localhost:6666", "LOCALHOST.", "localhost:evil"])
def test_a_hostile_request_changes_no_link(host: str):
    """Through the pages themselves, with every header that a proxy might believe."""
    user = User.objects.create_user("ayu@example.com", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    browser = client_at(host)
    posts = (
        ("/accounts/password/reset/", {"email": "ayu@example.com"}),
        ("/accounts/password/reset/", {"email": "nobody@example.com"}),
        ("/accounts/login/", {"login": "ayu@example.com", "password": PASSWORD}),
        ("/accounts/email/", {"email": "ayu@example.com", "action_send": ""}),
        ("/accounts/email/", {"email": "ayu2@example.com", "action_add": ""}),
    )
    for path, fields in posts:
        browser.post(path, fields, headers=HOSTILE)

    work.work_until_idle()

    found = [link for letter in mail.outbox for link in links(letter)]
    assert [link for link in found if urlsplit(link).netloc != urlsplit(platform_origin()).netloc] == []
    assert bool(found) is (host != "localhost:evil")


@pytest.mark.parametrize("host", ["evil.example", f"kopi.{settings.STOREFRONT_SUFFIX}"])
def test_other_hosts_have_no_account_pages(kopi: Store, host: str):
    answer = client_at(host).post("/accounts/password/reset/", {"email": "sari@example.com"})

    assert answer.status_code == 404


# T-ENUM, reduced: what is said, and how long it takes


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/login/"])
def test_known_and_unknown_addresses_get_the_same_answer(platform: Client, sari: User, path: str):
    def answer(email: str) -> tuple:
        given = platform.post(path, {"email": email, "login": email, "password": "salah sekali"})
        told = re.sub(
            r'value="[^"]*"|nonce-?[^"\s>]*|"X-CSRFToken": "\w+"', "", given.content.decode()
        ).replace(email, "")
        return given.status_code, given.headers.get("Location"), told

    assert answer("sari@example.com") == answer("nobody@example.com")


@pytest.mark.parametrize("email", ["sari@example.com", "nobody@example.com"])
def test_a_reset_is_one_duty_whoever_asks(platform: Client, sari: User, email: str):
    """Nobody waits for a mail server that would tell known from unknown."""
    before = Job.objects.count()

    platform.post("/accounts/password/reset/", {"email": email})

    assert Job.objects.count() == before + 1
    assert mail.outbox == []


def _difference(platform: Client, path: str, tries: int) -> float:
    """Seconds between the medians for a known and an unknown address, asked in turn."""
    redis = Redis.from_url(settings.REDIS_URL)
    took: dict[str, list[float]] = {"sari@example.com": [], "nobody@example.com": []}
    for _ in range(tries):
        for email, times in took.items():
            for key in redis.scan_iter("security:*"):
                redis.delete(key)
            began = time.perf_counter()
            platform.post(path, {"email": email, "login": email, "password": "salah sekali"})
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    return abs(known - unknown)


@pytest.mark.bench
@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/login/"])
def test_known_and_unknown_addresses_take_equally_long(platform: Client, sari: User, path: str, settings):
    """T-ENUM: under 20 ms apart over 200 tries, with the hasher that production uses."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    sari.set_password(PASSWORD)
    sari.save()

    assert _difference(platform, path, 100) < 0.02
