from datetime import timedelta

import pytest
from django.utils import timezone

from core.catalog import selectors, services
from core.catalog.models import Product, ProductStatus, SlugRedirect
from core.kernel import audit
from core.kernel.errors import InvalidInput, NotFound
from tenants import entitlements, work
from tenants.models import Job
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, make_shirt

pytestmark = pytest.mark.usefixtures("store")


def test_a_product_without_options_has_one_variant():
    product = services.create_product(
        title="  Kopi   Gayo ", variants=[{"price_amount": 85_000}], actor=SYSTEM
    )

    variant = product.variants.get()
    assert (product.title, product.slug, product.status) == ("Kopi Gayo", "kopi-gayo", "DRAFT")
    assert (variant.sku, variant.price_amount, variant.title) == ("KOPI-GAYO", 85_000, "")
    assert (product.price_min_amount, product.variant_count) == (85_000, 1)


def test_the_same_title_gets_another_address_and_sku():
    first, second = make_product("Kopi Gayo"), make_product("Kopi Gayo")

    assert second.slug == "kopi-gayo-2"
    assert first.variants.get().sku != second.variants.get().sku


def test_one_row_speaks_for_the_whole_matrix():
    shirt = make_shirt(variants=[{"price_amount": 120_000, "weight_grams": 300}])

    assert shirt.variant_count == 6
    assert set(shirt.variants.values_list("price_amount", "weight_grams")) == {(120_000, 300)}
    assert shirt.variants.get(title="Merah / S").sku == "KEMEJA-MEGA-MERAH-S"


