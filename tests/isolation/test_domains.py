"""T-DOMAIN: a domain belongs to whoever has the token in its DNS, and to nobody else (A32).

T-ASK: certificates are given for proven domains of open stores only, from memory (A33).
"""

import random
import statistics
import string
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from tenants import care, hosts
from tenants.domains import ask, selectors, servable, services
from tenants.domains.names import DomainNameRefused
from tenants.domains.services import DomainRefused, NoSuchDomain
from tenants.models import DomainClaim, Hostname, Membership, ReleasedDomain, Role, Store, User
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.fakes.dns import ELSEWHERE, OURS, Zone, resolvers

NAME = "kopi-senja.com"
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    hosts.forget_names([NAME])


def claimed(store: Store, name: str = NAME, after: timedelta = timedelta()) -> DomainClaim:
    return services.add(store=store, name=name, actor=SYSTEM, now=NOW + after)


def look(
    store: Store, claim: DomainClaim, zone: Zone, after: timedelta = timedelta()
) -> tuple[str, set[str]]:
    services.check(store=store, uid=claim.uid, now=NOW + after, resolvers=resolvers(zone))
    domain = selectors.domain(store, claim.uid)
    return domain.state, {finding.code for finding in domain.findings}


def proving(*claims: DomainClaim) -> Zone:
    """DNS with the tokens of these claims, leading here."""
    name = claims[0].hostname.name
    return Zone().put(f"_smartseller.{name}", "TXT", *(claim.token for claim in claims)).put(name, "A", OURS)


def slug_at(name: str) -> str:
    hosts.forget_names([name])
    route = hosts.resolve(name)
    return route.store.slug if route and route.store else ""


# T-DOMAIN


def test_only_the_store_whose_token_is_in_dns_gets_the_domain(kopi: Store, batik: Store):
    theirs, ours = claimed(batik), claimed(kopi)
    zone = proving(ours)

    assert look(batik, theirs, zone)[0] == "WAITING"
    assert look(kopi, ours, zone)[0] == "CONNECTED"
    assert look(batik, theirs, zone)[0] == "WAITING"
    assert slug_at(NAME) == "kopi"


def test_a_token_is_good_for_one_store_only(kopi: Store, batik: Store):
    ours, theirs = claimed(kopi), claimed(batik)
    DomainClaim.objects.filter(pk=theirs.pk).update(token="smartseller-" + "0" * 40)

    state, found = look(batik, theirs, proving(ours))
    assert (state, "PROOF_WRONG" in found) == ("WAITING", True)
    assert ours.token != theirs.token
    assert slug_at(NAME) == ""


def test_a_second_proof_does_not_take_a_domain_away(kopi: Store, batik: Store):
    ours, theirs = claimed(kopi), claimed(batik)
    zone = proving(ours, theirs)

    assert look(kopi, ours, zone)[0] == "CONNECTED"
    assert look(batik, theirs, zone) == ("WAITING", {"IN_USE", "PROOF_FOUND", "LEADS_HERE"})
    assert slug_at(NAME) == "kopi"


@pytest.fixture
def clean_domains() -> Iterator[None]:
    yield
    Hostname.objects.filter(claim__isnull=False).delete()
    ReleasedDomain.objects.all().delete()
    servable.publish()


