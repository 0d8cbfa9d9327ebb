"""Ready schemas: made whole or not at all, taken once, never when they are behind head."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from tenants import breaches, pool, provisioning, schemas, structure, work
from tenants.models import Blueprint, Job, JobState, SpareSchema, Store, StoreState, User
from tests.conftest import PASSWORD, client_at

pytestmark = pytest.mark.django_db
# What happens after a commit, or beside it.
committing = pytest.mark.django_db(transaction=True)
FIELDS = {"email": "ayu@example.com", "password": "tiga kata acak ini", "store_name": "Roti Ayu"}


@pytest.fixture
def spares(settings) -> Callable[[int], list[str]]:
    """Fill the pool: `spares(2)` are the names of two ready schemas."""

    def fill(size: int) -> list[str]:
        settings.STORE_POOL_SIZE = size
        pool.fill()
        return list(SpareSchema.objects.order_by("pk").values_list("schema_name", flat=True))

    return fill


def at_once(act: Callable[[], object], times: int) -> list[object]:
    answers: list[object] = []

    def go() -> None:
        try:
            answers.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def open_store(slug: str) -> Store:
    owner = User.objects.create_user(f"{slug}@example.com", PASSWORD)
    return provisioning.open_store(owner=owner, name=slug.title(), slug=slug)


def test_a_filled_pool_holds_as_many_as_were_asked_for_each_like_the_template(spares):
    names = spares(2)

    assert len(names) == 2
    for name in names:
        assert structure.lines(name) == structure.lines(schemas.TEMPLATE)
    assert breaches.check_platform() == []


@committing
def test_a_sign_up_takes_a_ready_schema_and_leads_straight_in(spares, settings):
    (name,) = spares(1)
    platform = client_at("localhost")

    answer = platform.post("/signup/", FIELDS)

    assert answer.headers["Location"] == "/stores/roti-ayu/enter/"
    store = Store.objects.get(slug="roti-ayu")
    assert (store.state, store.schema_name) == (StoreState.ACTIVE, name)
    assert store.entitlements["products"] == 10_000
    assert not SpareSchema.objects.exists()
    assert not Job.objects.filter(kind=provisioning.PROVISION, state=JobState.WAITING).exists()
    assert client_at(f"roti-ayu.{settings.STOREFRONT_SUFFIX}").get("/").status_code == 200
    assert breaches.check_platform() == []


@committing
def test_a_host_that_was_asked_for_too_early_answers_once_the_store_is_open(spares, settings):
    spares(1)
    early = client_at(f"teh.{settings.STOREFRONT_SUFFIX}")
    assert early.get("/").status_code == 404

    open_store("teh")

    assert early.get("/").status_code == 200


@committing
def test_what_is_taken_is_made_again(spares):
    spares(1)
    open_store("teh")

    assert Job.objects.get(kind=pool.FILL).next_at > timezone.now()
    Job.objects.update(next_at=timezone.now())
    work.work_until_idle()

    assert SpareSchema.objects.count() == 1


def test_an_empty_pool_builds_in_the_background():
    store = open_store("teh")
    assert store.state == StoreState.REQUESTED

    work.work_until_idle()

    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE
    assert breaches.check_platform() == []


def test_a_refused_sign_up_puts_the_schema_back(spares):
    before = spares(1)

    with pytest.raises(provisioning.SlugTaken):
        open_store("kopi")

    assert spares(1) == before


@committing
def test_many_who_come_at_once_get_each_a_schema_of_their_own(spares):
    names = spares(3)

    taken = at_once(pool.take, times=6)

    assert sorted(filter(None, taken)) == sorted(names)
    assert taken.count(None) == 3
    for name in names:
        schemas.drop(name)


@committing
def test_two_who_fill_at_once_make_none_too_many(settings):
    settings.STORE_POOL_SIZE = 2

    at_once(pool.fill, times=3)

    assert SpareSchema.objects.count() == 2
    assert breaches.check_platform() == []


def test_what_is_behind_head_is_not_handed_out_but_made_anew(spares):
    (old,) = spares(1)
    SpareSchema.objects.update(fingerprint="0" * 64)

    assert pool.take() is None
    (new,) = spares(1)

    assert new != old
    assert not schemas.exists(old)
    assert pool.take() == new
    schemas.drop(new)


def test_a_spare_that_lost_its_schema_is_not_handed_out(spares):
    (lost,) = spares(1)
    schemas.drop(lost)

    assert [each.rule for each in breaches.check_platform()] == ["INV-8.2"]
    assert pool.take() is None
    assert spares(1) != [lost]


def test_a_smaller_pool_drops_what_is_too_much(spares):
    first, second = spares(2)

    assert spares(1) == [first]
    assert not schemas.exists(second)
    assert spares(0) == []


def test_a_worker_of_an_older_release_leaves_the_pool_alone(spares):
    newer = Blueprint.objects.create(digest="f" * 32, fingerprint="f" * 64, drawn_at=timezone.now())
    try:
        assert spares(2) == []
    finally:
        newer.delete()


def test_a_schema_that_came_out_wrong_is_no_spare(spares, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(structure, "fingerprint", lambda name: "0" * 64)

    with pytest.raises(pool.SpareDiffers):
        spares(1)

    assert not SpareSchema.objects.exists()
    assert breaches.check_platform() == []


def test_the_net_asks_for_what_is_missing_and_for_nothing_more(settings, spares):
    spares(1)
    pool.keep_filled()
    assert not Job.objects.filter(kind=pool.FILL).exists()

    settings.STORE_POOL_SIZE = 2
    pool.keep_filled()

    assert Job.objects.filter(kind=pool.FILL).count() == 1
