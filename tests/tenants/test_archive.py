"""A whole store in one file, and the same store again out of it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from core.catalog.models import Product
from core.kernel import audit_chain
from core.payments.models import PaymentMethod
from tenants import breaches, context, schemas, structure
from tenants.archive import importing, loading, manifest, places, writing
from tenants.models import Membership, Role, Store, StoreState, User
from tenants.permissions import SYSTEM
from tenants.provisioning import SlugTaken
from tests.canaries import CANARY
from tests.factories.catalog import make_product
from tests.factories.orders import placed_order

# The snapshot is taken through a connection of its own, which sees what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path) -> None:
    """What is counted here is what is made here."""
    settings.MEDIA_ROOT = tmp_path / "media"


def quietly(done: int, total: int, note: str) -> None:
    """Nobody is watching."""


@pytest.fixture
def filled(kopi: Store) -> Store:
    """Kopi with goods, an order and a picture."""
    with context.in_store(kopi):
        make_product(title='Kopi "Senja" @store/ \\ é', description=f'{kopi.uid}/ and "@store/x"')
        placed_order()
        places.keep_media("products/a/one.webp", ContentFile(b"picture one"))
        places.keep_media("originals/two.jpg", ContentFile(b"picture two" * 1000))
    return kopi


@pytest.fixture
def archive(filled: Store, tmp_path: Path) -> Path:
    path = tmp_path / "kopi.zip"
    writing.write_zip(path, filled, now=timezone.now(), tell=quietly)
    return path


def bring(path: Path, owner: User, slug: str = "kopi-dua") -> Store:
    return importing.import_store(
        path, owner=owner, slug=slug, actor=SYSTEM, now=timezone.now(), tell=quietly
    )[0]


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """The archive with one file of it changed."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == member else content)
    return other


def test_an_archive_says_what_is_in_it(archive: Path, filled: Store):
    with zipfile.ZipFile(archive) as file:
        found = loading.manifest_of(file)
        names = set(file.namelist())
        orders = file.read("tables/orders_order.ndjson").decode().splitlines()

    assert (found.format, found.version) == ("smartseller-archive", 1)
    assert found.store["slug"] == "kopi"
    assert found.schema["fingerprint"] == structure.fingerprint(filled.schema_name)
    assert found.tables["orders_order"].rows == len(orders) == 1
    assert found.tables["orders_order"].sums["total_amount"] == json.loads(orders[0])["total_amount"]
    assert found.media == {"files": 2, "bytes": 11 + 11_000}
    assert {"README.txt", "store.json", "media/originals/two.jpg"} <= names


def test_secrets_and_their_chain_stay_at_home_and_are_named(archive: Path):
    with zipfile.ZipFile(archive) as file:
        found = loading.manifest_of(file)
        methods = [
            json.loads(line) for line in file.read("tables/payments_paymentmethod.ndjson").splitlines()
        ]

    gone = {(gap["table"], gap["column"]) for gap in found.left_out}
    assert {("payments_paymentmethod", "credentials"), ("kernel_audithead", "")} <= gone
    assert {method["credentials"] for method in methods} == {""}
    assert "kernel_auditlink" not in found.tables


def test_nothing_of_another_store_is_in_an_archive(archive: Path, batik: Store):
    with zipfile.ZipFile(archive) as file:
        everything = b"".join(file.read(name) for name in file.namelist()).decode(errors="replace")

    assert CANARY.lower() not in everything.lower()
    assert str(batik.uid) not in everything
    assert batik.schema_name not in everything


def test_a_store_comes_out_as_it_went_in(archive: Path, filled: Store, sari: User, tmp_path: Path):
    store = bring(archive, sari)

    assert store.state == StoreState.ACTIVE
    assert Membership.objects.get(store=store).role == Role.OWNER
    assert structure.lines(store.schema_name) == structure.lines(filled.schema_name)
    again = tmp_path / "again.zip"
    writing.write_zip(again, store, now=timezone.now(), tell=quietly)
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(again) as two:
        before, after = loading.manifest_of(one), loading.manifest_of(two)
        assert one.read("media.ndjson") == two.read("media.ndjson")
    differing = {name for name in before.tables if before.tables[name] != after.tables[name]}
    assert differing <= {"kernel_auditentry"}, "only the log has grown by the arrival"
    assert after.tables["kernel_auditentry"].rows == before.tables["kernel_auditentry"].rows + 1


def test_a_store_that_came_is_whole_and_its_log_is_chained(archive: Path, sari: User):
    store = bring(archive, sari)

    with context.in_store(store):
        assert list(audit_chain.broken_links()) == []
        assert audit_chain.length() > 0
        assert sorted(places.media_names()) == ["originals/two.jpg", "products/a/one.webp"]
        assert not PaymentMethod.objects.exclude(credentials="").exists()
    assert breaches.check_platform() == []


def test_texts_that_look_like_file_keys_survive(archive: Path, filled: Store, sari: User):
    store = bring(archive, sari)

    with context.in_store(store):
        product = Product.objects.get(title__contains="Senja")
        assert product.title == 'Kopi "Senja" @store/ \\ é'
        assert product.description == f'{store.uid}/ and "@store/x"'


def test_identity_is_kept_where_nobody_has_it(archive: Path, filled: Store, sari: User):
    uid = filled.uid
    Store.objects.filter(pk=filled.pk).update(uid="00000000-0000-4000-8000-000000000001")
    try:
        assert bring(archive, sari).uid == uid
    finally:
        Store.objects.filter(slug="kopi-dua").update(uid="00000000-0000-4000-8000-000000000002")
        Store.objects.filter(pk=filled.pk).update(uid=uid)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("tables/orders_order.ndjson", lambda content: content.replace(b"SO-", b"XX-")),
        ("tables/orders_order.ndjson", lambda content: content + content),
        ("tables/catalog_product.ndjson", lambda _content: b""),
        ("media/originals/two.jpg", lambda content: content + b"x"),
        ("manifest.json", lambda _content: b"{}"),
        ("manifest.json", lambda content: content.replace(b'"version": 1', b'"version": 2')),
        ("manifest.json", lambda content: content.replace(b"0001_initial", b"9999_unknown")),
        ("media.ndjson", lambda _content: b"not json\n"),
    ],
)
def test_a_changed_archive_is_refused_and_leaves_nothing(archive: Path, sari: User, member: str, change):
    before = {*Store.objects.values_list("slug", flat=True)}

    with pytest.raises(manifest.NotAnArchive):
        bring(changed(archive, member, change), sari)

    assert {*Store.objects.values_list("slug", flat=True)} == before
    assert breaches.check_platform() == []


def test_a_taken_address_is_refused(archive: Path, sari: User):
    with pytest.raises(SlugTaken):
        bring(archive, sari, slug="batik")

    assert schemas.exists(Store.objects.get(slug="batik").schema_name)
