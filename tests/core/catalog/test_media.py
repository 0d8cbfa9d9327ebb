import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from core.catalog import selectors, services
from core.catalog.models import Media, MediaState
from core.kernel.images import ImageRefused
from tenants import entitlements, work
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, make_shirt, picture_file

pytestmark = pytest.mark.usefixtures("store")


def added(product, **more):
    return services.add_media(product_id=product.pk, upload=picture_file(**more), actor=SYSTEM)


def test_a_picture_is_drawn_in_the_background_and_its_original_forgotten():
    product = make_product("Kopi")
    media = added(product)
    original = media.original
    work.work_until_idle()

    media.refresh_from_db()
    product.refresh_from_db()
    assert (media.state, media.original, product.cover_id) == (MediaState.READY, "", media.pk)
    assert set(media.renditions) == {"avif", "webp", "jpeg"}
    picture = selectors.product_page("kopi").pictures[0]
    assert picture.src.startswith("/media/products/") and picture.src.endswith(".jpg")
    assert "320w" in picture.webp and picture.alt == "Kopi"
    assert original.split("/")[1] == "originals"


def test_drawing_twice_changes_nothing():
    media = added(make_product())
    services.render_media(media_id=media.pk)
    media.refresh_from_db()
    before = media.renditions

    services.render_media(media_id=media.pk)
    media.refresh_from_db()
    assert media.renditions == before


def test_the_same_picture_is_kept_once():
    product = make_product()
    assert added(product).pk == added(product).pk


def test_what_is_no_picture_is_refused():
    product = make_product()
    for content in (b"", b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n broken"):
        with pytest.raises(ImageRefused):
            services.add_media(
                product_id=product.pk, upload=SimpleUploadedFile("x.png", content), actor=SYSTEM
            )
    assert not Media.objects.exists()


def test_storage_counts_against_the_plan(store):
    entitlements.grant(store, {"products": None, "storage_bytes": 100})
    product = make_product()

    with pytest.raises(entitlements.LimitReached):
        added(product)
    assert not Media.objects.exists()


def test_the_first_picture_is_the_cover():
    product = make_product()
    first, second = added(product), added(product, colour="#123456")
    for media in (first, second):
        services.render_media(media_id=media.pk)

    services.order_media(product_id=product.pk, order=[second.public_id], actor=SYSTEM)

    product.refresh_from_db()
    assert product.cover_id == second.pk


@pytest.mark.django_db(transaction=False)
def test_a_removed_picture_takes_its_files_along(django_capture_on_commit_callbacks):
    product = make_shirt()
    media = added(product)
    services.render_media(media_id=media.pk)
    media.refresh_from_db()
    key = media.renditions["jpeg"][0]["key"]
    variant = product.variants.first()
    services.edit_variants(
        product_id=product.pk, edits={variant.public_id: {"image": media.public_id}}, actor=SYSTEM
    )

    with django_capture_on_commit_callbacks(execute=True):
        services.remove_media(public_id=media.public_id, actor=SYSTEM)

    variant.refresh_from_db()
    assert variant.image_id is None
    assert not default_storage.exists(key)


def test_a_picture_of_another_product_is_refused():
    mine, other = make_product(), make_product()
    media = added(other)

    with pytest.raises(services.RowsRefused):
        services.edit_variants(
            product_id=mine.pk,
            edits={mine.variants.get().public_id: {"image": media.public_id}},
            actor=SYSTEM,
        )


def test_removing_locks_the_product_before_the_picture_as_ordering_does(django_assert_max_num_queries):
    media = added(make_product())
    with django_assert_max_num_queries(40) as asked:
        services.remove_media(public_id=media.public_id, actor=SYSTEM)

    locked = [query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    assert ['"catalog_product"' in sql.split("WHERE")[0] for sql in locked][:2] == [True, False]


def shown_by(product, media) -> set[str]:
    return set(product.variants.filter(image=media).values_list("title", flat=True))


def test_a_picture_stands_for_the_variants_of_one_value():
    product = make_shirt()
    first, second = added(product), added(product, colour="#205080")
    red = selectors.depicted_of(product).find("Warna: Merah")
    for media in (first, second):
        services.depict_variants(media=media, variant_ids=red.variant_ids, actor=SYSTEM)

    depicted = selectors.depicted_of(product)
    assert shown_by(product, second) == {"Merah / S", "Merah / M", "Merah / L"}
    assert [depicted.key_of(media) for media in (first, second)] == ["", "Warna: Merah"]


def test_choosing_another_value_lets_go_of_the_one_before():
    product = make_shirt()
    media = added(product)
    for key in ("Warna: Merah", "Ukuran: S"):
        chosen = selectors.depicted_of(product).find(key)
        services.depict_variants(media=media, variant_ids=chosen.variant_ids, actor=SYSTEM)

    assert shown_by(product, media) == {"Merah / S", "Biru / S"}


def test_variants_chosen_one_by_one_are_said_to_be_some():
    product = make_shirt()
    media = added(product)
    services.depict_variants(media=media, variant_ids=[product.variants.first().public_id], actor=SYSTEM)

    assert selectors.depicted_of(product).key_of(media) == selectors.MIXED
