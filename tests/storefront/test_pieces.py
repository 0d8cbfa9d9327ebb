"""What all pages of a shop share is written once, and anew after each change. These tests commit."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.base import Template
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import get_template

from core.catalog import services as catalog
from core.catalog.models import Product
from storefront.templatetags.shop import PieceNode
from tenants import shop_state
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category
from tests.factories.shopping import Shopper, sellable, shopper_at
from tests.storefront.test_keeping import drawn, facts, picture, price, shelf, title

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PIECED = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "{% piece" in path.read_text()
)
# With it a page is made anew, of the pieces that are remembered.
ANEW = {"anew": "1"}


@pytest.fixture
def shop(store: Store) -> Iterator[Shopper]:
    """Kopi's shop with one product on one shelf, each of its pages made once."""
    sellable(on_hand=5, title="Gayo", category=make_category("Biji").public_id)
    shopper = shopper_at("kopi")
    for path in ("/", "/products/", "/categories/biji/", "/products/gayo/"):
        shopper.get(path, ANEW)
    yield shopper
    shop_state.forget(store.uid)


CHANGES: list[tuple[Callable[[Any], None], str, str]] = [
    (price, "/categories/biji/", "Rp61.000"),
    (title, "/products/gayo/", "Gayo Wine"),
    (picture, "/products/", "/media/products/"),
    (shelf, "/products/gayo/", "Biji pilihan"),
    (drawn, "/categories/biji/", "Libur sampai Senin"),
    (facts, "/products/", "Jl. Braga 9"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("change", "path", "new"), CHANGES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_change_is_in_the_next_page(shop: Shopper, change: Callable[[Any], None], path: str, new: str):
    assert new not in shop.get(path, ANEW).content.decode()

    change(Product.objects.get(slug="gayo"))

    assert new in shop.get(path, ANEW).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_brand_can_be_chosen_as_soon_as_it_is_sold(shop: Shopper):
    assert "Gilang" not in shop.get("/products/", ANEW).content.decode()

    catalog.update_product(
        product_id=Product.objects.get(slug="gayo").pk, changes={"brand": "Gilang"}, actor=SYSTEM
    )

    assert 'name="brand" value="gilang"' in shop.get("/products/", ANEW).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_filter_shows_what_was_asked_though_the_list_was_shown_without(shop: Shopper):
    assert 'name="min" value="-4"' in shop.get("/products/", {"min": "-4"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_each_store_and_language_has_its_own(shop: Shopper, batik: Store):
    english = shop.get("/products/gayo/", ANEW).content.decode()
    other = shopper_at("batik").get("/products/", ANEW).content.decode()
    shop.cookies["lang"] = "id"
    indonesian = shop.get("/products/gayo/", ANEW).content.decode()

    assert ("Add to cart" in english, "Add to cart" in indonesian) == (True, False)
    assert (batik.name in other, "Biji" in other, batik.name in english) == (True, False, False)


@pytest.mark.parametrize("name", PIECED)
def test_pieces_have_names_of_their_own_and_hold_no_token(name: str):
    template: Template = get_template(name).template
    pieces = template.nodelist.get_nodes_by_type(PieceNode)

    names = Counter(str(piece.told[0].var) for piece in pieces)
    assert [each for each, count in names.items() if count > 1] == []
    assert [piece for piece in pieces if piece.nodelist.get_nodes_by_type(CsrfTokenNode)] == []
