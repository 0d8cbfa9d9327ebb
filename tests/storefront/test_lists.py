"""Home, categories, search: what is listed, how it is narrowed, and what that costs."""

import base64
import json
import re
from typing import Any

import pytest

from storefront.models import HomeSection
from tests.factories.catalog import make_category, make_product
from tests.factories.shopping import Shopper, sellable

# A page reads a fixed number of times; a long list is no reason to read more.
HOME_QUERIES, CATEGORY_QUERIES, SEARCH_QUERIES = 7, 7, 7

pytestmark = pytest.mark.usefixtures("store")


def titles(page: str) -> list[str]:
    return re.findall(r'product-card__name"><a href="[^"]+">(.*?)</a>', page)


def test_the_front_page_shows_its_sections_and_leaves_out_empty_ones(shopper: Shopper):
    HomeSection.objects.filter(kind="HERO").update(title="Selamat pagi", text="Kopi segar")
    assert "tile" not in shopper.read("/")

    shelf = make_category("Biji")
    make_product("Gayo", category=shelf.public_id)
    page = shopper.read("/")

    assert "Selamat pagi" in page
    assert f'href="/categories/{shelf.slug}/"' in page
    assert titles(page) == ["Gayo"]


def test_a_menu_that_may_not_fit_keeps_its_button(shopper: Shopper):
    make_product("Gayo", category=make_category("Biji").public_id)
    assert "shop-head--full" not in shopper.read("/")

    make_product(
        "Teh", category=make_category("Minuman hangat dan dingin untuk keluarga besar di rumah").public_id
    )
    assert "shop-head--full" in shopper.read("/")


def test_a_section_shows_one_category(shopper: Shopper):
    shelf = make_category("Alat")
    make_product("Gilingan", category=shelf.public_id)
    make_product("Gayo")
    HomeSection.objects.exclude(kind="NEWEST").delete()
    HomeSection.objects.update(kind="CATEGORY", category_public_id=shelf.public_id, title="")

    page = shopper.read("/")

    assert titles(page) == ["Gilingan"]
    assert 'shop-section__title">Alat<' in page


def test_a_category_shows_what_is_below_it_and_links_there(shopper: Shopper):
    shelf = make_category("Biji")
    below = make_category("Arabika", parent=shelf)
    make_product("Gayo", category=below.public_id)
    make_product("Cangkir")

    page = shopper.read(f"/categories/{shelf.slug}/")

    assert titles(page) == ["Gayo"]
    assert f'class="chip" href="/categories/{below.slug}/"' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"min": "60000"}, ["Mahal"]),
        ({"max": "60000"}, ["Murah", "Sedang"]),
        ({"min": "20000", "max": "60000"}, ["Sedang"]),
        ({"in_stock": "1"}, ["Murah"]),
        ({"reduced": "1"}, ["Sedang"]),
        ({"brand": "lereng"}, ["Mahal"]),
        ({"brand": ["lereng", "unknown"]}, ["Mahal", "Murah", "Sedang"]),
        ({"sort": "price_high"}, ["Mahal", "Sedang", "Murah"]),
        ({"sort": "price_low"}, ["Murah", "Sedang", "Mahal"]),
        ({"sort": "name"}, ["Mahal", "Murah", "Sedang"]),
        ({"min": "-5", "sort": "'; DROP", "max": "1e9", "brand": "\0"}, ["Mahal", "Murah", "Sedang"]),
    ],
)
def test_a_list_is_narrowed_and_sorted(shopper: Shopper, query: dict[str, Any], expected: list[str]):
    sellable(title="Murah", price_amount=10_000)
    make_product("Sedang", variants=[{"price_amount": 50_000, "compare_at_amount": 70_000}])
    make_product("Mahal", price_amount=90_000, brand="Lereng")

    found = titles(shopper.read("/products/", **query))

    assert (found if query.get("sort") in ("price_high", "price_low") else sorted(found)) == expected


