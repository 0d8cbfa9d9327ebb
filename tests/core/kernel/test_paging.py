"""Cursor paging: whole, in order, and deaf to cursors nobody made."""

import base64

import pytest

from core.inventory.models import Location
from core.kernel.errors import InvalidInput
from core.kernel.paging import page
from tests.factories.inventory import location

pytestmark = pytest.mark.usefixtures("store")


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_pages_follow_each_other_without_a_gap():
    for _ in range(4):
        location("Gudang")

    first, cursor = page(Location.objects.all(), limit=3, key="name")
    rest, end = page(Location.objects.all(), limit=3, key="name", after=cursor or "")

    assert {row.pk for row in (*first, *rest)} == set(Location.objects.values_list("pk", flat=True))
    assert (len(first), len(rest), end) == (3, 2, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nope",
        "[1]",
        "[1, null]",
        '[{"a": 1}, 1]',
        '["\\u0000", 1]',
        '["\\ud800", 1]',
        "[1, 1e999]",
    ],
)
def test_a_cursor_of_nobody_is_refused(text: str):
    with pytest.raises(InvalidInput):
        page(Location.objects.all(), after=_cursor(text) or "AA", key="name")


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(InvalidInput):
        page(Location.objects.all(), after=_cursor('["Gudang", 1]'), key="position")
