"""Places that hold goods are opened, changed and closed."""

import pytest

from core.inventory import selectors, services
from core.inventory.models import Location
from core.inventory.services.locations import LocationInUse
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import SYSTEM
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")


def change(place: Location, **changes: object) -> Location:
    return services.update_location(public_id=place.public_id, changes=changes, actor=SYSTEM)


def test_a_code_belongs_to_one_location():
    first = location()

    with pytest.raises(InvalidInput) as refusal:
        services.create_location(name="Kembar", code=first.code.lower(), actor=SYSTEM)

    assert refusal.value.field == "code"
    assert Location.objects.filter(name="Kembar").count() == 0


def test_there_is_always_one_default():
    second = location()

    services.make_default(public_id=second.public_id, actor=SYSTEM)

    assert selectors.default_location() == second
    assert Location.objects.filter(is_default=True).count() == 1


def test_the_default_and_a_full_location_stay_open():
    full = location()
    stock(1, at=full)

    for place in (selectors.default_location(), full):
        with pytest.raises(LocationInUse):
            change(place, is_active=False)

    assert not Location.objects.filter(is_active=False).exists()


def test_an_empty_location_closes_and_cannot_be_the_default():
    empty = location()

    change(empty, is_active=False)

    with pytest.raises(LocationInUse):
        services.make_default(public_id=empty.public_id, actor=SYSTEM)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("kind", "ROOF"), ("region_code", "99.99"), ("code", "X" * 13), ("is_default", True)],
)
def test_refuses_facts_that_make_no_sense(field: str, value: object):
    place = location()

    with pytest.raises(InvalidInput) as refusal:
        change(place, **{field: value})

    assert refusal.value.field == field


def test_an_unknown_location_is_refused():
    with pytest.raises(NotFound):
        services.make_default(public_id="loc_none", actor=SYSTEM)