def test_a_filter_takes_itself_away_and_keeps_the_others(shopper: Shopper):
    make_product("Gayo", brand="Lereng")
    page = shopper.read("/products/", brand="lereng", min="1000", sort="name")

    assert 'href="/products/?sort=name&amp;min=1000"' in page
    assert 'href="/products/?sort=name&amp;brand=lereng"' in page
    assert '<meta name="robots" content="noindex">' in page


def test_filters_that_leave_nothing_say_so(shopper: Shopper):
    make_product("Gayo")
    page = shopper.read("/products/", min="900000")

    assert "Nothing fits these filters" in page
    assert 'href="/products/"' in page


@pytest.mark.parametrize("typed", ["toraja", "TORAJA", "toraya", "torja sapan"])
def test_search_forgives_typing_errors(shopper: Shopper, typed: str):
    make_product("Toraja Sapan")
    make_product("Cangkir")

    assert titles(shopper.read("/search/", q=typed)) == ["Toraja Sapan"]


def test_search_says_when_only_the_spelling_is_alike(shopper: Shopper):
    make_product("Toraja Sapan")

    assert "This is what comes closest" in shopper.read("/search/", q="torja sepan")
    assert "This is what comes closest" not in shopper.read("/search/", q="toraja")


def test_a_shelf_misspelt_finds_what_stands_on_it(shopper: Shopper):
    shelf = make_category("Arabika", parent=make_category("Biji Kopi"))
    make_product("Gayo", category=shelf.public_id)

    for typed in ("arabika", "arabka", "biji"):
        assert titles(shopper.read("/search/", q=typed)) == ["Gayo"]


@pytest.mark.parametrize("typed", ["", " ", "zzzzzz", "\0", "' OR 1=1 --", "%", "\u202egnissim", "a" * 5000])
def test_odd_searches_are_harmless(shopper: Shopper, typed: str):
    make_product("Gayo")

    assert shopper.get("/search/", {"q": typed}).status_code == 200


def test_what_was_searched_for_is_text(shopper: Shopper):
    page = shopper.read("/search/", q="<script>alert(1)</script>")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_pages_follow_one_another(shopper: Shopper):
    for number in range(26):
        make_product(f"Kopi {number:02}")
    first = shopper.read("/products/", sort="name")
    onwards = re.search(r'href="(/products/\?[^"]+)" rel="next"', first)
    assert onwards
    second = shopper.read(onwards[1].replace("&amp;", "&"))

    assert titles(first) + titles(second) == [f"Kopi {number:02}" for number in range(26)]
    assert "noindex" in second


@pytest.mark.parametrize("cursor", ["x", "%00", "!!!", "e30", "W10", "WyJ4Il0"])
def test_a_foreign_cursor_leads_to_the_first_page(shopper: Shopper, cursor: str):
    make_product("Gayo")
    answer = shopper.get(f"/products/?after={cursor}&sort=name")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/products/?sort=name")


@pytest.mark.parametrize("value", [["x", 1], [None, 1], [{"a": 1}, 1], ["x", 10**30], ["x\0", 1], [1, "x"]])
@pytest.mark.parametrize("sort", ["newest", "price_low", "name"])
def test_a_forged_cursor_is_harmless(shopper: Shopper, value: list[Any], sort: str):
    cursor = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

    assert shopper.get("/products/", {"after": cursor, "sort": sort}).status_code in (200, 302)


def test_an_unknown_category_is_not_there(shopper: Shopper):
    assert shopper.get("/categories/tidak-ada/").status_code == 404


def test_lists_cost_the_same_however_long_they_are(shopper: Shopper, django_assert_num_queries: Any):
    shelf = make_category("Biji")
    for number in range(20):
        make_product(f"Kopi {number}", category=shelf.public_id, brand=f"Merek {number}")
    shopper.read("/")

    with django_assert_num_queries(HOME_QUERIES):
        shopper.read("/")
    with django_assert_num_queries(CATEGORY_QUERIES):
        shopper.read(f"/categories/{shelf.slug}/")
    with django_assert_num_queries(SEARCH_QUERIES):
        shopper.read("/search/", q="kopi")
