import pytest

from core.catalog import selectors, services
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, make_shirt, make_variant

pytestmark = pytest.mark.usefixtures("store")


def names(cards):
    return [card.name for card in cards]


def test_search_finds_words_codes_and_typing_errors():
    make_product(
        "Kemeja Batik Mega Mendung",
        variants=[{"sku": "KMJ-778", "barcode": "8991234567890", "price_amount": 1}],
    )
    make_product("Cangkir Keramik")

    for query in ("kemeja", "keme", "KMJ-778", "778", "8991234567890", "mendng", "batik kemeja"):
        assert names(selectors.search(query)) == ["Kemeja Batik Mega Mendung"], query


def test_a_shirt_comes_before_a_table():
    make_product("Meja Kayu Jati")
    make_product("Kemeja Putih")

    assert names(selectors.search("kemeja"))[0] == "Kemeja Putih"
    assert names(selectors.search("meja"))[0] == "Meja Kayu Jati"


def test_the_stemmer_adds_matches():
    make_product("Pewarna Makanan")

    assert names(selectors.search("mewarnai")) == ["Pewarna Makanan"]


@pytest.mark.parametrize(
    "query", ["", "   ", "'", "\\", "a & | !", "\x00", "%_", "()", "x" * 5_000, "'; DROP", ":*"]
)
def test_odd_queries_are_harmless(query):
    make_product("Kopi")
    selectors.search(query)
    selectors.product_cards(query=query)


def test_only_products_on_sale_are_shown():
    make_product("Kopi", status="DRAFT")
    archived = make_product("Kopi Arsip")
    services.set_status(product_id=archived.pk, status="ARCHIVED", actor=SYSTEM)

    assert selectors.product_cards().cards == []
    with pytest.raises(NotFound):
        selectors.product_page(archived.slug)


def test_a_branch_shows_what_is_below_it():
    coffee = make_category("Kopi")
    beans = make_category("Biji", coffee)
    make_product("Gayo", category=beans.public_id)
    make_product("Teko")

    assert names(selectors.product_cards(category="kopi").cards) == ["Gayo"]
    (top,) = selectors.shelves()
    assert (top.name, top.product_count, top.children[0].name) == ("Kopi", 1, "Biji")
    assert selectors.product_page("gayo").crumbs == [("Kopi", "kopi"), ("Biji", "biji")]


@pytest.mark.parametrize(
    ("sort", "order"), [("price_low", "ABC"), ("price_high", "CBA"), ("name", "ABC"), ("newest", "CBA")]
)
def test_pages_follow_one_another_without_gap(sort, order):
    for title, price in (("A", 1_000), ("B", 2_000), ("C", 3_000)):
        make_product(title, price_amount=price)

    first = selectors.product_cards(sort=sort, limit=2)
    second = selectors.product_cards(sort=sort, limit=2, after=first.next)

    assert "".join(names(first.cards + second.cards)) == order
    assert second.next is None


def test_relevance_pages_too():
    for number in range(5):
        make_product(f"Kopi {number}")
    first = selectors.product_cards(query="kopi", limit=3)
    second = selectors.product_cards(query="kopi", limit=3, after=first.next)

    assert len({card.id for card in first.cards + second.cards}) == 5


def test_filters_narrow():
    cheap = make_product("Murah", price_amount=10_000, brand="Gilang", tags=["Promo"])
    make_product("Mahal", price_amount=90_000)
    services.note_availability(available={cheap.variants.get().pk: 2})

    for filters in (
        selectors.CardFilters(max_amount=50_000),
        selectors.CardFilters(in_stock=True),
        selectors.CardFilters(brands=["gilang"]),
        selectors.CardFilters(tag="promo"),
    ):
        assert names(selectors.product_cards(filters=filters).cards) == ["Murah"]


def test_a_foreign_cursor_is_refused():
    with pytest.raises(InvalidInput):
        selectors.product_cards(after="rubbish")


def test_lists_cost_one_query(django_assert_num_queries):
    for _ in range(5):
        make_product()

    with django_assert_num_queries(1):
        selectors.product_cards()


def test_the_product_page_costs_one_query(django_assert_num_queries):
    make_shirt(category=make_category("Baju").public_id)

    with django_assert_num_queries(1):
        page = selectors.product_page("kemeja-mega")
    assert [choice.name for choice in page.choices] == ["Warna", "Ukuran"]
    assert len(page.variants) == 6


def test_a_variant_tells_whether_it_may_be_sold():
    variant = make_variant(sku="A", price_amount=5_000)
    assert selectors.for_sale_by_public_id(variant.public_id).is_for_sale

    services.set_status(product_id=variant.product_id, status="DRAFT", actor=SYSTEM)
    assert not selectors.variant_for_sale([variant.pk])[variant.pk].is_for_sale
    assert selectors.variants_by_sku(["A", "B"]).keys() == {"A"}
