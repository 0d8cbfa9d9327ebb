"""A store's own domains on the dashboard and by API: added, proven, made the main address, removed."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants import context, hosts
from tenants.domains import selectors, services
from tenants.domains.services import DomainNotReady, DomainRefused
from tenants.models import DomainClaim, HostKind, Hostname, PlatformAct, Role, Store, User
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.fakes.dns import ELSEWHERE, OURS, Zone, resolvers

Dashboard = Callable[..., Client]
LIST, API = "/settings/domains/", "/api/v1/domains"
NAME, FREE = "kopi-senja.com", f"kopi.{settings.STOREFRONT_SUFFIX}"
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _fresh(db: None) -> None:
    hosts.forget_names([NAME, f"www.{NAME}"])


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    """DNS as the pages see it."""
    zone = Zone()
    monkeypatch.setattr("tenants.domains.resolvers.current", lambda: resolvers(zone))
    return zone


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def claimed(store: Store, name: str = NAME) -> DomainClaim:
    return services.add(store=store, name=name, actor=SYSTEM, now=NOW)


def set_records(zone: Zone, claim: DomainClaim, address: str = OURS) -> None:
    name = claim.hostname.name
    zone.put(f"_smartseller.{name}", "TXT", claim.token).put(name, "A", address)


def look(store: Store, claim: DomainClaim, zone: Zone, after: timedelta = timedelta()) -> selectors.Domain:
    services.check(store=store, uid=claim.uid, now=NOW + after, resolvers=resolvers(zone))
    return selectors.domain(store, claim.uid)


def connected(store: Store, name: str = NAME) -> DomainClaim:
    claim, zone = claimed(store, name), Zone()
    set_records(zone, claim)
    assert look(store, claim, zone).state == "CONNECTED"
    return claim


def primaries(store: Store) -> list[str]:
    rows = Hostname.objects.filter(store=store, kind=HostKind.STOREFRONT, is_primary=True)
    return list(rows.values_list("name", flat=True))


# Proving


def test_a_claim_routes_nothing(kopi: Store):
    claim = claimed(kopi)

    assert hosts.resolve(NAME) is None
    assert selectors.domain(kopi, claim.uid).state == "WAITING"
    assert len(claim.token) >= 40


def test_a_proven_domain_shows_the_shop(kopi: Store, committed: Callable):
    with committed():
        connected(kopi)

    answer = client_at(NAME).get("/")
    assert (answer.status_code, answer.wsgi_request.store.slug) == (200, "kopi")


def test_a_domain_may_be_proven_before_it_leads_here(kopi: Store):
    claim, zone = claimed(kopi), Zone()
    set_records(zone, claim, ELSEWHERE)

    assert look(kopi, claim, zone).state == "PROVEN"
    assert look(kopi, claim, zone, timedelta(days=5)).state == "PROVEN"
    set_records(zone, claim)
    assert look(kopi, claim, zone, timedelta(days=6)).state == "CONNECTED"


def test_adding_twice_or_too_many_is_refused(kopi: Store, monkeypatch: pytest.MonkeyPatch):
    claimed(kopi)
    with pytest.raises(DomainRefused):
        claimed(kopi, f"https://{NAME.upper()}/")
    monkeypatch.setattr(services, "MOST", 1)
    with pytest.raises(DomainRefused):
        claimed(kopi, "kopi-lain.com")

    assert DomainClaim.objects.count() == 1


def test_granting_twice_changes_nothing(kopi: Store):
    first = services.grant(store=kopi, name="kopi-baru.localhost", now=NOW)

    assert services.grant(store=kopi, name="kopi-baru.localhost", now=NOW + timedelta(days=1)) == first
    domain = selectors.domain(kopi, first.uid)
    assert (domain.state, domain.records, domain.may_lead) == ("CONNECTED", [], True)


# The main address


def test_the_others_lead_to_the_main_address(kopi: Store, committed: Callable):
    with committed():
        claim, _www = connected(kopi), connected(kopi, f"www.{NAME}")
        services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)

    for host in (FREE, f"www.{NAME}"):
        answer = client_at(host).get("/products/?q=a")
        assert (answer.status_code, answer["Location"]) == (301, f"http://{NAME}:8000/products/?q=a")
        assert answer["Cache-Control"] == "max-age=300"
    assert client_at(NAME).get("/").status_code == 200
    assert primaries(kopi) == [NAME]


def test_machines_and_forms_stay_where_they_were_told(kopi: Store, committed: Callable):
    with committed():
        services.make_primary(store=kopi, uid=connected(kopi).uid, actor=SYSTEM)

    old = client_at(FREE)
    for path in ("/api/storefront/v1/products", "/hooks/x/", "/media/x"):
        assert old.get(path).status_code != 301, path
    assert old.post("/cart/").status_code != 301


@pytest.mark.parametrize("path", ["//evil.example/", "/%2f/evil.example", "/\\evil.example"])
def test_a_redirect_never_leaves_the_shop(kopi: Store, committed: Callable, path: str):
    with committed():
        services.make_primary(store=kopi, uid=connected(kopi).uid, actor=SYSTEM)

    assert client_at(FREE).get(path)["Location"].startswith(f"http://{NAME}:8000/")


def test_links_follow_the_main_address(kopi: Store, committed: Callable):
    with committed():
        services.make_primary(store=kopi, uid=connected(kopi).uid, actor=SYSTEM)

    assert hosts.store_origin(kopi, HostKind.STOREFRONT) == f"http://{NAME}:8000"
    assert f'rel="canonical" href="http://{NAME}:8000/"' in client_at(NAME).get("/").content.decode()


def test_only_a_connected_domain_can_lead(kopi: Store):
    claim, zone = claimed(kopi), Zone()
    with pytest.raises(DomainNotReady):
        services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)
    set_records(zone, claim, ELSEWHERE)
    look(kopi, claim, zone)
    with pytest.raises(DomainNotReady):
        services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)

    assert primaries(kopi) == [FREE]


def test_the_free_address_takes_over(kopi: Store, committed: Callable):
    claim = connected(kopi)
    services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)
    with committed():
        services.reset_primary(store=kopi, actor=SYSTEM)
    assert primaries(kopi) == [FREE]

    services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)
    with committed():
        services.remove(store=kopi, uid=claim.uid, actor=SYSTEM, now=NOW)
    assert primaries(kopi) == [FREE]
    assert client_at(FREE).get("/").status_code == 200
    assert hosts.resolve(NAME) is None


def test_what_was_done_stands_in_the_log(kopi: Store):
    claim = connected(kopi)
    services.make_primary(store=kopi, uid=claim.uid, actor=SYSTEM)
    services.remove(store=kopi, uid=claim.uid, actor=SYSTEM, now=NOW)

    acts = list(PlatformAct.objects.filter(store=kopi).order_by("pk").values_list("action", flat=True))
    assert acts[-5:] == [
        "domain.added",
        "domain.proven",
        "domain.connected",
        "domain.made_primary",
        "domain.removed",
    ]
    assert len(selectors.history(kopi)) >= 5


# The pages


def test_the_page_adds_a_domain_and_says_what_to_type(dashboard: Dashboard, kopi: Store, sari: User):
    client = dashboard(sari)
    answer = client.post(LIST, {"name": "https://Kopi-Senja.com/"})
    claim = DomainClaim.objects.get(hostname__name=NAME)

    assert answer["Location"] == f"{LIST}{claim.uid}/"
    page = client.get(answer["Location"]).content.decode()
    assert claim.token in page and 'data-copy="_smartseller"' in page
    assert NAME in client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["", "127.0.0.1", "*.kopi.com", "co.id", "kopi.app.localhost", "x" * 301])
def test_a_bad_name_comes_back_with_what_is_wrong(dashboard: Dashboard, kopi: Store, sari: User, name: str):
    answer = dashboard(sari).post(LIST, {"name": name})

    assert answer.status_code == 422
    assert name[:300] in answer.content.decode()
    assert not DomainClaim.objects.exists()


def test_a_look_answers_in_place(dashboard: Dashboard, kopi: Store, sari: User, zone: Zone):
    claim, client = claimed(kopi), dashboard(sari)
    set_records(zone, claim)
    page = client.post(f"{LIST}{claim.uid}/check/", headers={"hx-request": "true"}).content.decode()

    assert page.lstrip().startswith("<section")
    assert f"{LIST}{claim.uid}/main/" in page
    assert client.post(f"{LIST}{claim.uid}/check/").status_code == 302


def test_the_pages_make_a_domain_lead_and_remove_it(dashboard: Dashboard, kopi: Store, sari: User):
    claim, client = connected(kopi), dashboard(sari)

    client.post(f"{LIST}{claim.uid}/main/")
    assert primaries(kopi) == [NAME]
    client.post(f"{LIST}free-address/")
    assert primaries(kopi) == [FREE]
    client.post(f"{LIST}{claim.uid}/remove/")
    assert not DomainClaim.objects.exists()


def test_a_domain_that_is_not_ready_is_not_made_to_lead(dashboard: Dashboard, kopi: Store, sari: User):
    claim = claimed(kopi)

    assert dashboard(sari).post(f"{LIST}{claim.uid}/main/")["Location"] == f"{LIST}{claim.uid}/"
    assert primaries(kopi) == [FREE]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OWNER, Role.ADMIN)])
def test_other_roles_are_refused(dashboard: Dashboard, kopi: Store, member: Callable, role: str):
    client, claim = dashboard(member(role)), claimed(kopi)
    for path in ("", f"{claim.uid}/"):
        assert client.get(LIST + path).status_code == 403
    for path in ("", f"{claim.uid}/check/", f"{claim.uid}/main/", f"{claim.uid}/remove/", "free-address/"):
        assert client.post(LIST + path, {"name": "kopi.com"}).status_code == 403

    assert DomainClaim.objects.count() == 1


def test_the_list_asks_the_database_equally_often(
    dashboard: Dashboard, kopi: Store, sari: User, django_assert_max_num_queries: Callable
):
    client = dashboard(sari)
    client.get(LIST)
    for number in range(12):
        claimed(kopi, f"kopi-{number}.com")
    with django_assert_max_num_queries(16):
        assert client.get(LIST).content.decode().count('class="row-title') == 12


# The API


def test_the_api_does_everything_that_the_pages_do(api: Client, kopi: Store, zone: Zone):
    added = api.post(API, {"name": NAME}, content_type="application/json")
    domain = added.json()
    address = f"{API}/{domain['id']}"
    assert (added.status_code, domain["state"]) == (201, "WAITING")
    assert [record["type"] for record in domain["records"]] == ["TXT", "A"]

    missing = api.post(f"{address}/check").json()
    assert [found["code"] for found in missing["findings"]] == ["NO_SUCH_DOMAIN"]
    set_records(zone, DomainClaim.objects.get())
    assert api.post(f"{address}/check").json()["state"] == "CONNECTED"
    assert api.post(f"{address}/primary").json()["is_primary"] is True
    assert [row["name"] for row in api.get(API).json()["items"]] == [NAME]
    assert api.delete(f"{API}/primary").status_code == 204
    assert api.get(address).json()["is_primary"] is False
    assert api.delete(address).status_code == 204
    assert api.get(API).json() == {"items": [], "next": None}


def test_the_api_says_why_not(api: Client, kopi: Store):
    claim = claimed(kopi)

    again = api.post(API, {"name": NAME}, content_type="application/json")
    bad = api.post(API, {"name": "co.id"}, content_type="application/json")
    early = api.post(f"{API}/{claim.uid}/primary")
    assert (again.status_code, again.json()["code"]) == (409, "domain_refused")
    assert (bad.status_code, bad.json()["code"]) == (422, "domain_name_refused")
    assert (early.status_code, early.json()["code"]) == (409, "domain_not_ready")
    assert api.get(f"{API}/{uuid.uuid4()}").status_code == 404
    assert context.current_store() is None
