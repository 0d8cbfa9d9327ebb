"""The design editor and the list of texts, as a seller uses them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from storefront import selectors
from storefront.models import HomeSection, Page, Theme
from tenants import context
from tenants.models import Role, Store, User
from tests.factories.catalog import make_category, make_product, picture_file

EDITOR = "/storefront/"


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser, in English."""
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def sent(kopi: Store, **changes: str) -> dict[str, object]:
    """The editor's form as it stands, with changes."""
    with context.in_store(kopi):
        sections = selectors.latest_design().sections
    form: dict[str, object] = {"preset": "PASAR", "section": [each.id for each in sections]}
    for each in sections:
        form |= {f"title-{each.id}": each.title, f"text-{each.id}": each.text, f"shown-{each.id}": "1"}
    return {**form, **changes}


def test_the_editor_shows_the_real_shop_in_a_fenced_frame(desk: Client):
    page = desk.get(EDITOR)

    html = page.content.decode()
    assert 'src="http://kopi.shop.localhost' in html
    assert 'sandbox="allow-same-origin allow-scripts"' in html
    assert "frame-src http://kopi.shop.localhost" in page.headers["Content-Security-Policy"]


def test_drawing_keeps_a_draft_and_tells_the_frame(desk: Client, kopi: Store):
    answer = desk.post(f"{EDITOR}draft/", sent(kopi, announcement="Libur"))

    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == '{"design-kept": true}'
    with context.in_store(kopi):
        assert selectors.latest_design().announcement == "Libur"
        assert Theme.objects.get().announcement == ""


def test_a_pale_colour_is_refused_where_it_stands_and_nothing_typed_is_lost(desk: Client, kopi: Store):
    answer = desk.post(EDITOR, sent(kopi, primary_color="#ffe08a", announcement="Libur", then="publish"))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in html
    assert 'value="#ffe08a"' in html
    assert 'value="Libur"' in html
    with context.in_store(kopi):
        assert selectors.draft() is None


def test_publishing_shows_shoppers_what_is_in_the_form(desk: Client, kopi: Store, shop: Client):
    answer = desk.post(EDITOR, sent(kopi, preset="GALERI", announcement="Libur", then="publish"))

    assert (answer.status_code, answer.headers["Location"]) == (302, EDITOR)
    assert "Libur" in shop.get("/").content.decode()


def test_publishing_nothing_says_so(desk: Client, kopi: Store):
    answer = desk.post(EDITOR, sent(kopi, then="publish"), follow=True)

    assert "Everything is published already." in answer.content.decode()


def test_undo_shows_the_design_before(desk: Client, kopi: Store, shop: Client):
    desk.post(EDITOR, sent(kopi, announcement="Libur", then="publish"))

    desk.post(f"{EDITOR}undo/")

    assert "Libur" not in shop.get("/").content.decode()


def test_a_draft_can_be_thrown_away(desk: Client, kopi: Store):
    desk.post(f"{EDITOR}draft/", sent(kopi, announcement="Libur"))

    desk.post(f"{EDITOR}discard/")

    with context.in_store(kopi):
        assert selectors.draft() is None


def test_sections_are_added_ordered_switched_off_and_removed(desk: Client, kopi: Store):
    desk.post(EDITOR, sent(kopi, add="TEXT"))
    form = sent(kopi, then="publish")
    first, *rest = form["section"]
    del form[f"shown-{rest[0]}"]

    desk.post(EDITOR, {**form, "section": [rest[-1], first, *rest[:-1]]})
    desk.post(EDITOR, sent(kopi, remove=first, then="publish"))

    with context.in_store(kopi):
        rows = list(HomeSection.objects.order_by("position"))
        assert [row.kind for row in rows] == ["TEXT", "HERO", "CATEGORIES", "NEWEST"]
        assert [row.is_shown for row in rows] == [True, True, False, True]
        assert first not in [each.id for each in selectors.latest_design().sections]


def test_a_form_left_open_does_not_lose_a_section_added_meanwhile(desk: Client, kopi: Store):
    stale = sent(kopi)
    desk.post(EDITOR, sent(kopi, add="TEXT"))

    desk.post(f"{EDITOR}draft/", stale)

    with context.in_store(kopi):
        assert len(selectors.latest_design().sections) == 4