@pytest.mark.django_db(transaction=True)
def test_two_stores_that_prove_at_the_same_moment(clean_domains: None):
    stores = [Store.objects.get(slug=slug) for slug in ("kopi", "batik")]
    claims = [claimed(store) for store in stores]
    zone, gate = proving(*claims), threading.Barrier(2)

    def prove(store: Store, claim: DomainClaim) -> None:
        gate.wait()
        services.check(store=store, uid=claim.uid, now=NOW, resolvers=resolvers(zone))
        connection.close()

    threads = [threading.Thread(target=prove, args=pair) for pair in zip(stores, claims, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Hostname.objects.filter(name=NAME, verified_at__isnull=False).count() == 1
    assert sorted(selectors.domain(*pair).state for pair in _pairs(stores, claims)) == [
        "CONNECTED",
        "WAITING",
    ]


def _pairs(stores: list[Store], claims: list[DomainClaim]) -> list[tuple[Store, Any]]:
    return [(store, claim.uid) for store, claim in zip(stores, claims, strict=True)]


def test_a_released_domain_rests_for_thirty_days(kopi: Store, batik: Store):
    ours, theirs = claimed(kopi), claimed(batik)
    look(kopi, ours, proving(ours))
    services.remove(store=kopi, uid=ours.uid, actor=SYSTEM, now=NOW)

    assert look(batik, theirs, proving(theirs)) == ("WAITING", {"IN_QUARANTINE", "PROOF_FOUND", "LEADS_HERE"})
    assert look(batik, theirs, proving(theirs), timedelta(days=29))[0] == "WAITING"
    services.remove(store=batik, uid=theirs.uid, actor=SYSTEM, now=NOW)
    with pytest.raises(DomainRefused):
        claimed(batik, after=timedelta(days=29))
    assert slug_at(NAME) == ""

    later = claimed(batik, after=timedelta(days=31))
    assert look(batik, later, proving(later), timedelta(days=31))[0] == "CONNECTED"


def test_whoever_released_it_may_have_it_back_with_a_new_proof(kopi: Store):
    first = claimed(kopi)
    old = proving(first)
    look(kopi, first, old)
    services.remove(store=kopi, uid=first.uid, actor=SYSTEM, now=NOW)
    again = claimed(kopi)

    assert look(kopi, again, old)[0] == "WAITING"
    assert look(kopi, again, proving(again))[0] == "CONNECTED"
    assert not ReleasedDomain.objects.exists()


def test_an_owner_may_move_a_domain_between_their_stores(kopi: Store, batik: Store, sari: User):
    Membership.objects.create(user=sari, store=batik, role=Role.OWNER)
    ours = claimed(kopi)
    look(kopi, ours, proving(ours))
    services.remove(store=kopi, uid=ours.uid, actor=SYSTEM, now=NOW)

    moved = claimed(batik)
    assert look(batik, moved, proving(moved))[0] == "CONNECTED"


def test_a_claim_that_was_never_proven_leaves_no_quarantine(kopi: Store, batik: Store):
    services.remove(store=batik, uid=claimed(batik).uid, actor=SYSTEM, now=NOW)

    assert not ReleasedDomain.objects.exists()
    assert claimed(kopi).uid


def test_a_quarantine_ends(kopi: Store):
    ours = claimed(kopi)
    look(kopi, ours, proving(ours))
    services.remove(store=kopi, uid=ours.uid, actor=SYSTEM, now=NOW)

    assert services.end_quarantines(now=NOW + timedelta(days=29)) == 0
    assert services.end_quarantines(now=NOW + timedelta(days=30)) == 1


def test_a_domain_that_no_longer_leads_here_is_let_go(kopi: Store, batik: Store):
    ours, zone = claimed(kopi), Zone()
    zone.rows.update(proving(ours).rows)
    look(kopi, ours, zone)
    zone.put(NAME, "A", ELSEWHERE)
    assert [look(kopi, ours, zone, timedelta(hours=hours))[0] for hours in (1, 72)] == ["FAILING"] * 2
    assert slug_at(NAME) == "kopi"

    assert look(kopi, ours, zone, timedelta(hours=73))[0] == "LAPSED"
    assert slug_at(NAME) == ""
    theirs = claimed(batik)
    assert look(batik, theirs, proving(theirs))[0] == "CONNECTED"


def test_the_other_stores_domain_is_not_there(kopi: Store, batik: Store, tono: User, dashboard: Callable):
    ours = claimed(kopi)
    client = dashboard(tono, batik)
    for path in ("", "check/", "main/", "remove/"):
        address = f"/settings/domains/{ours.uid}/{path}"
        assert (client.post(address) if path else client.get(address)).status_code == 404
    with pytest.raises(NoSuchDomain):
        services.remove(store=batik, uid=ours.uid, actor=SYSTEM, now=NOW)

    assert NAME not in client.get("/settings/domains/").content.decode()
    assert DomainClaim.objects.filter(pk=ours.pk).exists()


@pytest.mark.parametrize("name", ["*.kopi-senja.com", "kopi.shop.localhost", "co.id", "127.0.0.1"])
def test_what_is_nobodys_is_claimed_by_nobody(kopi: Store, name: str):
    with pytest.raises(DomainNameRefused):
        claimed(kopi, name)


def test_a_homograph_is_another_domain(kopi: Store, batik: Store):
    ours = claimed(kopi)
    look(kopi, ours, proving(ours))
    lookalike = claimed(batik, "kоpi-senja.com")

    assert lookalike.hostname.name.startswith("xn--")
    assert selectors.domain(batik, lookalike.uid).shown.startswith("xn--")
    assert look(batik, lookalike, proving(ours))[0] == "WAITING"


# T-ASK


@pytest.fixture
def asked(db: None) -> Iterator[Callable[..., int]]:
    """Asks as the web server does: `asked("kopi.com")` gives the status."""
    servable.forget_copy()
    servable.publish()
    redis = servable._redis()
    client = Client(HTTP_HOST="web:8000", REMOTE_ADDR="172.18.0.5")

    def ask_for(name: str, **more: Any) -> int:
        return client.get(ask.PATH, {"domain": name}, **more).status_code

    yield ask_for
    redis.delete(servable._VERSION, servable._NAMES)
    servable.forget_copy()


@pytest.fixture
def served(kopi: Store, asked: Callable, django_capture_on_commit_callbacks: Callable) -> DomainClaim:
    with django_capture_on_commit_callbacks(execute=True):
        claim = claimed(kopi)
        look(kopi, claim, proving(claim))
    return claim


def made_up(count: int) -> list[str]:
    chance = random.Random(33)
    letters = string.ascii_lowercase + string.digits

    def label() -> str:
        return "".join(chance.choices(letters, k=chance.randint(1, 20)))

    ends = ["com", "co.id", NAME, settings.STOREFRONT_SUFFIX, settings.DASHBOARD_SUFFIX, "localhost"]
    return [f"{label()}.{chance.choice(ends)}" for _ in range(count)]


def test_a_thousand_made_up_names_get_nothing_and_write_nothing(
    served: DomainClaim, asked: Callable, django_assert_num_queries: Callable
):
    with django_assert_num_queries(0):
        assert {asked(name) for name in made_up(1_000)} == {403}


def test_proven_domains_of_open_stores_get_a_certificate(
    served: DomainClaim, asked: Callable, kopi: Store, django_capture_on_commit_callbacks: Callable
):
    assert (asked(NAME), asked(NAME.upper()), asked(f"{NAME}.")) == (200, 200, 200)

    with django_capture_on_commit_callbacks(execute=True):
        care.suspend(store=kopi, reason="abuse report 7", actor=SYSTEM)
    assert asked(NAME) == 403
    with django_capture_on_commit_callbacks(execute=True):
        care.resume(store=kopi, reason="settled", actor=SYSTEM)
    assert asked(NAME) == 200
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(store=kopi, uid=served.uid, actor=SYSTEM, now=NOW)
    assert asked(NAME) == 403


def test_a_claim_without_proof_gets_none(kopi: Store, asked: Callable):
    claimed(kopi)
    servable.publish()

    assert asked(NAME) == 403


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost",
        "kopi.shop.localhost",
        "toko.localhost",
        f"*.{NAME}",
        f"x.{NAME}",
        f"{NAME}\x00",
        "1.2.3.4",
    ],
)
def test_our_own_names_and_nonsense_get_none(served: DomainClaim, asked: Callable, name: str):
    assert asked(name) == 403


