"""From a sign-up to an open store: quick, the same for everybody, and healed wherever it breaks off."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from core.kernel import profile
from tenants import blueprint, breaches, context, provisioning, schemas, structure, work
from tenants.models import Hostname, Job, JobState, Store, StoreState, User
from tests.conftest import PASSWORD, client_at

STEPS = list(provisioning._STEPS)
SPARE = "s_aaaaaaaaaaaaaaaa"
# Seconds; other tests keep the machine busy meanwhile.
ENOUGH = 20


class Crash(BaseException):
    """A worker that ends here and now."""


@pytest.fixture
def spare(transactional_db: None) -> Iterator[str]:
    """A schema that belongs to no store, and is gone afterwards."""
    schemas.make(SPARE)
    yield SPARE
    schemas.drop(SPARE)


def ask_for(slug: str) -> Store:
    owner = User.objects.create_user(f"{slug}@example.com", PASSWORD)
    return provisioning.open_store(owner=owner, name=slug.title(), slug=slug)


def assert_whole(store: Store) -> None:
    """INV-8: active, at head, prepared, and reachable."""
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE
    assert structure.lines(store.schema_name) == structure.lines(schemas.TEMPLATE)
    with context.in_store(store):
        assert profile.current() is not None
    assert client_at(f"{store.slug}.{settings.STOREFRONT_SUFFIX}").get("/").status_code == 200
    assert breaches.check_platform() == []


def test_the_blueprint_makes_what_the_migrations_make(spare: str):
    schemas.migrate(spare)
    by_migrations = structure.lines(spare), _memory(spare)
    schemas.drop(spare)
    schemas.make(spare)

    assert blueprint.is_written()
    schemas.furnish(spare)

    assert (structure.lines(spare), _memory(spare)) == by_migrations


def _memory(schema_name: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT app, name FROM "{schema_name}".django_migrations')
        return set(cursor.fetchall())


def test_a_store_at_head_has_nothing_left_to_migrate(spare: str):
    schemas.furnish(spare)
    with schemas.migrating(spare):
        call_command("migrate_one", check_unapplied=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("state", STEPS)
def test_a_crash_at_any_step_heals(monkeypatch: pytest.MonkeyPatch, state: str, where: str):
    """F-PROV: a step that broke off, or was done but not written down, is done again."""
    step, then = provisioning._STEPS[state]

    def crash(store: Store) -> None:
        if where == "after":
            step(store)
        raise Crash

    store = ask_for("teh")
    monkeypatch.setitem(provisioning._STEPS, state, (crash, then))
    with pytest.raises(Crash):
        work.work_until_idle()
    store.refresh_from_db()
    assert store.state == state
    assert client_at(f"teh.{settings.DASHBOARD_SUFFIX}").get("/").status_code == 404

    monkeypatch.setitem(provisioning._STEPS, state, (step, then))
    work.work_until_idle()

    assert_whole(store)


@pytest.mark.django_db(transaction=True)
def test_tables_that_were_made_in_part_are_completed(monkeypatch: pytest.MonkeyPatch):
    store = ask_for("teh")
    schemas.make(store.schema_name)
    with schemas.migrating(store.schema_name):
        call_command("migrate_one", "kernel", verbosity=0, interactive=False)

    work.work_until_idle()

    assert_whole(store)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_store_open_it_once():
    """The lease ran out while the first worker was still at it."""
    store = ask_for("teh")
    job = Job.objects.get(state=JobState.WAITING)
    failures: list[Exception] = []

    def go() -> None:
        try:
            provisioning.provision(store_id=store.pk)
        except Exception as refusal:
            failures.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now())
    work.work_until_idle()

    assert_whole(store)
    assert len(failures) <= 1


@pytest.mark.django_db(transaction=True)
def test_two_who_want_the_same_address_at_once_get_one_store():
    answers: list[int] = []

    def go(number: int) -> None:
        fields = {"email": f"a{number}@example.com", "password": "tiga kata acak ini", "store_name": "Teh"}
        answers.append(client_at("localhost").post("/signup/", {**fields, "slug": "teh-tarik"}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302, 422, 422, 422]
    assert Store.objects.filter(slug="teh-tarik").count() == 1
    assert User.objects.filter(email__endswith="@example.com", email__startswith="a").count() == 1
    assert Hostname.objects.filter(name__startswith="teh-tarik").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_store_is_usable_soon_after_its_sign_up():
    """Two people sign up at the same moment; two workers answer. `make bench` holds it to five seconds."""
    took: list[float] = []

    def go(number: int) -> None:
        began = time.perf_counter()
        fields = {
            "email": f"a{number}@example.com",
            "password": "tiga kata acak ini",
            "store_name": f"Toko {number}",
        }
        assert client_at("localhost").post("/signup/", fields).status_code == 302
        work.work_until_idle()
        shop = client_at(f"toko-{number}.{settings.STOREFRONT_SUFFIX}")
        while shop.get("/").status_code != 200 and time.perf_counter() - began < 30:
            time.sleep(0.05)
        took.append(time.perf_counter() - began)
        connections.close_all()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    print(f"\nsign-up to usable store, two at once: {', '.join(f'{seconds:.2f} s' for seconds in took)}")
    assert len(took) == 2
    assert max(took) < ENOUGH
