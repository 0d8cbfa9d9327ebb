"""The store's own texts, its dress, and the reader's language."""

import pytest
from django.test import Client

from storefront import setup, texts
from storefront.models import HomeSection, Page, Theme
from tenants.models import Store

pytestmark = pytest.mark.usefixtures("store")


def test_a_new_store_opens_with_its_texts(shop: Client):
    page = shop.get("/pages/privasi/")

    assert page.status_code == 200
    assert "Kopi Senja menghormati data pribadi Anda" in page.content.decode()


def test_preparing_twice_changes_nothing(kopi: Store):
    Page.objects.filter(slug="kontak").update(title="Hubungi kami")

    setup.prepare(kopi)

    assert Page.objects.get(slug="kontak").title == "Hubungi kami"
    assert (Theme.objects.count(), HomeSection.objects.count(), Page.objects.count()) == (1, 3, 6)


def test_a_hidden_page_is_not_there(shop: Client):
    Page.objects.filter(slug="syarat").update(is_published=False)

    assert shop.get("/pages/syarat/").status_code == 404
    assert "syarat" not in shop.get("/").content.decode()


def test_markup_of_a_seller_stays_text(shop: Client):
    Page.objects.filter(slug="kontak").update(body="## <b>Halo</b>\n- <script>alert(1)</script>")

    page = shop.get("/pages/kontak/").content.decode()

    assert "<h2>&lt;b&gt;Halo&lt;/b&gt;</h2>" in page
    assert "<script>alert" not in page


def test_a_text_is_cut_into_headings_lists_and_paragraphs():
    found = texts.blocks("Halo\napa kabar\n\n## Kabar\n- satu\n- dua\nselesai")

    assert [(block.kind, block.lines) for block in found] == [
        ("paragraph", ("Halo", "apa kabar")),
        ("heading", ("Kabar",)),
        ("list", ("satu", "dua")),
        ("paragraph", ("selesai",)),
    ]


def test_the_language_is_remembered(shop: Client):
    answer = shop.get("/language/en/?next=/pages/kontak/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/pages/kontak/")
    assert shop.get("/pages/kontak/").headers["Content-Language"] == "en"


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_language_switch_leads_to_no_other_site(shop: Client, there: str):
    assert shop.get("/language/en/", {"next": there}).headers["Location"] == "/"


def test_the_stylesheet_says_what_the_seller_chose(shop: Client):
    Theme.objects.update(primary_color="#7a1f3d", corner="SQUARE")

    home = shop.get("/").content.decode()
    url = home.split('href="/theme/')[1].split('"')[0]
    sheet = shop.get(f"/theme/{url}")

    assert sheet.content == (
        b":root{--seller-primary:#7a1f3d;--seller-primary-content:#ffffff;--seller-corner:0rem;}\n"
    )
    assert "immutable" in sheet.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["../x.webp", "products/%2e%2e/x.webp", "exports/orders.csv", "products/none.webp", "a%00.webp"]
)
def test_only_public_pictures_of_this_store_are_served(shop: Client, path: str):
    assert shop.get(f"/media/{path}").status_code == 404
