"""Files of products: checked without a trace, then taken over whole, whoever is killed meanwhile."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.catalog import selectors
from core.catalog import services as catalog
from core.catalog.invariants import cards_repeat_variants
from core.catalog.models import ImportState, Product, ProductImport, Variant
from core.catalog.services import imports
from core.kernel import audit
from core.kernel.errors import InvalidInput
from tenants import entitlements, work
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, make_shirt
from tests.factories.sheets import workbook

pytestmark = pytest.mark.usefixtures("store")

HEAD = ["Handle", "Title", "Description", "Category", "Brand", "Tags", "Status", "Option1 name"]
HEAD += ["Option1 value", "SKU", "Price", "Weight (gram)"]
SHIRTS = [
    [
        "kaus",
        "Kaus Polos",
        "Adem",
        "",
        "Rumah Kaus",
        "katun, baru",
        "active",
        "Ukuran",
        "S",
        "K-S",
        "75.000",
        "200",
    ],
    ["kaus", "", "", "", "", "", "", "", "M", "K-M", "Rp 80.000", "210"],
    ["topi", "Topi", "", "", "rumah kaus", "", "", "", "", "", "", ""],
]


def _csv(rows: list[list[str]], head: list[str] = HEAD, separator: str = ",") -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([head, *rows])
    return SimpleUploadedFile("barang.csv", out.getvalue().encode())


def _checked(rows: list[list[str]], **more: object) -> ProductImport:
    brought = catalog.bring_products(upload=_csv(rows, **more), actor=SYSTEM)  # type: ignore[arg-type]
    work.work_until_idle()
    brought.refresh_from_db()
    return brought


def _imported(rows: list[list[str]]) -> ProductImport:
    brought = _checked(rows)
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    work.work_until_idle()
    brought.refresh_from_db()
    assert brought.state == ImportState.DONE, brought.trouble
    return brought


def test_checking_counts_and_changes_nothing():
    brought = _checked(SHIRTS)

    assert (brought.state, brought.rows, brought.made, brought.wrong) == ("READY", 4, 2, 0)
    assert not Product.objects.exists()


def test_products_come_with_their_options_prices_brand_and_tags():
    brought = _imported(SHIRTS)

    shirt = Product.objects.get(slug="kaus")
    assert (brought.made, brought.changed, brought.done_rows) == (2, 0, 4)
    assert (shirt.title, shirt.brand.name, shirt.tags) == ("Kaus Polos", "Rumah Kaus", ["katun", "baru"])
    assert (shirt.status, shirt.price_min_amount, shirt.price_max_amount) == ("ACTIVE", 75_000, 80_000)
    rows = shirt.variants.order_by("position").values_list("title", "sku", "price_amount", "weight_grams")
    assert list(rows) == [("S", "K-S", 75_000, 200), ("M", "K-M", 80_000, 210)]
    assert Product.objects.get(slug="topi").brand_id == shirt.brand_id
    assert list(cards_repeat_variants()) == []


@pytest.mark.parametrize("typed", ["polos", "K-M", "rumah kaus", "adem"])
def test_imported_products_are_found_as_if_they_had_been_typed(typed: str):
    _imported(SHIRTS)

    assert [card.slug for card in selectors.product_cards(query=typed).cards] == ["kaus"]


def test_what_an_import_writes_is_what_the_editor_writes():
    make_category("Batik")
    _imported(
        [["satu", "Kemeja Mega", "Halus", "batik", "Mega", "baru", "active", "", "", "X-1", "1000", "5"]]
    )
    words = Product.objects.values_list("search_text", "search_vector").get(slug="satu")
    product = Product.objects.get(slug="satu")

    catalog.update_product(product_id=product.pk, changes={"title": product.title}, actor=SYSTEM)

    assert Product.objects.values_list("search_text", "search_vector").get(slug="satu") == words


def test_an_empty_cell_keeps_what_is_there():
    product = make_product("Kopi Gayo", price_amount=85_000, description="Dari Takengon", tags=["arabika"])
    sku = product.variants.get().sku

    brought = _imported([["kopi-gayo", "", "", "", "", "", "", "", "", sku, "90000", ""]])

    product.refresh_from_db()
    assert (brought.made, brought.changed) == (0, 1)
    assert (product.title, product.description, product.tags) == ("Kopi Gayo", "Dari Takengon", ["arabika"])
    assert (product.price_min_amount, product.variants.get().weight_grams) == (90_000, 250)
    assert list(cards_repeat_variants()) == []


def test_a_combination_that_was_not_there_is_added_and_none_is_lost():
    shirt = make_product("Kaus", options=[("Ukuran", ["S", "M"])])

    _imported([["kaus", "", "", "", "", "", "", "ukuran", "XL", "K-XL", "99000", ""]])

    titles = shirt.variants.filter(retired_at=None).order_by("position").values_list("title", "sku")
    assert list(titles) == [("S", "KAUS-S"), ("M", "KAUS-M"), ("XL", "K-XL")]
    assert list(cards_repeat_variants()) == []


def test_the_same_file_twice_changes_nothing_the_second_time():
    _imported(SHIRTS)
    before = list(Variant.objects.order_by("pk").values())

    again = _imported(SHIRTS)

    assert (again.made, again.changed) == (0, 2)
    assert list(Variant.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({1: ""}, "title"),
        ({3: "Tidak ada"}, "category"),
        ({6: "on sale"}, "status"),
        ({6: "active", 10: ""}, "price"),
        ({10: "murah"}, "price"),
        ({11: "-5"}, "weight (gram)"),
        ({9: "TAKEN"}, "sku"),
        ({0: "!!!", 1: ""}, "handle"),
        ({1: "x" * 151}, "title"),
        ({7: "Ukuran", 8: ""}, "option1 value"),
    ],
)
def test_a_wrong_cell_is_named_and_its_product_left_out(changed: dict[int, str], column: str):
    make_product("Lain", variants=[{"sku": "TAKEN", "price_amount": 1}])
    row = ["satu", "Satu", "", "", "", "", "", "", "", "S-1", "1000", ""]
    wrong = [changed.get(at, cell) for at, cell in enumerate(row)]

    brought = _imported([wrong, ["dua", "Dua", *[""] * 10]])

    assert (brought.made, brought.wrong) == (1, 1)
    assert (2, column) in [(row, name) for row, name, _message in brought.errors]
    assert set(Product.objects.values_list("slug", flat=True)) == {"lain", "dua"}


def test_a_sku_twice_in_one_file_is_refused_the_second_time():
    rows = [["satu", "Satu", *[""] * 7, "S-1", "1", ""], ["dua", "Dua", *[""] * 7, "S-1", "1", ""]]

    brought = _imported(rows)

    assert [(row, column) for row, column, _message in brought.errors] == [(3, "sku")]
    assert list(Product.objects.values_list("slug", flat=True)) == ["satu"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_files_of_other_countries_are_read(separator: str):
    assert _checked(SHIRTS, separator=separator).made == 2


def test_an_old_alphabet_is_read():
    file = SimpleUploadedFile("b.csv", "Title,Price\nCafé Crème,1000\n".encode("cp1252"))
    brought = catalog.bring_products(upload=file, actor=SYSTEM)
    work.work_until_idle()
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    work.work_until_idle()

    assert Product.objects.get().title == "Café Crème"


def test_a_workbook_is_read():
    brought = catalog.bring_products(upload=workbook([HEAD, *SHIRTS]), actor=SYSTEM)
    work.work_until_idle()
    brought.refresh_from_db()

    assert (brought.state, brought.made, brought.errors) == ("READY", 2, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.csv", b""),
        ("b.csv", b"\0\1\2\3"),
        ("b.csv", b"Harga\n5\n"),
        ("b.csv", b"Title,Title\na,b\n"),
        ("b.xlsx", b"no workbook"),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes):
    brought = catalog.bring_products(upload=SimpleUploadedFile(name, content), actor=SYSTEM)
    work.work_until_idle()
    brought.refresh_from_db()

    assert (brought.state, bool(brought.trouble)) == ("REFUSED", True)
    assert not default_storage.exists(brought.path)


def test_a_workbook_that_unpacks_without_end_is_refused():
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/a.xml", "w") as member,
    ):
        for _ in range(600):
            member.write(b"\0" * 1_000_000)
    brought = catalog.bring_products(upload=SimpleUploadedFile("b.xlsx", packed.getvalue()), actor=SYSTEM)
    work.work_until_idle()
    brought.refresh_from_db()

    assert brought.state == ImportState.REFUSED


def test_another_kind_of_file_is_refused_at_once():
    with pytest.raises(InvalidInput):
        catalog.bring_products(upload=SimpleUploadedFile("b.pdf", b"x"), actor=SYSTEM)

    assert not ProductImport.objects.exists()


def test_a_file_is_taken_over_once():
    brought = _imported(SHIRTS)

    with pytest.raises(catalog.ImportNotReady):
        catalog.start_import(public_id=brought.public_id, actor=SYSTEM)


def test_the_plan_ends_an_import_and_what_was_written_stays(store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "CHUNK_ROWS", 1)
    entitlements.grant(store, {**store.entitlements, "products": 1})
    brought = _checked([["satu", "Satu", *[""] * 10], ["dua", "Dua", *[""] * 10]])
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    work.work_until_idle()
    brought.refresh_from_db()

    assert (brought.state, brought.made) == ("REFUSED", 1)
    assert list(Product.objects.values_list("slug", flat=True)) == ["satu"]


def test_a_run_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "CHUNK_ROWS", 1)
    brought = _checked(SHIRTS)
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    with monkeypatch.context() as killed:
        killed.setattr(imports.work, "report", lambda done, total: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.take_over.now(import_id=brought.pk)
    assert list(Product.objects.values_list("slug", flat=True)) == ["kaus"]

    imports.take_over.now(import_id=brought.pk)

    brought.refresh_from_db()
    assert (brought.state, brought.made, Product.objects.count()) == ("DONE", 2, 2)


def test_a_file_that_nobody_imports_is_forgotten_after_a_week():
    old, new = _checked(SHIRTS), _checked(SHIRTS)
    ProductImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))

    assert catalog.forget_imports(now=timezone.now()) == 1

    states = list(ProductImport.objects.order_by("pk").values_list("state", flat=True))
    assert states == [ImportState.REFUSED, ImportState.READY]
    assert [default_storage.exists(each.path) for each in (old, new)] == [False, True]


def test_the_log_names_who_imported_what():
    brought = _imported(SHIRTS)

    told = audit.history("product_import", brought.public_id).order_by("pk")
    assert [entry.action for entry in told] == ["product_import.started", "product_import.chunk"]
    assert told[1].changes == {"made": ["kaus", "topi"], "changed": []}


def _queries_of(many: int) -> int:
    rows = [
        [f"p-{many}-{n}", f"P {n}", *[""] * 5, "Ukuran", s, "", "5", ""] for n in range(many) for s in "SM"
    ]
    brought = _checked(rows)
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    with CaptureQueriesContext(connection) as asked:
        imports.take_over.now(import_id=brought.pk)
    return len(asked)


def test_an_import_asks_as_often_for_many_products_as_for_few():
    _queries_of(1)

    assert _queries_of(60) == _queries_of(2)


def test_a_shirt_of_many_colours_keeps_its_matrix():
    shirt = make_shirt()

    head = [*HEAD, "Option2 name", "Option2 value"]
    row = ["kemeja-mega", *[""] * 6, "Warna", "Merah", "", "70000", "", "Ukuran", "XL"]
    brought = _checked([row], head=head)
    catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
    work.work_until_idle()

    assert shirt.variants.filter(retired_at=None).count() == 7
    assert shirt.variants.get(title="Merah / XL").price_amount == 70_000
