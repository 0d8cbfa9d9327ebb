"""One product comes back from a backup, and nothing else moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from core.catalog import services as catalog
from core.catalog.models import Media, MediaState, OptionValue, Product, Variant
from core.catalog.services.naming import SkuTaken
from core.kernel.errors import NotFound
from core.kernel.models import AuditEntry
from tenants import context
from tenants.archive import backups, places, single
from tenants.models import Store, StoreArchive
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, make_shirt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_stays(kopi: Store, settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR = tmp_path / "backups"
    yield
    StoreArchive.objects.all().delete()


@pytest.fixture
def shirt(kopi: Store) -> Product:
    """A shirt in sizes and colours, with a picture."""
    with context.in_store(kopi):
        product = make_shirt("Kemeja Mega")
        key = f"{kopi.uid}/originals/shirt.jpg"
        places.keep_media("originals/shirt.jpg", ContentFile(b"a shirt"))
        media = Media.objects.create(
            product=product, public_id="med_shirt", original=key, state=MediaState.READY
        )
        Product.objects.filter(pk=product.pk).update(cover=media)
        return product


@pytest.fixture
def backup(shirt: Product, kopi: Store) -> StoreArchive:
    return backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now())


def bring_back(store: Store, backup: StoreArchive, product: Product) -> None:
    single.bring_back(store=store, archive=backup, kind="product", thing_id=product.public_id, actor=SYSTEM)


def facts_of(product: Product) -> dict[str, object]:
    fresh = Product.objects.get(pk=product.pk)
    return {
        "title": fresh.title,
        "slug": fresh.slug,
        "prices": (fresh.price_min_amount, fresh.price_max_amount),
        "count": fresh.variant_count,
        "options": [
            (
                option.name,
                [value.value for value in option.values.filter(is_active=True).order_by("position")],
            )
            for option in fresh.options.order_by("position")
        ],
        "variants": sorted(
            fresh.variants.filter(retired_at=None).values_list(
                "pk", "public_id", "sku", "price_amount", "title"
            )
        ),
        "cover": fresh.cover_id,
    }


def test_a_product_is_again_what_it_was(shirt: Product, backup: StoreArchive, kopi: Store):
    with context.in_store(kopi):
        before, other = facts_of(shirt), make_product("Made since")
        catalog.update_product(product_id=shirt.pk, changes={"title": "x", "tags": ["y"]}, actor=SYSTEM)
        catalog.set_options(product_id=shirt.pk, options=[("Ukuran", ["XXL"])], actor=SYSTEM)
        Variant.objects.filter(product=shirt, retired_at=None).update(price_amount=1)

    bring_back(kopi, backup, shirt)

    with context.in_store(kopi):
        assert facts_of(shirt) == before
        assert Product.objects.filter(pk=other.pk).exists()
        assert AuditEntry.objects.latest("pk").action == "product.brought_back"
        assert not OptionValue.objects.filter(value__contains="~").exists()


def test_a_product_that_is_gone_comes_back_with_its_pictures(
    shirt: Product, backup: StoreArchive, kopi: Store
):
    with context.in_store(kopi):
        before = facts_of(shirt)
        Product.objects.update(cover=None)
        Variant.objects.filter(product=shirt).delete()
        Product.objects.filter(pk=shirt.pk).delete()
        places.drop_media()

    bring_back(kopi, backup, shirt)

    with context.in_store(kopi):
        assert facts_of(shirt) == before
        assert places.open_media("originals/shirt.jpg").read() == b"a shirt"


def test_a_sku_that_another_variant_has_by_now_stands_in_the_way(
    shirt: Product, backup: StoreArchive, kopi: Store
):
    with context.in_store(kopi):
        first = Variant.objects.filter(product=shirt).order_by("pk")[0]
        sku = first.sku
        Variant.objects.filter(pk=first.pk).update(sku="OTHER")
        Variant.objects.filter(product=make_product("Taker")).update(sku=sku)
        before = facts_of(shirt)

    with pytest.raises(SkuTaken):
        bring_back(kopi, backup, shirt)

    with context.in_store(kopi):
        assert facts_of(shirt) == before


def test_what_is_gone_or_changed_is_found_first(shirt: Product, backup: StoreArchive, kopi: Store):
    with context.in_store(kopi):
        catalog.update_product(product_id=shirt.pk, changes={"title": "x"}, actor=SYSTEM)

    found = single.find(store=kopi, archive=backup, kind="product", words="mega")

    assert [(each.id, each.title) for each in found] == [(shirt.public_id, "Kemeja Mega")]
    assert single.find(store=kopi, archive=backup, kind="product", words="nothing so") == []


def test_what_is_not_in_the_backup_is_not_found(backup: StoreArchive, kopi: Store):
    with context.in_store(kopi):
        newer = make_product("Made since")

    with pytest.raises(NotFound):
        bring_back(kopi, backup, newer)
    with pytest.raises(single.NoSuchThing):
        single.find(store=kopi, archive=backup, kind="secret", words="")
