"""Files of products: brought, checked without changing anything, then taken over in chunks.

Each chunk is one short transaction that also notes how far it came, so other shops breathe meanwhile, and a
worker that is killed goes on where it was. Several thousand products take seconds: see `sheet_writing`.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import events
from core.catalog import texts
from core.catalog.models import ImportState, Product, ProductImport, ProductStatus
from core.catalog.services.naming import queue_up
from core.catalog.services.sheet_check import Judged, Shelves, judge
from core.catalog.services.sheet_rows import SheetProduct, headings, products
from core.catalog.services.sheet_writing import Brands, change, make
from core.kernel import audit, files, ids, outbox, sheets
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants import entitlements, work
from tenants.permissions import Actor, Permission
from tenants.work import store_task

# Rows of a transaction: half a second's work.
CHUNK_ROWS: Final = 1_500
KEPT: Final = timedelta(days=7)
# For so much of a chunk's time the machine belongs to the pages of others.
BREATH: Final = 0.25
MOST_ERRORS: Final = 200
_LABEL: Final = gettext_lazy("Import products")


class ImportNotReady(CommerceError):
    """It is still being checked, or it has been taken over already."""

    code = "import_not_ready"
    http_status = 409


class Upload(Protocol):
    """A file that arrived: Django's UploadedFile, or anything like it."""

    name: str | None

    @property
    def size(self) -> int | None: ...

    @property
    def file(self) -> Any: ...


def bring_products(*, upload: Upload, actor: Actor) -> ProductImport:
    """Keep a file and have it checked in the background. Nothing of the catalogue changes.

    Raises   InvalidInput for a kind of file that we do not read
    """
    name = texts.line(Path(upload.name or "").name[:120], most=120, field="file", required=True)
    ending = sheets.ending_of(name, upload.size or 0)
    path = default_storage.save(files.new_key("imports", ending), File(upload.file))
    with transaction.atomic():
        brought = ProductImport.objects.create(
            public_id=ids.new_id("imp"),
            name=name,
            path=path,
            sets_costs=actor.may(Permission.VIEW_COSTS),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:80],
        )
        check(import_id=brought.pk)
    return brought


@transaction.atomic
def start_import(*, public_id: str, actor: Actor) -> ProductImport:
    """Take a checked file over; products with mistakes are left out.

    Raises   NotFound, ImportNotReady
    """
    brought = ProductImport.objects.select_for_update().filter(public_id=public_id).first()
    if brought is None:
        raise NotFound(_("This import does not exist."))
    if brought.state != ImportState.READY:
        raise ImportNotReady(_("This file is not ready to be imported, or was imported already."))
    brought.state, brought.made, brought.changed = ImportState.RUNNING, 0, 0
    brought.save(update_fields=["state", "made", "changed"])
    audit.write(
        actor=actor,
        action="product_import.started",
        subject="product_import",
        subject_id=brought.public_id,
        changes={"file": brought.name, "rows": brought.rows},
    )
    take_over(import_id=brought.pk)
    return brought


@store_task(atomic=False, retries=3, label=gettext_lazy("Check a file of products"))
def check(*, import_id: int) -> None:
    """Read the whole file and count what taking it over would do."""
    brought = ProductImport.objects.get(pk=import_id)
    if brought.state != ImportState.CHECKING:
        return
    brought.rows = brought.made = brought.changed = brought.wrong = 0
    brought.errors = []
    try:
        seen: set[str] = set()
        shelves = Shelves()
        for chunk in _chunks(brought):
            judged = judge(chunk, shelves, seen)
            _count(brought, chunk, judged)
            work.report(brought.rows, 0)
    except InvalidInput as refusal:
        _refuse(brought, refusal)
        return
    brought.state = ImportState.READY
    brought.save()