@pytest.mark.parametrize(
    "more",
    [
        {"REMOTE_ADDR": "8.8.8.8"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "2606:4700::1"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
    ids=str,
)
def test_only_our_own_network_may_ask(served: DomainClaim, asked: Callable, more: dict):
    assert asked(NAME, **more) == 403


def test_no_other_method_and_no_other_host_gets_in(served: DomainClaim):
    inside = Client(REMOTE_ADDR="127.0.0.1", HTTP_HOST=NAME)

    assert inside.post(f"{ask.PATH}?domain={NAME}").status_code == 403
    assert client_at("evil.example").get(f"{ask.PATH}x").status_code == 404


def test_it_answers_while_postgresql_is_down(
    served: DomainClaim, asked: Callable, monkeypatch: pytest.MonkeyPatch
):
    def away() -> None:
        raise DatabaseError("PostgreSQL is away")

    servable.forget_copy()
    monkeypatch.setattr(servable, "_read", away)
    assert (asked(NAME), asked("evil.com")) == (200, 403)


@pytest.mark.parametrize("stale_seconds", [0.0, 1e9])
def test_it_answers_from_its_copy_while_redis_and_postgresql_are_down(
    served: DomainClaim, asked: Callable, monkeypatch: pytest.MonkeyPatch, stale_seconds: float
):
    def redis_away() -> None:
        raise RedisAway

    def postgresql_away() -> None:
        raise DatabaseError("PostgreSQL is away")

    assert asked(NAME) == 200
    monkeypatch.setattr(servable, "_redis", redis_away)
    monkeypatch.setattr(servable, "_read", postgresql_away)
    monkeypatch.setattr(servable, "_STALE_SECONDS", stale_seconds)
    assert (asked(NAME), asked("evil.com")) == (200, 403)


def test_a_lost_list_is_written_anew(served: DomainClaim, asked: Callable):
    servable._redis().delete(servable._VERSION, servable._NAMES)
    servable.forget_copy()

    assert (asked(NAME), asked("evil.com")) == (200, 403)


@pytest.mark.parametrize("broken", ["_redis", "_take"])
def test_whatever_breaks_denies(
    served: DomainClaim, asked: Callable, monkeypatch: pytest.MonkeyPatch, broken: str
):
    def fail() -> None:
        raise RuntimeError("broken")

    servable.forget_copy()
    monkeypatch.setattr(servable, broken, fail)
    assert asked(NAME) == 403


def test_it_answers_within_twenty_milliseconds(served: DomainClaim, asked: Callable):
    seconds = []
    for name in [NAME, *made_up(200)]:
        before = time.perf_counter()
        asked(name)
        seconds.append(time.perf_counter() - before)

    assert statistics.median(seconds) < 0.02
