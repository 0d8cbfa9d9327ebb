"""`make bench`: what a page, a sign-up and a paper cost, in a store of the demo's size. Prints a table.

The limits are loose, because machines differ; the figures are what one reads.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.demo import goods, sales, shopfront, story
from config.demo.catalogue import batik
from config.demo.people import STORES
from core.kernel import pdf
from core.orders import selectors as orders
from core.orders import services as order_services
from core.orders.models import Order
from core.payments import setup
from tenants import context, work
from tenants.models import Store, User
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.factories.payments import method

pytestmark = pytest.mark.bench
TRIES = 200
_rows: list[tuple[str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    yield
    width = max(len(name) for name, _ in _rows)
    print("\n\n" + "\n".join(f"{name:<{width}}  {figures}" for name, figures in _rows))


@pytest.fixture
def busy(kopi: Store) -> Store:
    """120 products with their stock, 300 orders in all states: the catalogue and the story of the demo."""
    demo, wares, now = STORES[1], batik.catalogue(), timezone.now()
    opened_at = now - timedelta(days=story.DAYS + 5)
    with context.in_store(kopi), transaction.atomic():
        setup.prepare(kopi)
        method("MIDTRANS")
        shopfront.furnish(demo, now=opened_at)
        goods.fill(wares, opened_at=opened_at)
        sold = story.tell(wares, now=now, per_day=5, seed=1)
        goods.deliver(wares, sold=story.units_sold(sold), at=opened_at + timedelta(days=1))
        sales.live(sold, staff=SYSTEM, now=now)
        goods.show_availability(wares)
    return kopi


def _measure(name: str, act: Callable[[], object], tries: int = TRIES) -> float:
    """Note the median and the 95th percentile in milliseconds, once warm. Returns the median."""
    act()
    act()
    took = []
    for _ in range(tries):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    median, slow = statistics.median(took), sorted(took)[int(tries * 0.95)]
    _rows.append((name, f"median {median:7.1f} ms   p95 {slow:7.1f} ms"))
    return median


def _page(name: str, client: Client, path: str) -> float:
    def ask() -> None:
        assert client.get(path).status_code == 200

    ask()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask()
    return _measure(f"{name}, {len(asked)} queries", ask)


def test_pages_and_papers(busy: Store, shop: Client, dashboard: Callable[..., Client], sari: User):
    desk = dashboard(sari)
    with context.in_store(busy):
        many = Order.objects.count()
        variants = {product.slug: len(product.variants) for product in batik.catalogue().products}
    largest = max(variants, key=lambda slug: variants[slug])

    medians = [
        _page("home of the shop", shop, "/"),
        _page(f"product of {variants[largest]} variants", shop, f"/products/{largest}/"),
        _page("search", shop, "/search/?q=kemeja"),
        _page("home of the dashboard", desk, "/"),
        _page(f"list of {many} orders", desk, "/orders/"),
        _page("list of 120 products", desk, "/products/"),
        _page("list of stock", desk, "/stock/"),
    ]
    with context.in_store(busy):
        medians += _papers()
    assert max(medians) < 500


def _papers() -> list[float]:
    order = Order.objects.order_by("-pk").filter(payment_state="PAID").first()
    assert order is not None
    invoice = order_services.issue_invoice(order_id=order.pk, actor=SYSTEM, now=timezone.now())
    whole = orders.order_by_public_id(order.public_id)
    return [
        _measure("packing slip", lambda: pdf.render("packing_slips.typ", orders.packing_slips([whole])), 50),
        _measure("invoice", lambda: pdf.render("invoices.typ", orders.invoice_papers([invoice])), 50),
    ]


@pytest.mark.django_db(transaction=True)
def test_from_sign_up_to_a_usable_store():
    took = []
    for number in range(5):
        began = time.perf_counter()
        fields = {
            "email": f"a{number}@example.com",
            "password": "tiga kata acak ini",
            "store_name": f"Toko {number}",
        }
        assert client_at("localhost").post("/signup/", fields).status_code == 302
        asked = time.perf_counter()
        work.work_until_idle()
        assert client_at(f"toko-{number}.shop.localhost").get("/").status_code == 200
        took.append((time.perf_counter() - began, asked - began))
    whole, request = (statistics.median(times) for times in zip(*took, strict=True))
    _rows.append(("sign-up to usable store", f"median {whole:.2f} s, of which the request {request:.2f} s"))
    assert whole < 5
