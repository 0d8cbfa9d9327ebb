"""Once a day, files that no row names are removed; all others stay."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from core.catalog.models import Media
from core.kernel import files
from tenants import context, meters, schemas, work
from tenants.archive import orphans, places
from tenants.models import ArchiveKind, Restoration, Store, StoreArchive
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db(transaction=True)
Put = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def put(settings) -> Put:
    """Lay a file into a store, as old as is asked for."""

    def lay(store: Store, *, hours: int = 25, name: str = "") -> str:
        with context.in_store(store):
            key = f"{store.uid}/{name}" if name else files.new_key("originals", ".jpg")
            places.keep_media(key.partition("/")[2], ContentFile(b"picture"))
        then = (timezone.now() - timedelta(hours=hours)).timestamp()
        os.utime(Path(settings.MEDIA_ROOT) / key, (then, then))
        return key

    return lay


def left(store: Store) -> set[str]:
    with context.in_store(store):
        return {f"{store.uid}/{name}" for name in places.media_names()}


def test_a_file_that_no_row_names_is_removed_and_nothing_else(kopi: Store, batik: Store, put: Put):
    lost, named, young = put(kopi), put(kopi), put(kopi, hours=23)
    foreign, strange = put(batik), put(kopi, name="theme/hand-made.css")
    with context.in_store(kopi):
        Media.objects.create(public_id="a", product=make_product(), original=named, content_hash="h")

    assert orphans.sweep(kopi, now=timezone.now()) == (1, 7)

    assert left(kopi) == {named, young, strange}
    assert lost not in left(kopi)
    assert left(batik) == {foreign}


def test_any_column_of_any_table_names_a_file(kopi: Store, put: Put):
    drawn, looked = put(kopi), put(kopi)
    with context.in_store(kopi):
        product = make_product(description=f"see /media/{looked.partition('/')[2]}")
        drawings = {"webp": [{"key": drawn, "width": 320}]}
        Media.objects.create(
            public_id="a", product=product, original="", content_hash="h", renditions=drawings
        )

    assert orphans.sweep(kopi, now=timezone.now()) == (0, 0)
    assert left(kopi) == {drawn, looked}


@pytest.fixture
def aside(kopi: Store) -> Iterator[str]:
    """What kopi was before it went back to a backup, put aside."""
    name = schemas.new_schema_name()
    schemas.make(name)
    schemas.furnish(name)
    archive = StoreArchive.objects.create(store=kopi, store_uid=kopi.uid, kind=ArchiveKind.BACKUP)
    Restoration.objects.create(store=kopi, archive=archive, kept_schema=name, state="DONE")
    yield name
    Restoration.objects.all().delete()
    StoreArchive.objects.all().delete()
    schemas.drop(name)


def test_what_was_put_aside_still_names_its_files(kopi: Store, put: Put, aside: str):
    key = put(kopi)
    with schemas.inside(aside), schemas.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_savedview (public_id, name, query, created_at) VALUES ('a', 'a', %s, now())",
            [key],
        )

    assert orphans.sweep(kopi, now=timezone.now()) == (0, 0)
    assert left(kopi) == {key}


def test_what_a_waiting_duty_names_stays(kopi: Store, put: Put):
    key = put(kopi)
    with context.in_store(kopi):
        work.register("tests.read_file", lambda key: None)
        work.enqueue("tests.read_file", {"key": key}, run_at=timezone.now() + timedelta(hours=1))

    assert orphans.sweep(kopi, now=timezone.now()) == (0, 0)


def test_the_nightly_turn_counts_and_tells(kopi: Store, put: Put, caplog: pytest.LogCaptureFixture):
    put(kopi)
    before = meters.ORPHAN_FILES._value.get()

    with context.in_store(kopi):
        orphans.remove_from_store()

    assert meters.ORPHAN_FILES._value.get() == before + 1
    assert "removed 1 files that no row names, 7 bytes" in caplog.text
