"""T-UPL, T-BOMB, T-IMG (A44-A46): what is no picture stays outside, at every door that takes a file."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.catalog import services
from core.catalog.models import Media, Product
from core.shipping.models import ShippingRate
from storefront import selectors as shop_design
from tenants import context
from tenants.models import Store, User
from tests.factories.catalog import make_product, picture_file
from tests.factories.shipping import table_method
from tests.security.uploads import BOMBS, HOSTILE

pytestmark = pytest.mark.usefixtures("store")
MEGABYTE = 1024 * 1024
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def doors(sari: User, dashboard: Callable[..., Client], api: Client) -> dict[str, Callable]:
    """Every door that takes a picture, by name: give it a file, get the answer."""
    browser, product = dashboard(sari), make_product()
    at = f"/products/{product.public_id}/pictures/upload/"
    return {
        "dashboard": lambda file: browser.post(at, {"photos": [file]}, **SCRIPT),
        "dashboard logo": lambda file: browser.post("/storefront/logo/", {"logo": file}, **SCRIPT),
        "api": lambda file: api.post(f"/api/v1/products/{product.public_id}/media", {"file": file}),
        "api logo": lambda file: api.post("/api/v1/theme/draft/logo", {"file": file}),
    }


def kept() -> tuple[int, list[str], str]:
    """What there is of pictures: rows, files and the logo."""
    folder = Path(settings.MEDIA_ROOT)
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    return Media.objects.count(), files, shop_design.latest_design().logo


def test_there_are_forty_and_twelve():
    assert (len(HOSTILE), len(BOMBS)) == (40, 12)


# The editor shows its logo's refusal on the page that it leads back to.
REFUSED = {"dashboard": 422, "api": 422, "dashboard logo": 302, "api logo": 422}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused(name: str, doors: dict[str, Callable]):
    before = kept()
    called, kind, content = HOSTILE[name]
    # Every file at two doors, and every door with many files.
    at = list(HOSTILE).index(name)
    chosen = ("dashboard", "api logo") if at % 2 else ("api", "dashboard logo")

    for door in chosen:
        answer = doors[door](SimpleUploadedFile(called, content, kind))
        assert answer.status_code == REFUSED[door], door

    assert kept() == before


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_go_off(name: str, doors: dict[str, Callable]):
    content, before, process = BOMBS[name](), kept(), psutil.Process()
    used = process.memory_info().rss

    for door in ("dashboard", "api"):
        began = time.monotonic()
        answer = doors[door](SimpleUploadedFile("bomb.png", content, "image/png"))
        assert answer.status_code in {413, 422}, door
        assert time.monotonic() - began < 1 + _patience(), door

    assert process.memory_info().rss - used < 50 * MEGABYTE + 3 * len(content)
    assert kept() == before


def _patience() -> float:
    """A busy machine starts the process that looks at a picture more slowly; a bomb takes minutes."""
    return 2.0 * max(1.0, psutil.getloadavg()[0] / (psutil.cpu_count() or 1))


@pytest.mark.parametrize(
    "name",
    ["../../x.jpg", "/etc/passwd", "..\\..\\x.jpg", "a\x00.jpg", "con", ".htaccess", "x" * 300, "a\r\nb.jpg"],
)
def test_a_files_name_is_forgotten(name: str, doors: dict[str, Callable], kopi: Store):
    file = picture_file()
    file._name = name
    before = set(kept()[1])
    answer = doors["api"](file)

    assert answer.status_code == 201
    (written,) = set(kept()[1]) - before
    root = Path(settings.MEDIA_ROOT) / str(kopi.uid)
    assert Path(written).resolve().is_relative_to(root.resolve())
    assert Path(written).stem.isalnum() and len(Path(written).stem) == 24


TABLES = {
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "xlsx": HOSTILE["xlsx"][2],
    "nothing": b"",
    "only a head": b"region,up,price\n",
    "nul": b"a,b,c\n\x00,1,2\n",
    "utf-16": "a,b\n1,2\n".encode("utf-16"),
    "no numbers": b"a,b,c,d\n,x,y,z\n",
    "huge numbers": b"a,b,c,d,e\n,Semua,1," + b"9" * 400 + b",1\n",
    "negative": b"a,b,c,d,e\n,Semua,1,-5,1\n",
    "formula": b"a,b,c,d,e\n=1+1,Semua,1,5,1\n",
    "a million lines": b"a,b\n" * 120_000,
    "one line without end": b"a," * 240_000,
    "quotes without end": b'a,b\n"' + b"x" * 400_000,
    "half a megabyte": b"x" * 500_001,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_none_changes_nothing(name: str, sari: User, dashboard: Callable[..., Client]):
    method = table_method()
    before = list(ShippingRate.objects.values_list())
    began = time.monotonic()

    file = SimpleUploadedFile("rates.csv", TABLES[name], "text/csv")
    answer = dashboard(sari).post(f"/shipping/{method.public_id}/rates/bring/", {"file": file})

    assert answer.status_code == 422
    assert time.monotonic() - began < 2 + _patience()
    assert list(ShippingRate.objects.values_list()) == before


def test_a_picture_is_served_as_a_picture_and_nothing_else(kopi: Store, shop: Client, doors: dict):
    doors["api"](picture_file())
    services.render_media(media_id=Media.objects.get().pk)
    path = Media.objects.get().renditions["webp"][0]["key"].split("/", 1)[1]
    with context.in_public():
        answer = shop.get(f"/media/{path}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "../x.webp",
        "%2e%2e/x.webp",
        "products/../../x.webp",
        "originals/x.webp",
        "products/x.svg",
        "products/x.html",
        "/etc/passwd",
        "products/x.webp%00.html",
    ],
)
def test_nothing_but_public_pictures_is_served(kopi: Store, shop: Client, path: str):
    with context.in_public():
        assert shop.get(f"/media/{path}").status_code in {404, 400}
