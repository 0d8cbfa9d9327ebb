"""What search engines are told, and what they must not find."""

import re
from typing import Any

import pytest

from storefront.models import Page
from storefront.views import crawlers
from tests.factories.catalog import make_category, make_product
from tests.factories.shopping import Shopper, shopper_at

pytestmark = pytest.mark.usefixtures("store")
ORIGIN = "http://kopi.shop.localhost:8000"


def addresses(page: str) -> list[str]:
    return [each.removeprefix(ORIGIN) for each in re.findall(r"<loc>(.*?)</loc>", page)]


def test_the_map_names_what_is_worth_finding(shopper: Shopper):
    Page.objects.exclude(slug="kontak").delete()
    shelf = make_category("Biji")
    make_product("Gayo", category=shelf.public_id)
    make_product("Rahasia", status="DRAFT")
    answer = shopper.get("/sitemap.xml")

    assert answer.headers["Content-Type"].startswith("application/xml")
    assert addresses(answer.content.decode()) == [
        "/",
        "/products/",
        "/categories/biji/",
        "/pages/kontak/",
        "/products/gayo/",
    ]
    assert "<lastmod>" in answer.content.decode()


def test_a_large_store_has_a_map_of_maps(shopper: Shopper, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crawlers, "MOST_PRODUCTS", 2)
    for number in range(5):
        make_product(f"Kopi {number}")
    parts = addresses(shopper.read("/sitemap.xml"))
    found = [address for part in parts for address in addresses(shopper.read(part))]

    assert len(parts) == 3
    assert found == [f"/products/kopi-{number}/" for number in range(5)]


@pytest.mark.parametrize("after", ["9" * 30, "-1", "x"])
def test_a_part_that_cannot_be_is_not_there(shopper: Shopper, after: str):
    assert shopper.get(f"/sitemap-{after}.xml").status_code == 404


def test_robots_are_kept_from_carts_and_orders(shopper: Shopper):
    told = shopper.read("/robots.txt").splitlines()

    assert {"Disallow: /cart/", "Disallow: /checkout/", "Disallow: /orders/"} <= set(told)
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in told


def test_the_front_page_says_who_sells(shopper: Shopper):
    page = shopper.read("/")

    assert '"@type": "OnlineStore"' in page
    assert f'<link rel="canonical" href="{ORIGIN}/">' in page
    assert '<meta property="og:site_name" content="Kopi Senja">' in page


def test_a_list_names_its_products_and_is_found_without_its_filters(shopper: Shopper):
    make_product("Gayo")
    page = shopper.read("/products/", sort="name")

    assert f'"url": "{ORIGIN}/products/gayo/"' in page
    assert f'<link rel="canonical" href="{ORIGIN}/products/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "noindex" not in shopper.read("/products/")


@pytest.mark.parametrize("path", ["/nope/", "/products/nope/", "/pages/nope/", "/categories/x/", "/a/b.php"])
def test_what_is_not_there_is_said_in_the_shops_dress(shopper: Shopper, path: str):
    make_product("Gayo")
    answer = shopper.get(path)
    page = answer.content.decode()

    assert answer.status_code == 404
    assert "shop-head" in page
    assert "Gayo" in page
    assert "noindex" in page
    assert "SmartSeller" not in page


def test_each_store_shows_only_its_own(batik: Any, shopper: Shopper):
    make_product("Gayo")
    elsewhere = shopper_at("batik")

    assert elsewhere.get("/products/gayo/").status_code == 404
    assert "Gayo" not in elsewhere.read("/products/")
    assert "gayo" not in elsewhere.read("/sitemap.xml")
    assert elsewhere.read("/search/", q="gayo").count("product-card__name") == 0


def test_every_page_has_one_heading_a_language_and_a_way_past_the_head(shopper: Shopper):
    make_product("Gayo")
    for path in ("/", "/products/", "/products/gayo/", "/cart/", "/pages/kontak/", "/search/?q=x"):
        page = shopper.read(path)
        assert page.count("<h1") == 1, path
        assert '<html lang="en"' in page
        assert 'class="skip-link" href="#main"' in page
