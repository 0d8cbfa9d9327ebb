"""Which methods are offered, and at what fee."""

import pytest

from core.shipping import selectors
from core.shipping.models import ShippingMethod
from core.shipping.selectors import ShippingOption
from core.shipping.services import RateRow
from tests.factories.shipping import flat_method, pickup_method, table_method

pytestmark = pytest.mark.usefixtures("store")

BANDUNG = "32.73.02.1004"


@pytest.fixture(autouse=True)
def _nothing_else_is_offered(store: object) -> None:
    ShippingMethod.objects.all().delete()


def options(
    region_code: str = BANDUNG, weight_grams: int = 500, subtotal_amount: int = 50_000
) -> list[ShippingOption]:
    return selectors.options(
        region_code=region_code, weight_grams=weight_grams, subtotal_amount=subtotal_amount
    )


def amounts(**parcel: int | str) -> list[int]:
    return [option.amount for option in options(**parcel)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("grams", "kilos"), [(0, 1), (1, 1), (1300, 1), (1301, 2), (2300, 2), (2301, 3), (10_000, 10)]
)
def test_a_kilo_is_billed_from_301_grams_on(grams: int, kilos: int):
    assert selectors.billed_kilos(grams) == kilos


def test_offers_active_methods_in_the_sellers_order():
    flat_method("Kargo", position=5)
    flat_method("Kilat", position=1)
    flat_method("Berhenti", is_active=False)

    assert [option.name for option in options()] == ["Kilat", "Kargo"]


def test_the_deepest_region_wins():
    table_method(RateRow("", None, 50_000), RateRow("32", None, 20_000), RateRow("32.73", None, 9_000))

    assert amounts(region_code=BANDUNG) == [9_000]
    assert amounts(region_code="32.04.05.2001") == [20_000]
    assert amounts(region_code="91.71.01.1001") == [50_000]
    assert amounts(region_code="") == [50_000]


def test_compares_regions_part_by_part():
    table_method(RateRow("32.73", None, 9_000))

    assert amounts(region_code="32.7") == []
    assert amounts(region_code="32.73") == [9_000]


def test_takes_the_smallest_step_that_carries_the_weight():
    table_method(
        RateRow("32", 1_000, 10_000), RateRow("32", 5_000, 30_000), RateRow("32", None, 30_000, 5_000)
    )

    assert amounts(weight_grams=1_000) == [10_000]
    assert amounts(weight_grams=1_001) == [30_000]
    assert amounts(weight_grams=7_000) == [30_000 + 7 * 5_000]


def test_a_wider_region_carries_what_the_city_does_not():
    table_method(RateRow("32.73", 5_000, 9_000), RateRow("", None, 0, 20_000))

    assert amounts(weight_grams=6_000) == [120_000]


def test_a_method_that_does_not_go_there_is_not_offered():
    table_method(RateRow("31", None, 9_000))

    assert options() == []


def test_is_free_from_the_threshold_on():
    flat_method(amount=18_000, free_over_amount=100_000)

    assert amounts(subtotal_amount=99_999) == [18_000]
    assert amounts(subtotal_amount=100_000) == [0]


def test_pickup_says_that_it_is_one():
    pickup_method(location_id=7)

    (option,) = options(region_code="")
    assert (option.is_pickup, option.amount, option.location_id) == (True, 0, 7)


def test_reads_two_queries_however_many_methods(django_assert_num_queries):
    for number in range(5):
        table_method(RateRow("32", None, 1_000 * number))

    with django_assert_num_queries(2):
        options()
