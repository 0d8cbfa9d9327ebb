"""The demo's goods and people: complete, valid, and the same on every machine."""

import hashlib
import time

import phonenumbers
import pytest

from config.demo.catalogue import batik, kopi
from config.demo.catalogue.parts import DemoCatalogue, Sketch, ean13
from config.demo.drawing import KINDS, draw, jpeg
from config.demo.motifs import MOTIFS
from config.demo.people import STORES, people
from core.kernel import images, phones, regions

CATALOGUES = {"kopi": (kopi.catalogue(), 40), "batik": (batik.catalogue(), 120)}


@pytest.fixture(params=CATALOGUES.values(), ids=CATALOGUES.keys())
def shop(request) -> tuple[DemoCatalogue, int]:
    return request.param


def test_has_as_many_products_as_promised_with_1_to_60_variants(shop) -> None:
    catalogue, count = shop
    sizes = [len(product.variants) for product in catalogue.products]

    assert len(catalogue.products) == count
    assert (min(sizes) >= 1, max(sizes)) == (True, 60)


def test_names_each_product_and_sku_once(shop) -> None:
    catalogue, count = shop
    skus = [variant.sku for product in catalogue.products for variant in product.variants]

    assert len({product.slug for product in catalogue.products}) == count
    assert len(set(skus)) == len(skus)
    assert all(sku == sku.upper() and " " not in sku and len(sku) <= 32 for sku in skus)


def test_every_variant_is_one_of_the_combinations_and_can_be_sold(shop) -> None:
    for product in shop[0].products:
        combinations = {variant.values for variant in product.variants}
        assert len(combinations) == len(product.variants)
        for variant in product.variants:
            assert len(variant.values) == len(product.options)
            assert all(
                value in option.values for value, option in zip(variant.values, product.options, strict=True)
            )
            assert 1000 <= variant.cost_amount < variant.price_amount
            assert variant.compare_at_amount is None or variant.compare_at_amount > variant.price_amount
            assert variant.weight_grams > 0
            assert min(variant.stock) >= 0


def test_files_every_product_under_a_category_and_a_brand(shop) -> None:
    catalogue = shop[0]
    places = {(parent, child) for parent, children in catalogue.categories for child in children}

    assert {product.category for product in catalogue.products} == places
    assert {product.brand for product in catalogue.products} == set(catalogue.brands)
    assert all(len(product.description) > 80 for product in catalogue.products)


def test_some_are_reduced_some_lack_a_barcode_and_some_are_sold_out(shop) -> None:
    variants = [variant for product in shop[0].products for variant in product.variants]

    for share in (
        sum(1 for variant in variants if variant.compare_at_amount) / len(variants),
        sum(1 for variant in variants if not variant.barcode) / len(variants),
        sum(1 for variant in variants if variant.stock == (0, 0)) / len(variants),
    ):
        assert 0 < share < 0.5


def test_barcodes_have_a_valid_check_digit(shop) -> None:
    barcodes = {
        variant.barcode for product in shop[0].products for variant in product.variants if variant.barcode
    }

    for barcode in barcodes:
        digits = [int(digit) for digit in barcode]
        assert len(digits) == 13
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
    assert ean13("KSG-250ML") == ean13("KSG-250ML")


def test_every_picture_belongs_to_a_kind_and_to_a_colour_that_exists(shop) -> None:
    for product in shop[0].products:
        assert product.pictures
        values = {(option.name, value) for option in product.options for value in option.values}
        for picture in product.pictures:
            assert picture.sketch.kind in KINDS
            assert picture.option is None or picture.option in values
            assert picture.alt


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_draws_every_kind_the_same_each_time(kind: str) -> None:
    sketch = Sketch(kind, "#3f6b4f", "#f4efe2", "#e2b04a", motif="kawung", title="Contoh Barang", seed=3)

    once, twice = draw(sketch), draw(sketch)

    assert once.size == (1200, 1200)
    assert hashlib.sha256(once.tobytes()).digest() == hashlib.sha256(twice.tobytes()).digest()
    assert len(once.resize((60, 60)).convert("P").getcolors() or []) > 5, "more than an empty wall"


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_draws_every_motif(motif: str) -> None:
    plain = draw(Sketch("cloth", "#1f3358", "#e9edf3", "#7fa3c9", motif=motif))
    other = draw(Sketch("cloth", "#6d1f2b", "#f6e2cb", "#dc9f55", motif=motif))

    assert plain.tobytes() != other.tobytes()


def test_drawings_are_uploads_like_any_other() -> None:
    found = images.inspect(jpeg(CATALOGUES["kopi"][0].products[0].pictures[0].sketch))

    assert (found.kind, found.width, found.height) == ("jpeg", 960, 960)


def test_draws_quickly() -> None:
    sketches = [product.pictures[0].sketch for product in CATALOGUES["batik"][0].products[::8]]
    started = time.process_time()

    for sketch in sketches:
        draw(sketch)

    assert (time.process_time() - started) / len(sketches) < 0.25


def test_people_are_different_reachable_and_always_the_same() -> None:
    cast = people(200, seed=5)

    assert people(200, seed=5) == cast
    assert people(50, seed=5) == cast[:50]
    assert people(50, seed=6) != cast[:50]
    assert len({person.phone for person in cast}) == len({person.email for person in cast}) == 200
    for person in cast:
        assert person.phone.startswith("08")
        assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone, "ID"))
        assert phones.is_mobile(person.phone)
        assert person.email.rsplit("@")[1] in {"example.com", "example.net", "example.org"}
        assert regions.find(person.region.code) == person.region
        assert len(person.region.postcode) == 5


def test_stores_stand_somewhere() -> None:
    assert [store.slug for store in STORES] == ["kopi", "batik"]
    for store in STORES:
        assert phones.is_mobile(store.phone)
        assert [member.role for member in store.staff].count("OWNER") == 1
        for place in store.places:
            found = regions.find(place.village_code)
            assert found
            assert found.postcode