def test_chosen_products_and_a_category_stand_on_the_front_page(desk: Client, kopi: Store, shop: Client):
    with context.in_store(kopi):
        shelf = make_category("Biji")
        make_product("Gayo", category=shelf.public_id)
        cup = make_product("Cangkir")
    for kind in ("PRODUCTS", "CATEGORY"):
        desk.post(EDITOR, sent(kopi, add=kind))
    form = sent(kopi)
    products, category = form["section"][-2:]
    chosen = {f"products-{products}": cup.public_id, f"category-{category}": shelf.public_id}
    desk.post(EDITOR, {**form, **chosen, f"title-{products}": "Pilihan kami", "then": "publish"})

    page = shop.get("/").content.decode()

    headings = re.findall(r'shop-section__title">([^<]+)<', page)
    assert headings[-2:] == ["Pilihan kami", "Biji"]
    assert page.rindex("Pilihan kami") < page.rindex("Cangkir") < page.rindex("Biji")


def test_products_are_found_while_typing(desk: Client, kopi: Store):
    with context.in_store(kopi):
        make_product("Gayo")
        make_product("Cangkir")

    found = desk.get(f"{EDITOR}products/?q=gayo").content.decode()

    assert "Gayo" in found
    assert "Cangkir" not in found


def test_a_logo_is_uploaded_and_removed(desk: Client, kopi: Store):
    desk.post(f"{EDITOR}logo/", {"logo": picture_file()})
    with context.in_store(kopi):
        assert selectors.latest_design().logo.startswith("theme/")

    desk.post(f"{EDITOR}logo/remove/")

    with context.in_store(kopi):
        assert selectors.latest_design().logo == ""


def test_a_logo_that_is_no_picture_is_refused_in_words(desk: Client):
    broken = picture_file()
    broken.file.truncate(200)

    answer = desk.post(f"{EDITOR}logo/", {"logo": broken}, follow=True)

    assert "damaged or incomplete" in answer.content.decode()


def test_a_page_is_written_changed_and_removed(desk: Client, kopi: Store):
    desk.post(f"{EDITOR}pages/new/", {"title": "Ukuran", "body": "S", "kind": "TEXT", "is_published": "on"})
    with context.in_store(kopi):
        page = Page.objects.get(slug="ukuran")

    desk.post(f"{EDITOR}pages/{page.public_id}/", {"title": "Panduan", "kind": "TEXT"})
    with context.in_store(kopi):
        assert Page.objects.filter(title="Panduan", slug="ukuran", is_published=False).exists()
    desk.post(f"{EDITOR}pages/{page.public_id}/remove/")

    with context.in_store(kopi):
        assert not Page.objects.filter(slug="ukuran").exists()


def test_a_page_without_a_title_comes_back_with_its_text(desk: Client):
    answer = desk.post(f"{EDITOR}pages/new/", {"title": "", "body": "Kemeja S", "kind": "TEXT"})

    assert answer.status_code == 422
    assert "Kemeja S" in answer.content.decode()


def test_what_is_typed_is_shown_as_text_never_as_markup(desk: Client):
    answer = desk.post(f"{EDITOR}pages/shown/", {"body": "## Hai\n<script>x</script>"}).content.decode()

    assert "Hai</h2>" in answer
    assert "&lt;script&gt;" in answer


def test_pages_are_ordered(desk: Client, kopi: Store):
    with context.in_store(kopi):
        ids = list(Page.objects.order_by("-position").values_list("public_id", flat=True))

    assert desk.post(f"{EDITOR}pages/order/", {"order": ids}).status_code == 204

    with context.in_store(kopi):
        assert list(Page.objects.order_by("position").values_list("public_id", flat=True)) == ids


def test_the_list_of_pages_asks_the_same_however_many_there_are(
    desk: Client, kopi: Store, django_assert_num_queries: DjangoAssertNumQueries
):
    desk.get(f"{EDITOR}pages/")
    with django_assert_num_queries(2):
        desk.get(f"{EDITOR}pages/")


@pytest.mark.parametrize("path", ["", "pages/", "pages/new/", "products/"])
def test_who_may_not_edit_the_shop_sees_none_of_it(
    member: Callable[[str], User], tono: User, dashboard: Callable[..., Client], path: str
):
    assert dashboard(member(Role.WAREHOUSE)).get(EDITOR + path).status_code == 403
    assert dashboard(tono).get(EDITOR + path).status_code == 302


def test_a_page_of_the_other_store_is_not_there(desk: Client, batik: Store):
    with context.in_store(batik):
        Page.objects.filter(slug="kontak").update(public_id="pag_only_in_batik")

    assert desk.get(f"{EDITOR}pages/pag_only_in_batik/").status_code == 404
    assert desk.post(f"{EDITOR}pages/pag_only_in_batik/remove/").status_code == 404
