"""T-CACHE: what Django can cache by itself stays in the store whose page it was."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache, caches
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.views.decorators.cache import cache_page
from redis import Redis

from core.kernel import ids
from core.notifications.models import Message
from core.notifications.services import sending
from tenants import context
from tenants.context import NoStoreContext
from tenants.models import Store
from tests.architecture.source import ROOT, files, name_of
from tests.factories.payments import open_payment

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


# What a process remembers, and why it is the same for every store.
REMEMBERED = {
    "core/kernel/templatetags/ui.py": "drawings of icons",
    "core/kernel/regions.py": "the country's regions",
    "core/kernel/region_index.py": "the country's regions",
    "core/kernel/pdf.py": "fonts",
    "core/integrations/delivery/client.py": "a client without any address of its own",
    "core/payments/gateways/midtrans/client.py": "a client without any key of its own",
    "core/orders/showing.py": "words of states and of ways to pay, by language",
    "core/orders/list_page.py": "sheets and buttons, by all that they show and by language",
    "billing/registry.py": "a card provider, by its own keys",
    "storefront/keeping.py": "what the code is; its pages are kept by store, and tried in test_keeping",
    "storefront/showing.py": "addresses with a place for a slug",
    "storefront/templatetags/shop.py": "cards, by store and all that they show",
    "tenants/domains/names.py": "the list of public suffixes",
    "tenants/members.py": "a question without its answer",
    "tenants/readiness.py": "what the code's migrations are",
    "tenants/heads.py": "what the code's migrations are",
    "tenants/blueprint.py": "how an empty store is made",
    "tenants/fleet/plans.py": "what the code's migrations are",
}


def test_nothing_of_a_store_is_remembered_by_a_process():
    """`lru_cache` and its kind know no store."""
    found = {
        name_of(path)
        for path in files()
        if re.search(r"\b(lru_cache|functools\.cache|cached_property)\b|^ *@cache$", path.read_text(), re.M)
    }

    assert {name for name in found if not name.startswith("config/")} == set(REMEMBERED)


def test_no_template_of_a_store_is_a_file():
    """T-TPL: Django's cached loader would show one store's file in another's mail (A21)."""
    (engine,) = settings.TEMPLATES

    assert "django_tenants" not in str(engine)
    assert [str(folder) for folder in engine["DIRS"]] == [str(ROOT / "templates")]


def test_mails_of_two_stores_from_one_worker_say_each_its_own(kopi: Store, batik: Store):
    """T-TPL."""
    for store in (kopi, batik, kopi):
        with context.in_store(store):
            order = open_payment().order
            message = Message.objects.create(
                public_id=ids.new_id("msg"),
                reference=f"{store.slug}-{order.number}-{order.pk}",
                kind="order_placed",
                source_id=order.pk,
                recipient=f"dewi@{store.slug}.example",
                language="id",
            )
            sending.deliver.now(message_id=message.pk)

    said = [f"{letter.subject} {letter.body} {letter.alternatives}" for letter in mail.outbox]
    names = [("Kopi Senja" in text, "Batik Laras" in text) for text in said]
    assert names == [(True, False), (False, True), (True, False)]
    assert [letter.to for letter in mail.outbox] == [
        [f"dewi@{store.slug}.example"] for store in (kopi, batik, kopi)
    ]
