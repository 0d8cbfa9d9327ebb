"""`python -m tests.bench.load`: what pages and purchases cost under load, against what `make run` starts.

In every round each workload is followed by its floors: a bare granian, a bare Django, the rows alone.
STORES=200 others, ORDERS=100000, SECONDS=2 a measurement, ROUNDS=3. On a busy machine only ratios say
something.
"""

import os
import re
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.bench import floors, ground
from tests.bench.client import Deeds, Link, Pages
from tests.bench.measuring import Held, measured
from tests.bench.report import Figure

SHOP, DESK = "bangku.shop.localhost", "bangku.app.localhost"
ORDERS, BUYERS = int(os.environ.get("ORDERS") or 100_000), 8
_variants: list[str] = []
_form: dict[str, str] = {}


def buy(link: Link, number: int) -> None:
    """A new shopper: two products into the cart, and the order."""
    link.cookies.clear()
    token = put_in(link, number)
    put_in(link, number + 1, token)
    answer = link.post("/checkout/place/", {**_form, "csrfmiddlewaretoken": token})
    assert b" 303 " in answer[:16], answer[:6000]


def first_to_cart(link: Link, number: int) -> None:
    """Press the button as somebody without a cart; the page with the button is not counted."""
    link.cookies.pop("cart", None)
    put_in(link, number, link.token)


def put_in(link: Link, number: int, token: str = "") -> str:
    """Add one product to the cart, after looking at it where there is no token yet."""
    if not token:
        page = link.get(f"/products/barang-{number % 500}/").decode()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
        link.token = token
    told = {"variant": _variants[number % len(_variants)], "quantity": "1", "csrfmiddlewaretoken": token}
    link.post("/cart/add/", told)
    assert "cart" in link.cookies
    return token


def workloads(filled: ground.Filled) -> Iterator[Figure]:
    """Every page and purchase, once the store and its past orders are there."""
    from core.catalog.models import Variant  # noqa: PLC0415
    from tenants import context  # noqa: PLC0415
    from tests.bench import filling  # noqa: PLC0415
    from tests.factories.shopping import checkout_form  # noqa: PLC0415

    with context.in_store(filled.store):
        filling.orders(ORDERS)
        rows = Variant.objects.order_by("pk").filter(title="S").values_list("public_id", flat=True)
        _variants[:] = rows[:500]
        _form.update(checkout_form())
    straight = floors.Straight(filled.store.schema_name)
    with floors.serving() as port:
        yield from _pages(filled, port, straight)
        yield from _purchases(port)
        yield from _order_list(filled, port, straight)
    straight.close()


def _pages(filled: ground.Filled, port: int, straight: floors.Straight) -> Iterator[Figure]:
    from tests.bench.filling import WORDS  # noqa: PLC0415

    shelves = filled.shelves
    hello = ("a bare granian", floors.hello(port))
    yield from measured(
        "listing of 24, made anew",
        Pages(lambda number: f"/categories/rak-{number % 20}/?anew=1", SHOP),
        Held(
            ("the floor of a bare Django with its ORM", floors.orm(port, SHOP, shelves)),
            share=0.5,
            rows=lambda number: straight.listing(shelves[number % 20]),
            least=1.5 * 242,
            slowest=14,
        ),
    )
    yield from measured(
        "listing of 24, kept",
        Pages(lambda number: f"/categories/rak-{number % 20}/", SHOP),
        Held(
            ("a whole page from Redis (0.5 is the aim)", floors.kept(port, SHOP, shelves)),
            share=0.0,
            least=6 * 242,
        ),
    )
    yield from measured(
        "product, made anew",
        Pages(lambda number: f"/products/barang-{number % 500}/?anew=1", SHOP),
        Held(hello, rows=lambda number: straight.product(f"barang-{number % 500}"), least=4 * 75, slowest=12),
    )
    yield from measured(
        "search",
        Pages(lambda number: f"/search/?{urlencode({'q': WORDS[number % len(WORDS)]})}", SHOP),
        Held(hello, rows=lambda number: straight.search(WORDS[number % len(WORDS)]), least=12 * 23),
    )


def _purchases(port: int) -> Iterator[Figure]:
    hello = ("a bare granian", floors.hello(port))
    cart = Held(hello, least=2.5 * 59, slowest=15)
    yield from measured("first into the cart", Deeds(first_to_cart, SHOP), cart)
    whole = Held(hello, least=2.5 * 9.5, median=0.4 * 213)
    yield from measured("order of 2 lines, whole way", Deeds(buy, SHOP), whole, clients=BUYERS)


def _order_list(filled: ground.Filled, port: int, straight: floors.Straight) -> Iterator[Figure]:
    from core.kernel.paging import _encode  # noqa: PLC0415
    from core.orders.models import Order  # noqa: PLC0415
    from tenants import context  # noqa: PLC0415

    with context.in_store(filled.store):
        ordered = Order.objects.order_by("-placed_at", "-pk").values_list("placed_at", "pk")
        first = ordered[0]
        # Page 1,000 of fifty each; the last but some where there are fewer.
        deep = ordered[min(1_000 * 50, Order.objects.count() - 100)]
    pages = {
        "page 1": ("/orders/", first, 3 * 51),
        "page 1,000": (f"/orders/?after={_encode(*deep)}", deep, None),
    }
    for called, (path, at, least) in pages.items():
        yield from measured(
            f"list of {ORDERS} orders, {called}",
            Pages(lambda number, path=path: path, DESK, {"sid": filled.session}),
            Held(
                ("a bare granian", floors.hello(port)),
                rows=lambda number, at=at: straight.orders(*at),
                least=least,
                slowest=25,
            ),
        )


if __name__ == "__main__":
    sys.exit(ground.measure(workloads))
