"""F-DISK: no room for another file. Orders go on, uploads are refused, and nothing stays half done."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.catalog.models import Media, MediaState
from tenants import context
from tests.chaos import ground, truth
from tests.chaos.faults.workers import upload
from tests.chaos.report import Report, Row
from tests.chaos.shop import Shop
from tests.chaos.stage import Stage

_NO_MORE_THAN = 1_000
_SAYS_SO = {503, 507}


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """A limit on the size of files stands for a full disk: writing fails in the middle of a file."""
    with report.row("F-DISK") as row:
        for shop in shops[:1] if short else shops:
            _web_has_no_room(row, stage, shop)
            if not short:
                _worker_has_no_room(row, stage, shop)
        truth.check(row, stage, shops)
    report.skip(
        "F-DISK-PG", "a small disk of its own for PostgreSQL needs a mount, which is not ours to make"
    )


def _web_has_no_room(row: Row, stage: Stage, shop: Shop) -> None:
    row.runs += 1
    before, strays = _known(shop), _strays(shop)
    with _full(stage, "web"):
        answer = upload(shop)
        row.expect(answer.status in _SAYS_SO, f"an upload without room: {answer.status} {answer.body}")
        began = shop.buy()
        row.expect(began.is_acknowledged, "nobody could order while the disk was full")
        export = shop.call("GET", "/api/v1/orders?limit=50", door="app")
        row.expect(export.status == 200, f"a list while the disk was full: {export.status}")
    row.expect(_known(shop) == before, "a picture without a file stayed in the database")
    row.expect(_strays(shop) <= strays, f"files of no picture: {sorted(_strays(shop) - strays)[:3]}")
    row.expect(upload(shop).status == 201, "uploads do not work again")


def _worker_has_no_room(row: Row, stage: Stage, shop: Shop) -> None:
    """The original is there, and its sizes cannot be drawn until there is room again."""
    row.runs += 1
    strays = _strays(shop)
    with _full(stage, "worker"):
        row.expect(upload(shop).status == 201, "an upload")
        threading.Event().wait(4)
        with context.in_store(shop.store):
            lost = list(Media.objects.filter(state=MediaState.REFUSED).values_list("error"))
        row.expect(not lost, f"a full disk was taken for a bad picture: {lost}")
    stage.settle()
    with context.in_store(shop.store):
        left = Media.objects.exclude(state=MediaState.READY).count()
    row.expect(not left, f"{left} pictures were never drawn")
    row.expect(_strays(shop) <= strays, f"files of no picture: {sorted(_strays(shop) - strays)[:3]}")


@contextmanager
def _full(stage: Stage, name: str) -> Iterator[None]:
    """No process of this kind can write more than a little to any file. Logs are written all the same."""
    processes = [stage.pieces[name].child.pid, *stage.children_of(name)]
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_NO_MORE_THAN, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in processes:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _known(shop: Shop) -> int:
    with context.in_store(shop.store):
        return Media.objects.count()


def _strays(shop: Shop) -> set[str]:
    """Files in the store's folder that no row knows: what a kill -9 between a file and its row leaves."""
    media = ground.HOME / "media"
    there = {
        str(path.relative_to(media)) for path in (media / str(shop.store.uid)).rglob("*") if path.is_file()
    }
    with context.in_store(shop.store):
        rows = list(Media.objects.all())
    known = {row.original for row in rows}
    known |= {each["key"] for row in rows for kind in row.renditions.values() for each in kind}
    return there - known
