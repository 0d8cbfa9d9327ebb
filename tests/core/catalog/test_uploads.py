"""Pictures on the seller's pages: one tile per file, a reason per refusal, order, words, removal."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from core.catalog import services
from core.catalog.models import Media, Product
from tenants import entitlements
from tenants.models import Store, User
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, make_shirt, picture_file

pytestmark = pytest.mark.usefixtures("store")
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari at her pictures."""
    return dashboard(sari)


def send(browser: Client, product: Product, *files: object, **headers: str):
    return browser.post(f"/products/{product.public_id}/pictures/upload/", {"photos": list(files)}, **headers)


def bomb() -> SimpleUploadedFile:
    """A PNG of 50,000 by 50,000 pixels in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 6_251)) + chunk(b"IEND", b"")
    return SimpleUploadedFile("bomb.png", content, content_type="image/png")


def gif(frames: int) -> SimpleUploadedFile:
    content = BytesIO()
    first, *others = [Image.new("P", (8, 8), n % 256) for n in range(frames)]
    first.save(content, "GIF", save_all=True, append_images=others)
    return SimpleUploadedFile("lots.gif", content.getvalue(), content_type="image/gif")


def test_a_script_gets_a_tile_that_asks_again_until_its_sizes_are_there(browser: Client):
    product = make_product()

    waiting = send(browser, product, picture_file(), **SCRIPT).content.decode()
    media = Media.objects.get()
    services.render_media(media_id=media.pk)
    ready = browser.get(f"/products/pictures/{media.public_id}/").content.decode()

    assert f'id="tile-{media.public_id}"' in waiting and "every 2s" in waiting
    assert "/media/products/" in ready and "every 2s" not in ready


def test_pictures_are_shown_from_the_storefronts_host_and_the_page_allows_it(browser: Client):
    product = make_product()
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)
    services.render_media(media_id=media.pk)

    answer = browser.get(f"/products/{product.public_id}/")

    origin = answer.context["storefront_url"]
    assert f'src="{origin}/media/products/' in answer.content.decode()
    assert origin in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("x.jpg", b"not a picture", content_type="image/jpeg"),
        SimpleUploadedFile(
            "x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"
        ),
        SimpleUploadedFile("x.png", b"%!PS-Adobe-3.0 EPSF-3.0", content_type="image/png"),
        bomb(),
    ],
    ids=["text", "svg", "eps", "bomb"],
)
def test_a_refusal_is_a_short_text_for_the_person(browser: Client, file: SimpleUploadedFile):
    answer = send(browser, make_product(), file, **SCRIPT)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/plain")
    assert 10 < len(answer.content.decode()) < 300
    assert not Media.objects.exists()


def test_a_thousand_frames_do_no_harm(browser: Client):
    answer = send(browser, make_product(), gif(1_000), **SCRIPT)

    assert answer.status_code in {200, 422}


def test_a_full_plan_says_so_in_megabytes(browser: Client, store: Store):
    entitlements.grant(store, {"products": None, "storage_bytes": 3})

    answer = send(browser, make_product(), picture_file(), **SCRIPT)

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/plain")
    assert "3\xa0b" in answer.content.decode()
    assert not Media.objects.exists()


def test_without_a_script_the_good_ones_are_kept_and_the_others_named(browser: Client):
    product = make_product()
    bad = SimpleUploadedFile("rusak.jpg", b"x", content_type="image/jpeg")

    answer = send(browser, product, picture_file(), bad, picture_file(colour="#123456"))
    page = browser.get(answer.url).content.decode()

    assert product.media.count() == 2
    assert "rusak.jpg" in page


def test_pictures_are_ordered_described_and_removed(browser: Client):
    product = make_product()
    first, second = (
        services.add_media(product_id=product.pk, upload=picture_file(colour=colour), actor=SYSTEM)
        for colour in ("#112233", "#445566")
    )

    ordered = browser.post(
        f"/products/{product.public_id}/pictures/order/",
        {"order": [second.public_id, first.public_id]},
        **SCRIPT,
    )
    browser.post(f"/products/pictures/{second.public_id}/describe/", {"alt_text": "Tampak depan"}, **SCRIPT)
    browser.post(f"/products/pictures/{first.public_id}/remove/", **SCRIPT)

    assert ordered.status_code == 204
    assert list(product.media.values_list("public_id", "alt_text")) == [(second.public_id, "Tampak depan")]


def test_a_description_that_cannot_be_shown_is_refused(browser: Client):
    media = services.add_media(product_id=make_product().pk, upload=picture_file(), actor=SYSTEM)

    answer = browser.post(f"/products/pictures/{media.public_id}/describe/", {"alt_text": "a\x00b"}, **SCRIPT)

    media.refresh_from_db()
    assert (answer.status_code, media.alt_text) == (422, "")


def test_pictures_of_another_product_are_not_put_into_order(browser: Client):
    product, other = make_product(), make_product()
    foreign = services.add_media(product_id=other.pk, upload=picture_file(), actor=SYSTEM)

    answer = browser.post(
        f"/products/{product.public_id}/pictures/order/", {"order": [foreign.public_id]}, **SCRIPT
    )

    assert answer.status_code == 422


def test_a_picture_is_tied_to_a_colour_on_its_tile(browser: Client):
    product = make_shirt()
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)

    page = browser.post(
        f"/products/pictures/{media.public_id}/show/", {"shows": "Warna: Merah"}, HTTP_HX_REQUEST="true"
    )

    assert 'value="Warna: Merah" selected' in page.content.decode()
    assert product.variants.filter(image=media).count() == 3


def test_a_colour_that_is_gone_ties_nothing(browser: Client):
    product = make_shirt()
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)

    answer = browser.post(f"/products/pictures/{media.public_id}/show/", {"shows": "Warna: Ungu"})

    assert answer.status_code == 422
    assert not product.variants.exclude(image=None).exists()


def test_a_product_of_one_variant_asks_nothing_about_its_pictures(browser: Client):
    product = make_product()
    services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)

    assert 'name="shows"' not in browser.get(f"/products/{product.public_id}/").content.decode()