@store_task(atomic=False, retries=5, label=_LABEL)
def take_over(*, import_id: int) -> None:
    """Write the file into the catalogue, chunk by chunk. Safe to run again: it goes on where it was."""
    brought = ProductImport.objects.get(pk=import_id)
    if brought.state != ImportState.RUNNING:
        return
    seen: set[str] = set()
    try:
        for chunk in _chunks(brought):
            # What a run before wrote counts as seen, no more.
            if chunk[-1].last_row <= brought.done_rows:
                continue
            began = time.perf_counter()
            _take_chunk(brought, chunk, seen)
            work.report(brought.done_rows, brought.rows)
            time.sleep((time.perf_counter() - began) * BREATH)
    except (InvalidInput, entitlements.LimitReached) as refusal:
        _refuse(brought, refusal)
        return
    brought.state, brought.ended_at = ImportState.DONE, timezone.now()
    brought.save(update_fields=["state", "ended_at"])
    default_storage.delete(brought.path)


def _chunks(brought: ProductImport) -> Iterator[list[SheetProduct]]:
    """The file's products, some at a time."""
    lines = sheets.rows(default_storage.path(brought.path))
    columns = headings(next(lines, []), sets_costs=brought.sets_costs)
    chunk: list[SheetProduct] = []
    rows = 0
    for product in products(columns, lines):
        chunk.append(product)
        rows += len(product.variants)
        if rows >= CHUNK_ROWS:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk


def _count(brought: ProductImport, chunk: list[SheetProduct], judged: Judged) -> None:
    brought.rows = chunk[-1].last_row
    brought.made += len(judged.new)
    brought.changed += len(judged.known)
    brought.wrong += judged.refused
    room = MOST_ERRORS - len(brought.errors)
    brought.errors += [list(each) for each in islice(judged.wrong, max(room, 0))]


@transaction.atomic
def _take_chunk(brought: ProductImport, chunk: list[SheetProduct], seen: set[str]) -> None:
    """Write one chunk, and how far that is.

    Locks    everybody else who names or adds products, until the chunk is committed
    Records  ProductChanged once per product
    """
    queue_up()
    shelves, brands = Shelves(), Brands()
    judged = judge(chunk, shelves, seen)
    _claim(judged)
    make(judged.new, shelves, brands)
    change(judged.known, brands)
    brought.done_rows = chunk[-1].last_row
    brought.made += len(judged.new)
    brought.changed += len(judged.known)
    brought.save(update_fields=["done_rows", "made", "changed"])
    audit.write(
        actor=Actor(brought.actor_kind, brought.actor_id, brought.actor_name),
        action="product_import.chunk",
        subject="product_import",
        subject_id=brought.public_id,
        changes={"made": [each.slug for each in judged.new], "changed": [p.slug for _pk, p in judged.known]},
    )
    slugs = [each.slug for each in judged.new]
    made = Product.objects.filter(slug__in=slugs).values_list("pk", flat=True)
    pks = [*made, *(pk for pk, _product in judged.known)]
    outbox.record_many([events.ProductChanged(product_id=pk) for pk in pks])


def _claim(judged: Judged) -> None:
    """Raise LimitReached when the plan has no room for what this chunk would add."""
    entitlements.claim("products")
    counted = Product.objects.exclude(status=ProductStatus.ARCHIVED)
    back = [pk for pk, p in judged.known if p.facts.get("status") not in (None, ProductStatus.ARCHIVED)]
    adding = sum(each.facts.get("status") != ProductStatus.ARCHIVED for each in judged.new)
    adding += Product.objects.filter(pk__in=back, status=ProductStatus.ARCHIVED).count()
    if adding:
        entitlements.require("products", used=counted.count(), adding=adding)


@transaction.atomic
def forget_imports(*, now: datetime) -> int:
    """End imports that were checked a week ago and never started. Returns how many.

    Locks   their rows, in primary-key order
    """
    left = ProductImport.objects.filter(state=ImportState.READY, created_at__lt=now - KEPT)
    found = list(left.order_by("pk").select_for_update())
    for brought in found:
        _refuse(brought, InvalidInput(_("Nobody imported this file within a week. Bring it again."), "file"))
    return len(found)


def _refuse(brought: ProductImport, refusal: CommerceError) -> None:
    """What cannot be read, or has no room, ends; what was taken over until then stays."""
    brought.state, brought.trouble = ImportState.REFUSED, refusal.message[:300]
    brought.ended_at = timezone.now()
    brought.save()
    default_storage.delete(brought.path)
