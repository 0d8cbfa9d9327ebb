"""T-ORD (A54): a hundred names to sort and filter by that are no names, on every list and by both APIs."""

import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants import context
from tenants.models import Store, User
from tests.factories.catalog import make_product
from tests.factories.orders import placed_order
from tests.isolation.routes import operations
from tests.security.payloads import ORDERINGS

LISTS = (
    *("/orders/", "/products/", "/customers/", "/stock/", "/stock/movements/", "/stock/transfers/"),
    *("/settings/audit/", "/settings/messages/sent/", "/work/", "/search/", "/orders/export.csv"),
    *("/customers/export.csv", "/settings/audit/export.csv", "/stock/past/"),
)
SHOP = ("/products/", "/search/", "/categories/x/", "/cart/")
ASKED = (
    *(
        "sort",
        "order",
        "order_by",
        "ordering",
        "by",
        "filter",
        "q",
        "query",
        "tag",
        "state",
        "status",
        "kind",
        "after",
    ),
    *(
        "location",
        "category",
        "brand",
        "min",
        "max",
        "from",
        "to",
        "day",
        "actor",
        "payment",
        "show",
        "limit",
        "page",
    ),
)
READ = [
    route
    for route in operations()
    if route.methods == ("GET",) and "{" not in route.address and "openapi" not in route.address
]


@pytest.fixture
def filled(kopi: Store) -> None:
    """So that there is something to sort."""
    with context.in_store(kopi):
        placed_order()
        make_product()


def held(client: Client, path: str, name: str) -> str:
    """What is wrong with the answer, if anything is."""
    began = time.process_time()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, dict.fromkeys(ASKED, name))
    slow = " slow" if time.process_time() - began > 2 else ""
    # A name that reached the text of a statement outside a literal would stand there without its quotes.
    bare = name in ("(select pg_sleep(3))", "$where") and any(
        f"ORDER BY {name}" in query["sql"] for query in asked.captured_queries
    )
    ok = answer.status_code in {200, 204, 302, 400, 404, 422}
    return "" if ok and not slow and not bare else f"{path} {name!r} {answer.status_code}{slow}"


@pytest.mark.usefixtures("filled")
def test_no_list_sorts_or_filters_by_a_made_up_name(
    kopi: Store, sari: User, dashboard: Callable[..., Client], shop: Client, api: Client
):
    browser = dashboard(sari)
    wrong = []
    # The index of regions is read at the first question.
    api.get("/api/v1/regions", {"q": "dago"})
    for at, name in enumerate(ORDERINGS):
        wrong += [held(browser, path, name) for path in LISTS[at % 5 :: 5]]
        wrong += [held(shop, SHOP[at % 4], name)]
        wrong += [
            held(api if route.kind == "DASHBOARD" else shop, f"/{route.address}", name)
            for route in READ[at % 8 :: 8]
        ]
    assert [each for each in wrong if each] == []
    assert len(READ) > 20
