"""What outlives a request or a block: connections, threads, sessions, callbacks, caches of ids."""

import importlib
import threading
from asyncio import iscoroutinefunction
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection, connections, transaction
from django.test import Client
from redis import Redis

from core.kernel.models import StoreProfile
from tenants import context, schemas
from tenants.context import NoStoreContext
from tenants.models import Job, Membership, Role, Store, User
from tests.architecture.source import ROOT
from tests.conftest import client_at
from tests.isolation.routes import KINDS, _walk
from tests.tenants.test_provisioning import ask_for

Dashboard = Callable[..., Client]


def tables_of(schema: str) -> set[str]:
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/products/"])
def test_after_a_request_its_store_is_left(kopi: Store, path: str):
    """T-STALE: the thread goes on, for a signal or a health check, and must not be in the store any more."""
    client_at(f"kopi.{settings.STOREFRONT_SUFFIX}").get(path)

    assert context.current_store() is None
    with pytest.raises(NoStoreContext):
        StoreProfile.objects.count()


def test_a_request_that_breaks_leaves_its_store(kopi: Store, monkeypatch: pytest.MonkeyPatch):
    """T-STALE."""

    def explode(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("storefront.views.home.render", explode, raising=False)
    monkeypatch.setattr("storefront.views.frame.render", explode, raising=False)
    shop = client_at(f"kopi.{settings.STOREFRONT_SUFFIX}")
    shop.raise_request_exception = False
    shop.get("/")

    assert context.current_store() is None
    assert connection.schema_name == "public"


def test_a_new_thread_is_in_no_store(store: Store):
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(lambda: (context.current_store(), connection.schema_name)).result()
    assert seen == (None, "public")


@pytest.mark.django_db(transaction=True)
def test_a_store_whose_schema_is_gone_answers_503_and_writes_nothing_elsewhere(dashboard: Dashboard):
    """T-GONE: a browser keeps its connection and its session while the schema is dropped."""
    store = ask_for("teh")
    owner = User.objects.get(email="teh@example.com")
    schemas.make(store.schema_name)
    schemas.furnish(store.schema_name)
    Store.objects.filter(pk=store.pk).update(state="ACTIVE")
    shop, desk = client_at(f"teh.{settings.STOREFRONT_SUFFIX}"), dashboard(owner, store)
    shop.raise_request_exception = desk.raise_request_exception = False
    shop.get("/")
    desk.get("/work/")
    schemas.drop(store.schema_name)
    before = tables_of("public")

    answers = [shop.get("/"), shop.post("/cart/add/", {"x": "1"}), desk.get("/"), desk.get("/products/")]

    assert {answer.status_code for answer in answers} <= {302, 403, 404, 503}
    assert 503 in {answer.status_code for answer in answers}
    assert tables_of("public") == before


@pytest.mark.django_db(transaction=True)
def test_ids_of_content_types_are_the_same_for_everybody():
    """T-CT: they live in public only, so no store's ids can be remembered for another."""
    stores = list(Store.objects.order_by("pk"))
    models = apps.get_models()[:50]
    seen: Counter[tuple[str, int]] = Counter()
    lock = threading.Lock()

    def go(number: int) -> None:
        for model in models:
            with context.in_store(stores[number % 2]):
                found = ContentType.objects.get_for_model(model).pk
            with lock:
                seen[(model._meta.label, found)] += 1
        connections.close_all()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == len(models)
    assert set(seen.values()) == {4}
    assert not {"django_content_type", "auth_permission", "auth_group", "django_session"} & tables_of(
        stores[0].schema_name
    )


def test_a_role_in_one_store_is_none_in_the_other(
    dashboard: Dashboard, kopi: Store, batik: Store, sari: User
):
    """T-CT: a grant in kopi never shows in batik."""
    assert Membership.objects.get(user=sari, store=kopi).role == Role.OWNER
    assert dashboard(sari, batik).get("/work/").status_code in (302, 401, 403)


@pytest.mark.django_db(transaction=True)
def test_a_duty_written_in_a_nested_store_belongs_to_that_store():
    """T-ONCOMMIT: the outer transaction is another store's."""
    kopi, batik = Store.objects.order_by("pk")
    seen: list[str] = []
    with context.in_store(kopi), transaction.atomic():
        with context.in_store(batik):
            context.on_commit(lambda: seen.append(connection.schema_name))
        context.on_commit(lambda: seen.append(connection.schema_name))
        context.on_commit(explode_later, seen)

    assert seen == [batik.schema_name, kopi.schema_name, "kopi"]
    assert connection.schema_name == "public"
    assert Job.objects.filter(store=kopi).count() == 0


def explode_later(seen: list[str]) -> None:
    seen.append(context.require_store().slug)


def test_a_callback_of_work_that_was_rolled_back_never_runs(store: Store):
    seen: list[int] = []
    with transaction.atomic():
        context.on_commit(seen.append, 1)
        transaction.set_rollback(True)
    assert seen == []


def test_every_key_in_redis_says_whose_it_is(kopi: Store, batik: Store):
    """T-CACHE: a store's id, or a prefix of the platform's own."""
    for store in (kopi, batik):
        with context.in_store(store):
            cache = caches["default"]
            cache.set("page", store.slug, 60)
            cache.set_many({"a": 1, "b": 2})
            cache.get_or_set("c", "d", 60)
            cache.touch("page", 60)
            assert cache.get("page") == store.slug
    own = (f"store:{kopi.uid}:", f"store:{batik.uid}:", "platform:", "security:", "huey.")
    names = [key.decode() for key in Redis.from_url(settings.REDIS_URL).scan_iter()]

    assert [name for name in names if not name.startswith(own)] == []
    for store in (kopi, batik):
        with context.in_store(store):
            caches["default"].delete_many(["page", "a", "b", "c"])


def views() -> list[Callable[..., Any]]:
    """What answers at every address of every host."""
    urlconfs = [importlib.import_module(getattr(settings, f"{kind}_URLCONF")) for kind in KINDS]
    return [pattern.callback for urlconf in urlconfs for _, pattern in _walk(urlconf.urlpatterns)]


def test_nothing_is_served_asynchronously():
    """T-NOASYNC: the ORM of a coroutine would get a connection that knows no store (A14)."""
    assert not (ROOT / "config/asgi.py").exists()
    assert getattr(settings, "ASGI_APPLICATION", None) is None
    assert [view for view in views() if iscoroutinefunction(view)] == []
