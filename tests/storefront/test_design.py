"""A design is drawn, previewed, published and taken back."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.kernel.errors import InvalidInput
from core.kernel.files import key_of
from core.kernel.images import ImageRefused
from storefront import palette, preview, selectors
from storefront import services as shop_design
from storefront.design import Design, Section
from storefront.models import DesignVersion, HomeSection, Theme
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import picture_file

pytestmark = pytest.mark.usefixtures("store")
NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)


def draw(**changes: Any) -> Design:
    return shop_design.save_draft(design=replace(selectors.latest_design(), **changes), now=NOW, actor=SYSTEM)


def publish() -> Design:
    return shop_design.publish(now=NOW, actor=SYSTEM)


def test_a_draft_is_not_shown_to_shoppers(shop: Client):
    draw(announcement="Libur sampai Senin")

    assert selectors.latest_design().announcement == "Libur sampai Senin"
    assert "Libur sampai Senin" not in shop.get("/").content.decode()


def test_publishing_shows_the_draft(shop: Client):
    draw(announcement="Libur sampai Senin", preset="GALERI")

    publish()

    assert selectors.draft() is None
    page = shop.get("/").content.decode()
    assert "Libur sampai Senin" in page
    assert 'data-preset="galeri"' in page


def test_publishing_without_a_draft_is_refused():
    with pytest.raises(shop_design.NothingToPublish):
        publish()


def test_undo_brings_back_what_shoppers_saw_before():
    before = selectors.published_design()
    draw(preset="BERSIH", sections=before.sections[:1])
    publish()

    shop_design.undo(actor=SYSTEM)

    assert selectors.published_design() == before
    assert HomeSection.objects.count() == 3


def test_nothing_can_be_undone_at_first():
    with pytest.raises(shop_design.NothingToUndo):
        shop_design.undo(actor=SYSTEM)


def test_a_discarded_draft_leaves_the_shop_as_it_was():
    before = selectors.published_design()
    draw(preset="BERSIH")

    shop_design.discard_draft(actor=SYSTEM)

    assert selectors.latest_design() == before


def test_only_so_many_designs_are_remembered():
    for number in range(25):
        draw(announcement=f"Nomor {number}")
        publish()

    assert DesignVersion.objects.count() == 20


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preset", ""),
        ("preset", "NEON"),
        ("corner", "sharp"),
        ("primary_color", "red"),
        ("primary_color", "#12345g"),
        ("primary_color", "#ffe08a"),
        ("accent_color", "#7f7f7f"),
        ("announcement", "x" * 121),
        ("announcement", "a\x00b"),
    ],
)
def test_what_could_not_be_shown_is_not_kept(field: str, value: str):
    with pytest.raises(InvalidInput) as wrong:
        draw(**{field: value})

    assert wrong.value.field == field
    assert selectors.draft() is None


@pytest.mark.parametrize("pale", ["#ffe08a", "#ffffff", "#00ff00", "#f5f2ec"])
def test_the_colour_offered_instead_of_a_pale_one_can_be_read(pale: str):
    with pytest.raises(InvalidInput) as wrong:
        palette.checked(pale, field="primary_color", reads_on_white=True)

    offered = wrong.value.message.rstrip(".")[-7:]
    assert palette.checked(offered, field="primary_color", reads_on_white=True) == offered


def test_sections_are_added_until_there_are_too_many():
    for _ in range(9):
        shop_design.add_section(kind="TEXT", now=NOW, actor=SYSTEM)

    with pytest.raises(InvalidInput):
        shop_design.add_section(kind="TEXT", now=NOW, actor=SYSTEM)
    assert len(selectors.latest_design().sections) == 12


def test_a_removed_section_goes_with_the_next_publishing():
    gone = selectors.latest_design().sections[0]

    shop_design.remove_section(section_id=gone.id, now=NOW, actor=SYSTEM)
    publish()

    assert not HomeSection.objects.filter(public_id=gone.id).exists()
    assert HomeSection.objects.count() == 2


def test_sections_keep_their_order_and_their_words():
    first, *rest = selectors.latest_design().sections
    draw(sections=(*rest, replace(first, title="Kopi segar", text="Sangrai Selasa", is_shown=False)))
    publish()

    last = HomeSection.objects.order_by("position").last()

    assert (last.title, last.text, last.is_shown) == ("Kopi segar", "Sangrai Selasa", False)
    assert first.id not in [row.public_id for row in selectors.home_sections()]


def test_a_logo_is_drawn_again_and_waits_for_publishing(shop: Client):
    design = shop_design.put_logo(upload=picture_file(size=(900, 300)), now=NOW, actor=SYSTEM)

    assert (design.logo_width, design.logo_height) == (480, 160)
    assert Theme.objects.get().logo == ""
    publish()
    assert shop.get(f"/media/{design.logo}").headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n", b"%PDF-1.7"])
def test_a_logo_that_is_no_picture_is_refused(content: bytes):
    with pytest.raises(ImageRefused):
        shop_design.put_logo(upload=SimpleUploadedFile("logo.png", content), now=NOW, actor=SYSTEM)

    assert selectors.draft() is None


@pytest.mark.django_db(transaction=True)
def test_a_logo_nobody_shows_any_more_is_deleted(kopi: Store):
    first = shop_design.put_logo(upload=picture_file(), now=NOW, actor=SYSTEM).logo
    second = shop_design.put_logo(upload=picture_file(colour="#123456"), now=NOW, actor=SYSTEM).logo
    publish()

    assert default_storage.exists(key_of(second))
    assert not default_storage.exists(key_of(first))


@pytest.fixture
def address(store: Store) -> str:
    """Path of the preview."""
    return "/" + preview.preview_url().split("/", 3)[3]


@pytest.mark.parametrize("path", ["", "pages/kontak/", "products/", "cart/"])
def test_the_preview_shows_the_draft_on_every_page(shop: Client, address: str, path: str):
    draw(announcement="Libur sampai Senin")

    page = shop.get(address + path).content.decode()

    assert "Libur sampai Senin" in page
    assert f'href="{address}pages/kontak/"' in page


def test_the_preview_has_the_drafts_stylesheet(shop: Client, address: str):
    draw(primary_color="#7a1f3d")

    page = shop.get(address).content.decode()

    (sheet,) = re.findall(rf'href="({address}theme/\w+\.css)"', page)
    assert "#7a1f3d" in shop.get(sheet).content.decode()


def test_only_the_stores_dashboard_may_frame_the_preview(shop: Client, address: str):
    answer = shop.get(address)

    assert "frame-ancestors http://kopi.app.localhost" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert shop.get("/").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["checkout/", "orders/x/", "api/storefront/v1/products", "language/en/"])
def test_nothing_happens_in_a_preview(shop: Client, address: str, path: str):
    assert shop.get(address + path).status_code == 403


def test_nothing_is_sent_to_a_preview(shop: Client, address: str):
    assert shop.post(address + "cart/add/", {"variant": "x"}).status_code == 403


def test_the_token_of_another_store_or_of_nobody_shows_nothing(shop: Client, batik: Store):
    foreign = signing.dumps(str(batik.uid), salt="storefront.preview")

    assert shop.get(f"/preview/{foreign}/").status_code == 403
    assert shop.get(f"/preview/{'x' * 40}/").status_code == 403


def test_links_return_to_normal_after_a_preview(shop: Client, address: str):
    shop.get(address)

    assert "/preview/" not in shop.get("/").content.decode()


def test_a_design_of_an_earlier_release_is_still_read():
    DesignVersion.objects.create(
        state="DRAFT",
        design={"preset": "PASAR", "glow": 1, "sections": [{"id": "sec_1", "kind": "TEXT", "depth": 3}]},
        made_at=NOW,
        actor_name="Sari",
    )

    assert selectors.latest_design() == Design(sections=(Section(id="sec_1", kind="TEXT"),))
