"""`python -m tests.bench.imports`: files of products, from the upload until a shopper finds them.

10,000 products of three variants each, as CSV and as an Excel workbook, by the worker that `make run` starts.
PRODUCTS=100000 VARIANTS=1 brings ten times as many; another store's page is looked at meanwhile.
"""

import csv
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.bench import ground
from tests.bench.client import Link, Pages, load
from tests.bench.report import DATA_DIR, Figure, at_most, p95

PRODUCTS = int(os.environ.get("PRODUCTS") or 10_000)
VARIANTS = int(os.environ.get("VARIANTS") or 3)
LARGE = 50_000
HEAD = ["Handle", "Title", "Description", "Category", "Brand", "Tags", "Status", "Option1 name"]
HEAD += ["Option1 value", "SKU", "Price", "Weight (gram)"]
_SIZES = ["S", "M", "L", "XL", "XXL"]
# What performance.md asks for: seconds of a CSV, of a workbook, and MiB.
MOST = (40.0, 42.0, 400.0) if PRODUCTS > LARGE else (10.0, 11.0, 250.0)


def imports(filled: ground.Filled) -> Iterator[Figure]:
    """Bring both kinds of file into a store of its own each."""
    from tests.bench import filling  # noqa: PLC0415

    page = Pages(lambda number: f"/categories/rak-{number % 20}/?anew=1", "bangku.shop.localhost")
    load(page, clients=1, seconds=1)
    quiet = p95(load(page, clients=1, seconds=3).times)
    # A few seconds say too little about one page of twenty.
    calm = 2 * quiet if PRODUCTS > LARGE else None
    for kind, most in zip(("csv", "xlsx"), MOST, strict=False):
        slug = f"impor-{kind}"
        filling.open_shop(slug)
        file = ground.HOME / f"products.{kind}"
        _write(file, kind)
        name = f"import of {PRODUCTS} products x {VARIANTS}, {kind.upper()}"
        peak = Peak()
        seconds, during = _bring(slug, file, page)
        yield at_most(f"{name}: until they are found", seconds, "s", most=most)
        yield at_most(f"{name}: most memory of the worker", peak.stop(), "MiB", most=MOST[2])
        yield at_most(
            f"{name}: another store's page meanwhile, p95", p95(during), "ms", floor=quiet, most=calm
        )


def _rows() -> Iterator[list[str | int]]:
    from tests.bench.filling import WORDS  # noqa: PLC0415

    for number in range(PRODUCTS):
        title = f"{WORDS[number % len(WORDS)].title()} {number}"
        said = f"{title} dari pengrajin kami, nyaman dipakai dan mudah dirawat."
        facts = [title, said, "Rak", f"Merek {number % 40}", "baru, pilihan", "active"]
        for at in range(VARIANTS):
            size = _SIZES[at] if VARIANTS > 1 else ""
            told = facts if at == 0 else [""] * len(facts)
            option = "Ukuran" if VARIANTS > 1 else ""
            yield [f"p-{number}", *told, option, size, f"I-{number}-{at}", 50_000 + number, 250]


def _write(file: Path, kind: str) -> None:
    if kind == "csv":
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([HEAD, *_rows()])
        return
    from tests.factories.sheets import write_workbook  # noqa: PLC0415

    with file.open("wb") as packed:
        write_workbook(packed, _with_head())


def _with_head() -> Iterator[list[str | int]]:
    yield list(HEAD)
    yield from _rows()


def _bring(slug: str, file: Path, page: Pages) -> tuple[float, list[float]]:
    """Seconds from the upload until the last product is found, and another store's pages meanwhile."""
    from django.core.files.uploadedfile import TemporaryUploadedFile  # noqa: PLC0415

    from core.catalog import services as catalog  # noqa: PLC0415
    from tenants import context  # noqa: PLC0415
    from tenants.models import Store  # noqa: PLC0415
    from tenants.permissions import SYSTEM  # noqa: PLC0415

    store = Store.objects.get(slug=slug)
    upload = TemporaryUploadedFile(file.name, None, file.stat().st_size, None)
    upload.file.write(file.read_bytes())
    upload.seek(0)
    during: list[float] = []
    is_over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(page, during, is_over))
    watcher.start()
    began = time.perf_counter()
    try:
        with context.in_store(store):
            brought = catalog.bring_products(upload=upload, actor=SYSTEM)
            _wait(brought, "READY")
            catalog.start_import(public_id=brought.public_id, actor=SYSTEM)
            _wait(brought, "DONE")
        assert (brought.made, brought.wrong) == (PRODUCTS, 0), (brought.made, brought.wrong, brought.errors)
        found = Link(f"{slug}.shop.localhost").get(f"/search/?{urlencode({'q': f'I-{PRODUCTS - 1}-0'})}")
        assert f"/products/p-{PRODUCTS - 1}/".encode() in found
    finally:
        spent = time.perf_counter() - began
        is_over.set()
        watcher.join()
    return spent, during


def _wait(brought: object, state: str) -> None:
    deadline = time.monotonic() + 600
    while brought.state != state:  # type: ignore[attr-defined]
        assert brought.state != "REFUSED" and time.monotonic() < deadline, brought.trouble  # type: ignore[attr-defined]
        time.sleep(0.1)
        brought.refresh_from_db()  # type: ignore[attr-defined]


def _watch(page: Pages, during: list[float], is_over: threading.Event) -> None:
    """A shopper of another store, who looks at a page ten times a second."""
    number = 0
    link = Link(page.host)
    while not is_over.is_set():
        began = time.perf_counter()
        link.get(page.path(number))
        during.append((time.perf_counter() - began) * 1000)
        number += 1
        time.sleep(0.1)


class Peak:
    """The most memory that one worker and the process that decodes workbooks have held."""

    def __init__(self) -> None:
        self.most, self._is_over = 0.0, threading.Event()
        self._looker = threading.Thread(target=self._look)
        self._looker.start()

    def _look(self) -> None:
        while not self._is_over.wait(0.1):
            sizes = [_resident(each, b"run_worker") for each in Path("/proc").glob("[0-9]*")]
            beside = [_resident(each, b"sheet_worker") for each in Path("/proc").glob("[0-9]*")]
            self.most = max(self.most, max(sizes, default=0.0) + max(beside, default=0.0))

    def stop(self) -> float:
        """MiB."""
        self._is_over.set()
        self._looker.join()
        return self.most


def _resident(process: Path, word: bytes) -> float:
    try:
        if word not in (process / "cmdline").read_bytes():
            return 0.0
        around = (process / "environ").read_bytes()
        if word == b"run_worker" and f"DATA_DIR={os.environ['DATA_DIR']}\0".encode() not in around:
            return 0.0
        found = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
        return int(found[1]) / 1024 if found else 0.0
    except OSError:
        return 0.0


if __name__ == "__main__":
    sys.exit(ground.measure(imports, stores=10, home=DATA_DIR / "bench-load"))
