"""Pages that a store writes: added, changed, ordered, hidden, removed."""

import pytest
from django.test import Client

from core.kernel.errors import InvalidInput, NotFound
from storefront import services as shop_design
from storefront.models import Page
from storefront.services import PageFacts
from tenants.permissions import SYSTEM

pytestmark = pytest.mark.usefixtures("store")


def write(title: str = "Ukuran", **facts: object) -> Page:
    return shop_design.create_page(facts=PageFacts(title=title, **facts), actor=SYSTEM)


def test_a_new_page_stands_last_at_an_address_of_its_title(shop: Client):
    page = write("Panduan ukuran", body="## Kemeja\n- S\n- M")

    assert page.slug == "panduan-ukuran"
    assert Page.objects.order_by("position").last() == page
    assert "<h2>Kemeja</h2>" in shop.get("/pages/panduan-ukuran/").content.decode()


def test_pages_of_one_title_get_different_addresses():
    assert [write("Ukuran").slug for _ in range(3)] == ["ukuran", "ukuran-2", "ukuran-3"]


def test_a_title_without_letters_still_gets_an_address():
    assert write("???").slug == "halaman"


def test_an_edited_page_keeps_its_address():
    page = write("Ukuran")

    edited = shop_design.edit_page(
        public_id=page.public_id, facts=PageFacts(title="Panduan", is_published=False), actor=SYSTEM
    )

    assert (edited.slug, edited.title, edited.is_published) == ("ukuran", "Panduan", False)


@pytest.mark.parametrize("facts", [{"title": ""}, {"title": "a", "kind": "HTML"}, {"title": "x" * 81}])
def test_a_page_that_cannot_be_shown_is_not_kept(facts: dict[str, str]):
    with pytest.raises(InvalidInput):
        shop_design.create_page(facts=PageFacts(**facts), actor=SYSTEM)

    assert Page.objects.count() == 6


def test_pages_are_ordered_and_those_not_named_follow():
    ids = list(Page.objects.order_by("position").values_list("public_id", flat=True))

    shop_design.order_pages(order=[ids[4], ids[2]], actor=SYSTEM)

    now = list(Page.objects.order_by("position").values_list("public_id", flat=True))
    assert now == [ids[4], ids[2], ids[0], ids[1], ids[3], ids[5]]


def test_an_order_with_an_unknown_page_changes_nothing():
    before = list(Page.objects.order_by("position").values_list("public_id", flat=True))

    with pytest.raises(InvalidInput):
        shop_design.order_pages(order=["pag_none", before[1]], actor=SYSTEM)

    assert list(Page.objects.order_by("position").values_list("public_id", flat=True)) == before


def test_a_removed_page_is_gone_and_cannot_be_removed_again():
    page = write()

    assert shop_design.remove_page(public_id=page.public_id, actor=SYSTEM) == "Ukuran"

    assert not Page.objects.filter(slug="ukuran").exists()
    with pytest.raises(NotFound):
        shop_design.remove_page(public_id=page.public_id, actor=SYSTEM)


def test_there_are_at_most_forty_pages():
    for _ in range(34):
        write()

    with pytest.raises(shop_design.TooManyPages):
        write()
