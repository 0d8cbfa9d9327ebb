import pytest

from core.catalog import services
from core.catalog.models import Variant
from core.kernel.errors import InvalidInput
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, make_shirt

pytestmark = pytest.mark.usefixtures("store")


def rearranged(product, *options):
    return services.set_options(product_id=product.pk, options=list(options), actor=SYSTEM)


def live(product):
    return {row.title: row for row in product.variants.filter(retired_at=None)}


def test_a_new_value_makes_only_its_own_combinations():
    shirt = make_shirt()
    before = {title: (row.pk, row.sku) for title, row in live(shirt).items()}

    rearranged(shirt, ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L", "XL"]))

    after = {title: (row.pk, row.sku) for title, row in live(shirt).items()}
    assert before.items() <= after.items()
    assert set(after) - set(before) == {"Merah / XL", "Biru / XL"}


def test_a_combination_the_seller_does_not_make_stays_away():
    shirt = make_shirt(variants=[{"values": ["Merah", "S"], "price_amount": 1_000}])

    rearranged(shirt, ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L", "XL"]))

    assert set(live(shirt)) == {"Merah / S", "Merah / XL", "Biru / XL"}


def test_a_value_that_comes_back_brings_its_sku():
    shirt = make_shirt()
    blue = live(shirt)["Biru / M"]
    rearranged(shirt, ("Warna", ["Merah"]), ("Ukuran", ["S", "M", "L"]))
    assert "Biru / M" not in live(shirt)

    rearranged(shirt, ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L"]))

    assert live(shirt)["Biru / M"].pk == blue.pk


def test_a_new_option_puts_existing_variants_on_its_first_value():
    shirt = make_shirt()
    skus = {row.sku for row in live(shirt).values()}

    rearranged(
        shirt, ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L"]), ("Lengan", ["Pendek", "Panjang"])
    )

    rows = live(shirt)
    assert len(rows) == 12
    assert {row.sku for title, row in rows.items() if title.endswith("Pendek")} == skus


def test_the_first_option_keeps_the_only_variant():
    product = make_product("Kopi", price_amount=70_000)
    variant = product.variants.get()

    rearranged(product, ("Gilingan", ["Biji", "Halus"]))

    rows = live(product)
    assert rows["Biji"].pk == variant.pk
    assert rows["Halus"].price_amount == 70_000


def test_dropping_an_option_keeps_one_variant_for_each_rest():
    shirt = make_shirt()

    rearranged(shirt, ("Warna", ["Merah", "Biru"]))

    assert set(live(shirt)) == {"Merah", "Biru"}
    assert shirt.variants.exclude(retired_at=None).count() == 4


def test_options_may_change_places_there_and_back():
    shirt = make_shirt()
    skus = {row.sku for row in live(shirt).values()}
    colours, sizes = ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L"])

    rearranged(shirt, sizes, colours)
    assert "S / Merah" in live(shirt)
    rearranged(shirt, colours, sizes)

    assert {row.sku for row in live(shirt).values()} == skus


def test_drops_and_returns_of_options_never_collide():
    shirt = make_shirt()
    colours, sizes = ("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L"])
    for options in ([colours], [sizes], [colours, sizes], [], [colours, sizes]):
        rearranged(shirt, *options)

    assert len(live(shirt)) == 6


def test_2048_variants_fit_and_2049_do_not():
    big = [("A", [str(n) for n in range(64)]), ("B", [str(n) for n in range(32)])]
    product = make_product("Baut", options=big)
    assert product.variant_count == 2_048

    with pytest.raises(InvalidInput):
        rearranged(product, big[0], ("B", [str(n) for n in range(33)]))
    assert Variant.objects.filter(product=product).count() == 2_048


def test_the_grid_saves_many_cells_at_once():
    shirt = make_shirt()
    rows = list(live(shirt).values())

    changed = services.edit_variants(
        product_id=shirt.pk,
        edits={
            row.public_id: {"price_amount": 99_000 + at, "barcode": f"899{at}"} for at, row in enumerate(rows)
        },
        actor=SYSTEM,
    )

    shirt.refresh_from_db()
    assert len(changed) == 6
    assert (shirt.price_min_amount, shirt.price_max_amount) == (99_000, 99_005)


def test_one_wrong_cell_saves_none_and_each_is_named():
    shirt = make_shirt()
    red, blue = live(shirt)["Merah / S"], live(shirt)["Biru / S"]

    with pytest.raises(services.RowsRefused) as refusal:
        services.edit_variants(
            product_id=shirt.pk,
            edits={
                red.public_id: {"price_amount": 10},
                blue.public_id: {"sku": red.sku},
                "var_gone": {"price_amount": 1},
            },
            actor=SYSTEM,
        )

    assert set(refusal.value.errors) == {blue.public_id, "var_gone"}
    red.refresh_from_db()
    assert red.price_amount == 50_000


def test_two_variants_may_swap_nothing_but_their_names_stay_unique():
    shirt = make_shirt()
    red, blue = live(shirt)["Merah / S"], live(shirt)["Biru / S"]

    with pytest.raises(services.RowsRefused):
        services.edit_variants(
            product_id=shirt.pk,
            edits={red.public_id: {"sku": "SAMA"}, blue.public_id: {"sku": "SAMA"}},
            actor=SYSTEM,
        )


def test_a_product_on_sale_keeps_its_prices():
    shirt = make_shirt()
    red = live(shirt)["Merah / S"]

    with pytest.raises(services.NotReadyToSell):
        services.edit_variants(product_id=shirt.pk, edits={red.public_id: {"price_amount": 0}}, actor=SYSTEM)


def test_the_former_price_must_be_higher():
    shirt = make_shirt()
    red = live(shirt)["Merah / S"]

    with pytest.raises(services.RowsRefused) as refusal:
        services.edit_variants(
            product_id=shirt.pk, edits={red.public_id: {"compare_at_amount": 10}}, actor=SYSTEM
        )
    assert refusal.value.field.endswith("compare_at_amount")
