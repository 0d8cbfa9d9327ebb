"""The page of one product."""

import json
import re
from typing import Any

import pytest

from core.catalog import services as catalog
from core.kernel import profile
from core.payments.models import PaymentMethod
from core.shipping.models import ShippingMethod
from core.shipping.services import RateRow
from tenants.models import Hostname, Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, make_shirt
from tests.factories.inventory import stock
from tests.factories.payments import method
from tests.factories.shipping import pickup_method, table_method
from tests.factories.shopping import Shopper, sellable, stocked

pytestmark = pytest.mark.usefixtures("store")


def documents(page: str) -> dict[str, dict[str, Any]]:
    """Structured data by its type."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return {document["@type"]: document for document in map(json.loads, found)}


def pills(page: str) -> list[tuple[str, bool]]:
    """(word, can be bought) of every option value."""
    found = re.findall(r'<label class="pill(.*?)".*?data-label="(.*?)"', page)
    return [(label, "is-out" not in classes) for classes, label in found]


def test_shows_price_former_price_and_stock_in_words(shopper: Shopper):
    row = {"price_amount": 80_000, "compare_at_amount": 100_000}
    product = make_product("Gayo", variants=[row], brand="Lereng")
    stock(3, variant=product.variants.get())

    page = shopper.read(f"/products/{product.slug}/")

    assert "<span data-variant-compare>Rp100.000</span>" in page
    assert "data-variant-price>Rp80.000<" in page
    assert "-20%" in page
    assert "3 left" in page


def test_greys_out_what_cannot_be_bought_together(shopper: Shopper):
    shirt = make_shirt()
    red_small, *_others = shirt.variants.order_by("position")
    stock(4, variant=red_small)

    page = shopper.read(f"/products/{shirt.slug}/")

    assert pills(page) == [("Merah", True), ("Biru", False), ("S", True), ("M", False), ("L", False)]


def test_a_link_shows_one_variant(shopper: Shopper):
    variants = stocked(make_shirt())
    page = shopper.read(f"/products/{variants[4].product.slug}/", variant=variants[4].public_id)

    assert f'name="variant" value="{variants[4].public_id}"' in page


@pytest.mark.parametrize("told", ["var_none", "\0", "a" * 3000, "<script>", "1 OR 1=1"])
def test_an_unknown_variant_shows_the_first_that_can_be_had(shopper: Shopper, told: str):
    variant = sellable()
    page = shopper.read(f"/products/{variant.product.slug}/", variant=told)

    assert f'name="variant" value="{variant.public_id}"' in page


def test_a_sold_out_product_says_so(shopper: Shopper):
    product = make_product("Gayo")
    page = shopper.read(f"/products/{product.slug}/")

    assert "Sold out" in page
    assert "schema.org/OutOfStock" in page


def test_an_old_address_leads_to_the_new_one_for_good(shopper: Shopper):
    product = make_product("Gayo")
    catalog.update_product(product_id=product.pk, changes={"slug": "gayo-baru"}, actor=SYSTEM)

    answer = shopper.get(f"/products/{product.slug}/")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/products/gayo-baru/")


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
def test_what_is_not_on_sale_is_not_there(shopper: Shopper, status: str):
    product = make_product("Gayo", status="DRAFT")
    if status == "ARCHIVED":
        catalog.set_status(product_id=product.pk, status=status, actor=SYSTEM)

    assert shopper.get(f"/products/{product.slug}/").status_code == 404


def test_the_head_tells_search_engines_and_previews(shopper: Shopper, kopi: Store):
    Hostname.objects.filter(store=kopi, kind="STOREFRONT").update(is_primary=False)
    Hostname.objects.create(
        name="kopisenja.example",
        store=kopi,
        kind="STOREFRONT",
        verified_at=kopi.created_at,
        is_primary=True,
    )
    product = make_product("Gayo", description="Manis.\n\nSangat manis.", price_amount=75_000)
    page = shopper.read(f"/products/{product.slug}/", variant="x")

    address = f"kopisenja.example:8000/products/{product.slug}/"
    assert re.search(rf'<link rel="canonical" href="http://{address}">', page)
    assert "<title>Gayo · Kopi Senja</title>" in page
    assert '<meta name="description" content="Manis. Sangat manis.">' in page
    assert '<meta property="og:type" content="product">' in page
    assert '<meta property="product:price:amount" content="75000">' in page
    assert "noindex" not in page


def test_a_single_variant_is_a_product_with_one_offer(shopper: Shopper):
    shelf = make_category("Biji")
    variant = sellable(title="Gayo", price_amount=75_000, brand="Lereng", category=shelf.public_id)
    told = documents(shopper.read(f"/products/{variant.product.slug}/"))

    offer = told["Product"]["offers"]
    assert (offer["price"], offer["priceCurrency"]) == (75_000, "IDR")
    assert offer["availability"] == "https://schema.org/InStock"
    assert told["Product"]["brand"]["name"] == "Lereng"
    assert [entry["name"] for entry in told["BreadcrumbList"]["itemListElement"]] == ["Biji", "Gayo"]


def test_many_variants_are_a_group(shopper: Shopper):
    shirt = make_shirt()
    told = documents(shopper.read(f"/products/{shirt.slug}/"))["ProductGroup"]

    assert [row["name"] for row in told["hasVariant"]][:2] == [
        "Kemeja Mega Merah / S",
        "Kemeja Mega Merah / M",
    ]
    assert {row["offers"]["price"] for row in told["hasVariant"]} == {50_000}


def test_a_text_cannot_close_the_element_of_structured_data(shopper: Shopper):
    product = make_product("Gayo</script><script>alert(1)</script>", description="</script><b>")
    page = shopper.read(f"/products/{product.slug}/")

    assert "<script>alert" not in page
    assert documents(page)["Product"]["name"] == "Gayo</script><script>alert(1)</script>"


def test_delivery_is_estimated_by_postcode(shopper: Shopper):
    ShippingMethod.objects.all().delete()
    table_method(RateRow("32", None, 0, 11_000), name="Reguler", min_days=2, max_days=3)
    variant = sellable()
    page = shopper.read(f"/products/{variant.product.slug}/", area="40135")

    assert "Rp11.000" in page
    assert "2-3 days" in page


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("99999", "This place is unknown"),
        ("zzzzzzzzz", "This place is unknown"),
        ("\0\0\0", "Shipping to you"),
        ("<script>alert(1)</script>", "This place is unknown"),
        ("a" * 5000, "This place is unknown"),
    ],
)
def test_an_odd_area_is_answered_in_words(shopper: Shopper, area: str, said: str):
    variant = sellable()
    page = shopper.read(f"/products/{variant.product.slug}/", area=area)

    assert said in page
    assert "<script>alert" not in page


def test_pick_up_is_offered_beside_delivery(shopper: Shopper):
    pickup_method("Ambil sendiri")
    variant = sellable()

    assert "Ambil sendiri" in shopper.read(f"/products/{variant.product.slug}/", area="40135")


def test_says_whether_cash_is_taken_and_where_to_ask(shopper: Shopper):
    method("COD")
    profile.edit(changes={"whatsapp_phone": "+6281234567890"}, actor=SYSTEM)
    variant = sellable(title="Gayo")
    page = shopper.read(f"/products/{variant.product.slug}/")
    assert "badge-cod" in page
    assert "https://wa.me/6281234567890?text=Hello" in page

    PaymentMethod.objects.update(is_enabled=False)
    assert "badge-cod" not in shopper.read(f"/products/{variant.product.slug}/")


def test_what_stands_on_the_same_shelf_is_offered(shopper: Shopper):
    shelf = make_category("Biji")
    variant = sellable(title="Gayo", category=shelf.public_id)
    sellable(title="Toraja", category=shelf.public_id)
    sellable(title="Cangkir")
    page = shopper.read(f"/products/{variant.product.slug}/")

    assert re.findall(r'product-card__name"><a href="[^"]+">(.*?)</a>', page) == ["Toraja"]


def test_the_page_costs_the_same_however_many_variants_there_are(
    shopper: Shopper, django_assert_num_queries: Any
):
    shirt = make_shirt(category=make_category("Baju").public_id)
    stocked(shirt)
    single = sellable()
    shopper.read("/")

    with django_assert_num_queries(8):
        shopper.read(f"/products/{shirt.slug}/")
    with django_assert_num_queries(8):
        shopper.read(f"/products/{single.product.slug}/")
