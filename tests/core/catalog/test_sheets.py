"""Options with their consequences, and the sheet of variants: by script and as a plain form."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from core.catalog import cells, services
from core.catalog.models import Product
from core.kernel.fields import whole_rupiah
from tenants.models import User
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, make_shirt

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def browser(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari at her variants."""
    return dashboard(sari)


def options(*pairs: tuple[str, str]) -> dict[str, str]:
    told = {}
    for at, (name, values) in enumerate(pairs):
        told |= {f"name_{at}": name, f"values_{at}": values}
    return told


def page(product: Product, path: str) -> str:
    return f"/products/{product.public_id}/{path}"


def live(product: Product) -> dict[str, str]:
    """Title -> SKU of what is sold."""
    return dict(product.variants.filter(retired_at=None).values_list("title", "sku"))


def send(browser: Client, product: Product, rows: object):
    return browser.post(page(product, "variants/save/"), json.dumps({"rows": rows}), "application/json")


def test_a_new_value_adds_and_keeps_every_sku(browser: Client):
    shirt = make_shirt()
    before = live(shirt)

    answer = browser.post(
        page(shirt, "options/"), options(("Warna", "Merah\nBiru"), ("Ukuran", "S\nM\nL\nXL"))
    )

    assert answer.status_code == 302
    assert before.items() <= live(shirt).items()
    assert len(live(shirt)) == 8


def test_what_would_retire_variants_is_shown_first(browser: Client):
    shirt = make_shirt()
    services.note_availability(available={shirt.variants.get(title="Biru / S").pk: 4})
    fewer = options(("Warna", "Merah"), ("Ukuran", "S\nM\nL"))

    first = browser.post(page(shirt, "options/"), fewer)
    assert first.status_code == 409
    assert (first.context["forecast"].retired, first.context["forecast"].retired_in_stock) == (3, 1)
    assert len(live(shirt)) == 6

    second = browser.post(page(shirt, "options/"), fewer | {"retiring": "3"})
    assert second.status_code == 302
    assert set(live(shirt)) == {"Merah / S", "Merah / M", "Merah / L"}


def test_a_preview_changes_nothing(browser: Client):
    shirt = make_shirt()
    before = live(shirt)

    answer = browser.post(
        page(shirt, "options/preview/"), options(("Warna", "Merah\nHijau"), ("Ukuran", "S"))
    )

    numbers = re.findall(r"<dd>(\d+)</dd>", answer.content.decode())
    assert numbers == ["2", "1", "1", "5"]  # after, kept, added, retired
    assert live(shirt) == before


def test_a_retired_variant_that_comes_back_is_counted_as_such():
    shirt = make_shirt()
    services.set_options(product_id=shirt.pk, options=[("Warna", ["Merah"]), ("Ukuran", ["S"])], actor=SYSTEM)

    forecast = services.foresee_options(
        product_id=shirt.pk, options=[("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "XL"])]
    )

    assert (forecast.kept, forecast.returning, forecast.added) == (1, 1, 2)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (options(("Warna", "")), "values_0"),
        (options(("", "Merah")), "name_0"),
        (options(("Warna", "Merah\nmerah")), "values_0"),
        (options(("Warna", "x" * 61)), "values_0"),
        (options(("Warna", "a\x00b")), "values_0"),
        (options(("A" * 41, "x")), "name_0"),
        (options(("A", "\n".join(map(str, range(50)))), ("B", "\n".join(map(str, range(50))))), "__all__"),
    ],
)
def test_odd_options_are_refused_at_their_field(browser: Client, told, field):
    product = make_product()

    answer = browser.post(page(product, "options/"), told)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not product.options.exists()


def test_2048_variants_fit_and_one_cell_is_saved(browser: Client, django_assert_max_num_queries):
    many = [("A", [str(n) for n in range(64)]), ("B", [str(n) for n in range(32)])]
    product = make_product(options=many)
    variant = product.variants.get(title="63 / 31")

    rows = browser.get(page(product, "variants/values/")).json()["rows"]
    with django_assert_max_num_queries(40):
        answer = send(browser, product, {variant.public_id: {"price_amount": "77.000"}})

    variant.refresh_from_db()
    assert (len(rows), answer.status_code, variant.price_amount) == (2_048, 200, 77_000)


