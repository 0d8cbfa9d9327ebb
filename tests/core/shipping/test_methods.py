"""Making and changing shipping methods."""

import pytest

from core.kernel import audit
from core.kernel.errors import InvalidInput, NotFound
from core.shipping import selectors, services, setup
from core.shipping.models import ShippingMethod, ShippingRate
from core.shipping.services import RateRow
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.shipping import flat_method, table_method

pytestmark = pytest.mark.usefixtures("store")


def test_a_new_store_can_ship_at_once(store: Store):
    ShippingMethod.objects.all().delete()

    setup.prepare(store)
    setup.prepare(store)

    flat, pickup = selectors.methods()
    assert (flat.kind, flat.is_active) == ("FLAT", True)
    assert (pickup.kind, pickup.is_active) == ("PICKUP", False)


def test_a_change_leaves_an_audit_row():
    method = flat_method(amount=18_000)

    services.update_method(public_id=method.public_id, changes={"amount": 20_000}, actor=SYSTEM)

    method.refresh_from_db()
    assert method.amount == 20_000
    assert audit.history("shipping_method", method.public_id)[0].changes == {"amount": [18_000, 20_000]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "a\x00b"),
        ("amount", -1),
        ("amount", 10**15),
        ("min_days", 9),
        ("weight_tolerance_grams", 1000),
        ("kind", "TABLE"),
    ],
)
def test_refuses_terms_that_make_no_sense(field: str, value: object):
    method = flat_method(max_days=3)

    with pytest.raises(InvalidInput) as refusal:
        services.update_method(public_id=method.public_id, changes={field: value}, actor=SYSTEM)

    assert refusal.value.field
    assert ShippingMethod.objects.get(pk=method.pk).name == method.name


def test_rates_are_replaced_as_a_whole():
    method = table_method(RateRow("31", None, 9_000), RateRow("32", None, 12_000))

    services.set_rates(public_id=method.public_id, rows=[RateRow("", None, 0, 15_000)], actor=SYSTEM)

    assert [(rate.region_code, rate.per_kg_amount) for rate in method.rates.all()] == [("", 15_000)]


@pytest.mark.parametrize(
    "rows",
    [
        [RateRow("99.99", None, 1)],
        [RateRow("31", None, 1), RateRow("31", None, 2)],
        [RateRow("31", 0, 1)],
        [RateRow("31", None, -1)],
    ],
)
def test_refuses_a_broken_table_and_keeps_the_old_one(rows: list[RateRow]):
    method = table_method(RateRow("32", None, 12_000))

    with pytest.raises(InvalidInput):
        services.set_rates(public_id=method.public_id, rows=rows, actor=SYSTEM)

    assert ShippingRate.objects.get(method=method).amount == 12_000


def test_a_flat_method_has_no_table():
    method = flat_method()

    with pytest.raises(InvalidInput):
        services.set_rates(public_id=method.public_id, rows=[], actor=SYSTEM)


def test_a_deleted_method_is_gone_with_its_rates():
    method = table_method(RateRow("32", None, 12_000))

    services.delete_method(public_id=method.public_id, actor=SYSTEM)

    assert not ShippingRate.objects.filter(method_id=method.pk).exists()
    with pytest.raises(NotFound):
        services.delete_method(public_id=method.public_id, actor=SYSTEM)