def test_only_listed_combinations_are_made():
    shirt = make_shirt(
        variants=[
            {"values": ["Merah", "S"], "sku": "A", "price_amount": 1_000},
            {"values": ["biru", "L"], "sku": "B", "price_amount": 2_000},
        ]
    )

    assert list(shirt.variants.order_by("position").values_list("sku", "title")) == [
        ("A", "Merah / S"),
        ("B", "Biru / L"),
    ]
    assert (shirt.price_min_amount, shirt.price_max_amount) == (1_000, 2_000)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"title": "Baju", "variants": [{"price_amount": -1}]}, "variants.0.price_amount"),
        ({"title": "Baju", "variants": [{"price_amount": 10**19}]}, "variants.0.price_amount"),
        ({"title": "Baju", "variants": [{"price_amount": True}]}, "variants.0.price_amount"),
        ({"title": "Baju", "variants": [{"colour": "red"}]}, "variants.0.colour"),
        ({"title": "Baju", "options": [("Warna", ["Merah", "merah"])]}, "options.0.values"),
        ({"title": "Baju", "options": [("Warna", [])]}, "options.0.values"),
        ({"title": "Baju", "options": [(f"O{n}", ["a"]) for n in range(7)]}, "options"),
        ({"title": "Baju", "status": "SOLD"}, "status"),
        ({"title": "Baju", "category": "cat_nothing"}, "category"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(facts, field):
    with pytest.raises(InvalidInput) as refusal:
        services.create_product(**facts, actor=SYSTEM)

    assert refusal.value.field == field
    assert not Product.objects.exists()


def test_direction_marks_are_taken_out_of_names():
    assert make_product("Kopi\u202eoyag\u200b").title.startswith("Kopioyag")


def test_a_taken_sku_is_refused():
    make_product(variants=[{"sku": "KPG-1", "price_amount": 1_000}])

    with pytest.raises(services.SkuTaken):
        make_product(variants=[{"sku": "KPG-1", "price_amount": 1_000}])
    assert Product.objects.count() == 1


def test_nothing_without_a_price_goes_on_sale():
    product = services.create_product(title="Teko", actor=SYSTEM)

    with pytest.raises(services.NotReadyToSell):
        services.set_status(product_id=product.pk, status="ACTIVE", actor=SYSTEM)
    product.refresh_from_db()
    assert product.status == ProductStatus.DRAFT


def test_the_plan_limits_products_but_not_archived_ones(store):
    entitlements.grant(store, {"products": 1, "storage_bytes": 0})
    first = make_product()

    with pytest.raises(entitlements.LimitReached):
        make_product()
    services.set_status(product_id=first.pk, status="ARCHIVED", actor=SYSTEM)
    make_product()
    with pytest.raises(entitlements.LimitReached):
        services.set_status(product_id=first.pk, status="ACTIVE", actor=SYSTEM)


def test_an_edit_is_written_down():
    product = make_product("Teko")
    services.update_product(
        product_id=product.pk, changes={"title": "Teko Leher Angsa", "brand": "Hario"}, actor=SYSTEM
    )

    entry = audit.history("product", product.public_id).first()
    assert entry.changes == {"title": ["Teko", "Teko Leher Angsa"], "brand": [None, "Hario"]}


def test_a_stale_edit_changes_nothing():
    product = make_product("Teko")
    seen = product.updated_at
    services.update_product(product_id=product.pk, changes={"title": "Teko A"}, actor=SYSTEM)

    with pytest.raises(services.StaleEdit):
        services.update_product(
            product_id=product.pk, changes={"title": "Teko B"}, actor=SYSTEM, seen_at=seen
        )
    product.refresh_from_db()
    assert product.title == "Teko A"


def test_old_addresses_lead_to_the_new_one_in_one_step():
    product = make_product("Teko")
    for slug in ("teko-a", "teko-b"):
        services.update_product(product_id=product.pk, changes={"slug": slug}, actor=SYSTEM)

    assert selectors.moved_to("teko") == selectors.moved_to("teko-a") == "teko-b"


def test_an_address_may_come_home_but_not_be_stolen():
    product, other = make_product("Teko"), make_product("Cangkir")
    services.update_product(product_id=product.pk, changes={"slug": "ketel"}, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        services.update_product(product_id=other.pk, changes={"slug": "teko"}, actor=SYSTEM)

    services.update_product(product_id=product.pk, changes={"slug": "teko"}, actor=SYSTEM)
    assert list(SlugRedirect.objects.values_list("slug", flat=True)) == ["ketel"]


def test_a_draft_is_published_at_its_moment(store):
    moment = timezone.now() + timedelta(hours=1)
    product = make_product(status="DRAFT", publish_at=moment)
    work.work_until_idle()
    alarm = Job.objects.get(kind="core.catalog.tasks.publish")

    assert alarm.next_at == moment
    assert services.publish_due(product_id=product.pk, publish_at=moment, actor=SYSTEM)
    product.refresh_from_db()
    assert (product.status, product.publish_at) == ("ACTIVE", None)


def test_a_moved_moment_silences_the_old_alarm():
    moment = timezone.now() + timedelta(hours=1)
    product = make_product(status="DRAFT", publish_at=moment)
    services.update_product(product_id=product.pk, changes={"publish_at": None}, actor=SYSTEM)

    assert not services.publish_due(product_id=product.pk, publish_at=moment, actor=SYSTEM)


def test_availability_reaches_variant_and_product():
    product = make_product()
    variant = product.variants.get()

    services.note_availability(available={variant.pk: 3})
    product.refresh_from_db()
    assert product.in_stock
    services.note_availability(available={variant.pk: 0})
    product.refresh_from_db()
    assert not product.in_stock


def test_many_products_get_a_tag_once():
    first, second = make_product(tags=["baru"]), make_product()

    assert services.tag_products(product_ids=[first.pk, second.pk], tag="Baru", actor=SYSTEM) == 1


def test_an_unknown_product_is_not_found():
    with pytest.raises(NotFound):
        services.update_product(product_id=99, changes={}, actor=SYSTEM)


def test_a_product_stands_in_its_category():
    coffee = make_category("Kopi")
    assert make_product(category=coffee.public_id).category == coffee
