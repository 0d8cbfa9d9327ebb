"""T-CACHE: what Django can cache by itself stays in the store whose page it was."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.views.decorators.cache import cache_page
from redis import Redis

from tenants import context
from tenants.context import NoStoreContext
from tenants.models import Store
from tests.architecture.source import files, name_of

FRAGMENT = Template("{% load cache %}{% cache 60 shelf %}{{ name }}{% endcache %}")


@pytest.fixture(autouse=True)
def _forget(kopi: Store, batik: Store) -> Iterator[None]:
    yield
    for store in (kopi, batik):
        with context.in_store(store):
            cache.clear()


def test_a_fragment_of_one_store_is_not_shown_in_another(kopi: Store, batik: Store):
    drawn = []
    for store, name in ((kopi, "Gayo"), (batik, "Parang"), (kopi, "new"), (batik, "new")):
        with context.in_store(store):
            drawn.append(FRAGMENT.render(Context({"name": name})))

    assert drawn == ["Gayo", "Parang", "Gayo", "Parang"]


def test_a_fragment_is_not_cached_outside_a_store():
    with pytest.raises(NoStoreContext):
        FRAGMENT.render(Context({"name": "Gayo"}))


def test_a_whole_page_is_never_kept(kopi: Store):
    """Answers carry cookies and tokens of one person; the cache takes plain values only."""

    @cache_page(60)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Gayo")

    with context.in_store(kopi), pytest.raises(TypeError, match="not JSON serializable"):
        page(RequestFactory().get("/"))


def test_clearing_a_stores_cache_leaves_everything_else(kopi: Store, batik: Store):
    shelves = [f"shelf-{number}" for number in range(1_100)]
    queue = Redis.from_url(settings.REDIS_URL)
    queue.set("huey.of.another", "bell")
    caches["security"].set("limit", 3)
    caches["platform"].set("page", "front")
    for store in (kopi, batik):
        with context.in_store(store):
            cache.set_many(dict.fromkeys(shelves, store.slug))

    with context.in_store(kopi):
        cache.clear()
        assert cache.get_many(shelves) == {}

    with context.in_store(batik):
        assert len(cache.get_many(shelves)) == 1_100
    assert caches["security"].get("limit") == 3
    assert caches["platform"].get("page") == "front"
    assert queue.getdel("huey.of.another") == b"bell"


def test_clearing_the_platforms_cache_leaves_limits_and_stores(kopi: Store):
    caches["security"].set("limit", 3)
    caches["platform"].set("page", "front")
    with context.in_store(kopi):
        cache.set("shelf", "Gayo")

    caches["platform"].clear()

    assert caches["platform"].get("page") is None
    assert caches["security"].get("limit") == 3
    with context.in_store(kopi):
        assert cache.get("shelf") == "Gayo"


def test_a_stores_cache_is_not_cleared_outside_a_store():
    with pytest.raises(NoStoreContext):
        cache.clear()


def test_nobody_asks_for_whole_pages_to_be_kept():
    assert [name_of(path) for path in files() if "cache_page" in path.read_text()] == []