def test_only_sent_cells_change(browser: Client):
    shirt = make_shirt()
    red, blue = shirt.variants.get(title="Merah / S"), shirt.variants.get(title="Biru / L")

    answer = send(
        browser,
        shirt,
        {
            red.public_id: {"price_amount": "Rp 120.000", "sku": "KMJ-1", "is_active": ""},
            blue.public_id: {"weight_grams": "300", "compare_at_amount": "99000", "low_stock_threshold": "2"},
        },
    )

    red.refresh_from_db()
    blue.refresh_from_db()
    assert answer.json()["rows"][red.public_id]["price_amount"] == "120.000"
    assert (red.price_amount, red.sku, red.is_active) == (120_000, "KMJ-1", False)
    assert (blue.weight_grams, blue.compare_at_amount, blue.low_stock_threshold) == (300, 99_000, 2)
    assert (blue.price_amount, blue.is_active) == (50_000, True)


def test_every_wrong_cell_is_named_and_none_is_saved(browser: Client):
    shirt = make_shirt()
    red, blue = shirt.variants.get(title="Merah / S"), shirt.variants.get(title="Biru / L")

    answer = send(
        browser,
        shirt,
        {
            red.public_id: {"price_amount": "banyak", "sku": "NEW-1"},
            blue.public_id: {"weight_grams": "-1", "length_mm": "1,5"},
        },
    )

    assert answer.status_code == 422
    assert {key: set(cells) for key, cells in answer.json()["errors"].items()} == {
        red.public_id: {"price_amount"},
        blue.public_id: {"weight_grams", "length_mm"},
    }
    assert not shirt.variants.filter(sku="NEW-1").exists()


@pytest.mark.parametrize(
    "cells",
    [
        {"sku": ""},
        {"sku": "KEMEJA-MEGA-BIRU-L"},
        {"sku": "a\x00b"},
        {"price_amount": ""},
        {"price_amount": "999999999999999"},
        {"compare_at_amount": "1"},
        {"weight_grams": "99999999"},
        {"is_active": "perhaps"},
    ],
)
def test_a_cell_that_cannot_be_is_refused(browser: Client, cells):
    shirt = make_shirt()
    red = shirt.variants.get(title="Merah / S")
    before = (red.sku, red.price_amount, red.compare_at_amount, red.weight_grams, red.is_active)

    answer = send(browser, shirt, {red.public_id: cells})

    red.refresh_from_db()
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {red.public_id})
    assert (red.sku, red.price_amount, red.compare_at_amount, red.weight_grams, red.is_active) == before


def test_a_variant_of_another_product_is_not_touched(browser: Client):
    mine, other = make_shirt(), make_product()
    foreign = other.variants.get()

    answer = send(browser, mine, {foreign.public_id: {"price_amount": "1"}})

    foreign.refresh_from_db()
    assert (answer.status_code, foreign.price_amount) == (422, 50_000)


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"rows": 5}', '{"rows": {"a": 5}}', '{"rows": {"a": ["b"]}}', "null"]
)
def test_a_body_of_another_shape_is_refused(browser: Client, body: str):
    product = make_product()

    answer = browser.post(page(product, "variants/save/"), body, "application/json")

    assert answer.status_code == 422


def test_the_plain_form_saves_without_a_script(browser: Client):
    product = make_product()
    variant = product.variants.get()
    name = variant.public_id
    told = {"row": name, f"{name}.sku": "TKO-1", f"{name}.price_amount": "95.000", f"{name}.is_active": "1"}

    answer = browser.post(page(product, "variants/"), told)

    variant.refresh_from_db()
    assert answer.status_code == 302
    assert (variant.sku, variant.price_amount, variant.is_active) == ("TKO-1", 95_000, True)


def test_the_plain_form_keeps_what_was_typed_when_a_cell_is_wrong(browser: Client):
    product = make_product()
    name = product.variants.get().public_id
    told = {"row": name, f"{name}.price_amount": "mahal", f"{name}.is_active": "1"}

    answer = browser.post(page(product, "variants/"), told)

    assert answer.status_code == 422
    assert 'value="mahal"' in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("150000", 150_000),
        ("150.000", 150_000),
        ("Rp 150.000,00", 150_000),
        ("150,000.00", 150_000),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int):
    assert whole_rupiah(text) == amount


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "12,34", "1e5", "1.50", "١٢٣", "9" * 50, "1.000,50"])
def test_amounts_that_say_something_else_are_refused(text: str):
    with pytest.raises(ValueError):
        whole_rupiah(text)


def test_costs_are_no_column_for_who_may_not_know_them():
    told = {"var_1": {"cost_amount": "5", "sku": "A"}}

    assert cells.read(told, sees_costs=False) == ({"var_1": {"sku": "A"}}, {})
