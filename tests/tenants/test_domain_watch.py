"""The daily look: grace, mails to the owner, and a domain that lapses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tenants import hosts, routines, work
from tenants.domains import schedule, selectors, services
from tenants.models import DomainClaim, HostKind, Job, Store, User
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.fakes.dns import ELSEWHERE, OURS, Silent, Zone, resolvers

NAME = "kopi-senja.com"
START = timezone.now()


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def claim(kopi: Store, sari: User, zone: Zone) -> DomainClaim:
    """Connected, and the main address."""
    hosts.forget_names([NAME])
    claim = services.add(store=kopi, name=NAME, actor=SYSTEM, now=START)
    zone.put(f"_smartseller.{NAME}", "TXT", claim.token).put(NAME, "A", OURS)
    look(claim, zone)
    services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)
    Job.objects.all().delete()
    return claim


def look(claim: DomainClaim, zone: Zone, hours: float = 0) -> str:
    store = claim.hostname.store
    services.check(store=store, uid=claim.uid, now=START + timedelta(hours=hours), resolvers=resolvers(zone))
    return str(selectors.domain(store, claim.uid).state)


def test_missing_records_have_three_days(claim: DomainClaim, zone: Zone, kopi: Store):
    zone.put(NAME, "A", ELSEWHERE)
    assert [look(claim, zone, hours) for hours in (24, 48, 95.9)] == ["FAILING"] * 3
    assert hosts.resolve(NAME) is not None

    assert look(claim, zone, 96) == "LAPSED"
    hosts.forget_names([NAME])
    assert hosts.resolve(NAME) is None
    assert hosts.store_origin(kopi, HostKind.STOREFRONT).startswith("http://kopi.shop.localhost")


def test_a_proof_that_is_taken_out_counts_as_well(claim: DomainClaim, zone: Zone):
    zone.drop(f"_smartseller.{NAME}", "TXT")

    assert [look(claim, zone, hours) for hours in (1, 73)] == ["FAILING", "LAPSED"]


def test_records_that_come_back_in_time_end_the_grace(claim: DomainClaim, zone: Zone):
    zone.put(NAME, "A", ELSEWHERE)
    look(claim, zone, 1)
    zone.put(NAME, "A", OURS)
    assert look(claim, zone, 60) == "CONNECTED"

    zone.put(NAME, "A", ELSEWHERE)
    assert [look(claim, zone, hours) for hours in (61, 132)] == ["FAILING"] * 2


def test_while_records_are_missing_nobody_is_led_to_them(
    claim: DomainClaim, zone: Zone, django_capture_on_commit_callbacks: Callable
):
    with django_capture_on_commit_callbacks(execute=True):
        zone.put(NAME, "A", ELSEWHERE)
        look(claim, zone, 1)

    assert client_at("kopi.shop.localhost").get("/").status_code == 200


@pytest.mark.parametrize("address", ["104.16.7.7", OURS])
def test_a_proxy_in_front_is_no_reason_to_let_go(claim: DomainClaim, zone: Zone, address: str):
    zone.put(NAME, "A", address)

    assert look(claim, zone, 100) == look(claim, zone, 200) == "CONNECTED"


def test_silence_changes_nothing(claim: DomainClaim, kopi: Store):
    for hours in (100, 200):
        later = START + timedelta(hours=hours)
        services.check(store=kopi, uid=claim.uid, now=later, resolvers=[Silent(), Silent()])

    claim.refresh_from_db()
    assert (claim.failing_since, claim.lapsed_at) == (None, None)
    assert claim.hostname.verified_at is not None


def test_the_owner_is_told_once_at_each_turn(claim: DomainClaim, zone: Zone, sari: User):
    zone.put(NAME, "A", ELSEWHERE)
    look(claim, zone, 1)
    work.work_until_idle()
    look(claim, zone, 24)
    work.work_until_idle()
    [warning] = mail.outbox
    assert warning.to == [sari.email]
    assert f"http://kopi.app.localhost:8000/settings/domains/{claim.uid}/" in warning.body
    assert NAME in warning.subject

    look(claim, zone, 80)
    work.work_until_idle()
    assert len(mail.outbox) == 2
    assert "kopi.shop.localhost" in mail.outbox[1].body


def test_a_lapsed_domain_is_connected_by_itself_when_its_records_are_back(claim: DomainClaim, zone: Zone):
    zone.put(NAME, "A", ELSEWHERE)
    look(claim, zone, 1)
    look(claim, zone, 80)
    zone.put(NAME, "A", OURS)

    assert look(claim, zone, 90) == "CONNECTED"
    assert not selectors.domain(claim.hostname.store, claim.uid).is_primary


# When


def test_the_routine_looks_at_what_is_due(claim: DomainClaim, zone: Zone, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tenants.domains.resolvers.current", lambda: resolvers(zone))
    DomainClaim.objects.update(next_check_at=START - timedelta(minutes=1), checked_at=None)
    routines.start_all()
    work.work_until_idle()

    claim.refresh_from_db()
    assert claim.checked_at is not None
    assert claim.next_check_at is not None and claim.next_check_at > timezone.now() + timedelta(hours=23)


def test_nobody_looks_before_the_time(claim: DomainClaim, monkeypatch: pytest.MonkeyPatch):
    DomainClaim.objects.update(next_check_at=timezone.now() + timedelta(hours=1), checked_at=None)
    routines.start_all()
    work.work_until_idle()

    claim.refresh_from_db()
    assert claim.checked_at is None


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(minutes=1), timedelta(minutes=10)),
        (timedelta(hours=5), timedelta(hours=1)),
        (timedelta(days=9), timedelta(days=1)),
        (timedelta(days=31), None),
    ],
)
def test_an_unproven_claim_is_looked_at_less_and_less(kopi: Store, age: timedelta, pause: timedelta | None):
    claim = services.add(store=kopi, name=NAME, actor=SYSTEM, now=START)
    now: datetime = claim.hostname.created_at + age

    assert schedule.next_check(claim, now) == (now + pause if pause else None)


def test_a_name_that_the_platform_vouches_for_is_never_looked_at(kopi: Store):
    claim = services.grant(store=kopi, name="kopi-baru.localhost", now=START)

    assert schedule.next_check(claim, START) is None
    services.check(store=kopi, uid=claim.uid, now=START, resolvers=[Zone()])
    assert selectors.domain(kopi, claim.uid).state == "FAILING"
