"""One shopper, one record."""

import pytest

from core.customers import selectors
from core.customers import services as customers
from core.customers.models import Address, Customer
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import SYSTEM
from tests.factories.customers import customer
from tests.factories.orders import placed_order

pytestmark = pytest.mark.usefixtures("store")


def test_the_same_phone_is_the_same_customer():
    first = customer(phone="+628121111111")
    again = customers.upsert_from_order(
        name="Somebody Else", phone="+628121111111", email="dewi@example.com", actor=SYSTEM
    )

    assert again.pk == first.pk
    assert (again.name, again.email) == ("Dewi Lestari", "dewi@example.com")


def test_the_same_mail_without_a_phone_is_the_same_customer():
    first = customer(phone="", email="dewi@example.com")

    assert customer(phone="", email="dewi@example.com").pk == first.pk


def test_nobody_is_made_without_a_way_to_reach_them():
    with pytest.raises(InvalidInput):
        customers.upsert_from_order(name="Nobody", actor=SYSTEM)
    assert not Customer.objects.exists()


def test_another_customers_phone_is_refused():
    taken, other = customer(), customer()

    with pytest.raises(customers.CustomerExists):
        customers.edit_customer(public_id=other.public_id, changes={"phone": taken.phone}, actor=SYSTEM)
    other.refresh_from_db()
    assert other.phone != taken.phone


def test_an_edit_writes_the_phone_as_e164():
    who = customer()
    customers.edit_customer(public_id=who.public_id, changes={"phone": "0812-3456-7890"}, actor=SYSTEM)

    who.refresh_from_db()
    assert who.phone == "+6281234567890"


def test_unknown_customers_are_not_found():
    with pytest.raises(NotFound):
        customers.edit_customer(public_id="cus_none", changes={}, actor=SYSTEM)


def test_an_order_is_counted_and_its_address_kept_once():
    who = customer()
    placed_order(customer=who)
    placed_order(customer=who)

    who.refresh_from_db()
    assert who.order_count == 2
    assert Address.objects.filter(customer=who).count() == 1


@pytest.mark.parametrize("query", ["lestari", "8123456", "08123456", "dewi@"])
def test_is_found_by_name_phone_and_mail(query: str):
    wanted = customer(phone="+628123456789", email="dewi@example.com")
    customer(name="Rangga", phone="+628999999999")

    assert [found.pk for found in selectors.customer_list(query=query)] == [wanted.pk]
