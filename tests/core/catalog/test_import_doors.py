"""Products from a file in the dashboard and by API: one way in, and each mistake named."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.catalog import services as catalog
from core.catalog.models import Product, ProductImport
from tenants import context, work
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM

GOOD = b"Handle,Title,Price\nkopi,Kopi,5000\nteh,Teh,murah\n"


def _file(content: bytes = GOOD, name: str = "barang.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _brought(store: Store) -> ProductImport:
    with context.in_store(store):
        brought = catalog.bring_products(upload=_file(), actor=SYSTEM)
    work.work_until_idle()
    return brought


def test_a_seller_brings_a_file_looks_it_over_and_takes_it_over(
    dashboard: Callable[..., Client], sari: User, kopi: Store
):
    desk = dashboard(sari)
    page = desk.post("/products/imports/bring/", {"file": _file()})
    assert page.status_code == 302
    work.work_until_idle()
    looked = desk.get(page.headers["Location"]).content.decode()
    assert "price" in looked and "/start/" in looked

    desk.post(f"{page.headers['Location']}start/")
    work.work_until_idle()

    with context.in_store(kopi):
        assert list(Product.objects.values_list("slug", "price_min_amount")) == [("kopi", 5000)]
    rows = desk.get(f"{page.headers['Location']}mistakes.csv").content.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("3,price,")


def test_the_state_alone_answers_a_script(dashboard: Callable[..., Client], sari: User, kopi: Store):
    brought = _brought(kopi)

    piece = dashboard(sari).get(f"/products/imports/{brought.public_id}/", headers={"HX-Request": "true"})

    assert piece.content.decode().strip().startswith('<div id="state"')


@pytest.mark.parametrize("file", [None, _file(name="barang.pdf"), _file(b"")])
def test_what_is_no_table_comes_back_with_a_reason(
    dashboard: Callable[..., Client], sari: User, kopi: Store, file: SimpleUploadedFile | None
):
    answer = dashboard(sari).post("/products/imports/bring/", {"file": file} if file else {})

    assert answer.status_code == 422
    with context.in_store(kopi):
        assert not ProductImport.objects.exists()


def test_starting_twice_says_so(dashboard: Callable[..., Client], sari: User, kopi: Store):
    brought = _brought(kopi)
    desk = dashboard(sari)
    path = f"/products/imports/{brought.public_id}/start/"

    assert [desk.post(path).status_code for _ in range(2)] == [302, 409]


def test_another_store_knows_nothing_of_it(
    dashboard: Callable[..., Client], tono: User, kopi: Store, batik: Store
):
    brought = _brought(kopi)
    desk = dashboard(tono, batik)

    assert desk.get(f"/products/imports/{brought.public_id}/").status_code == 404
    assert desk.post(f"/products/imports/{brought.public_id}/start/").status_code == 404
    with context.in_store(kopi):
        assert ProductImport.objects.get().state == "READY"


def test_who_may_only_look_cannot_bring_or_start(
    dashboard: Callable[..., Client], member: Callable[[str], User], kopi: Store
):
    brought = _brought(kopi)
    desk = dashboard(member(Role.WAREHOUSE))

    assert desk.post("/products/imports/bring/", {"file": _file()}).status_code == 403
    assert desk.post(f"/products/imports/{brought.public_id}/start/").status_code == 403
    assert desk.get("/products/imports/").status_code == 200


def test_the_list_asks_as_often_for_many_files_as_for_one(
    dashboard: Callable[..., Client], sari: User, kopi: Store
):
    desk = dashboard(sari)
    _brought(kopi)
    desk.get("/products/imports/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/products/imports/")
    for _ in range(3):
        _brought(kopi)
    with CaptureQueriesContext(connection) as many:
        desk.get("/products/imports/")

    assert len(many) == len(few)


def test_the_example_is_a_file_that_we_take(dashboard: Callable[..., Client], sari: User, kopi: Store):
    example = dashboard(sari).get("/products/imports/template.csv").content
    with context.in_store(kopi):
        brought = catalog.bring_products(upload=_file(example), actor=SYSTEM)
        work.work_until_idle()
        brought.refresh_from_db()

    assert (brought.state, brought.made, brought.errors) == ("READY", 1, [])


def test_a_program_does_the_same(api: Client, kopi: Store):
    sent = api.post("/api/v1/product-imports", {"file": _file()})
    work.work_until_idle()
    one = api.get(f"/api/v1/product-imports/{sent.json()['id']}").json()
    started = api.post(f"/api/v1/product-imports/{one['id']}/start")
    work.work_until_idle()

    assert (sent.status_code, started.status_code, one["state"], one["made"], one["wrong"]) == (
        201, 200, "READY", 1, 1,
    )  # fmt: skip
    assert [(each["row"], each["column"]) for each in one["mistakes"]] == [(3, "price")]
    assert api.get("/api/v1/product-imports").json()["items"][0]["state"] == "DONE"
    assert api.post(f"/api/v1/product-imports/{one['id']}/start").status_code == 409


@pytest.mark.parametrize("path", ["product-imports/imp_none", "product-imports/imp_none/start"])
def test_a_program_is_told_what_is_not_there(api: Client, path: str):
    ask = api.post if path.endswith("start") else api.get

    assert ask(f"/api/v1/{path}").status_code == 404
