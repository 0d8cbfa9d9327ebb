"""A store's archives and backups, for its other systems.

What takes a person who shows who they are is not here: fetching an archive, bringing the whole store back,
deleting it.
"""

import uuid
from datetime import datetime
from typing import Annotated, Any, Self

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import StringConstraints

from tenants.archive import backups, exporting, restoring, selectors, single
from tenants.archive.parts import Found
from tenants.models import ArchiveState, StoreArchive
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest
from tenants.shapes import Problem, StrictSchema, answers

router = Router(tags=["Your data"])
PRODUCT = "product"
Words = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class ArchiveOut(Schema):
    """Everything of the store in one file. Its link is mailed to the owners."""

    id: uuid.UUID
    state: ArchiveState
    bytes: int
    rows: int
    files: int
    created_at: datetime
    taken_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, row: StoreArchive) -> Self:
        return cls(
            id=row.uid,
            state=ArchiveState(row.state),
            bytes=row.bytes,
            rows=row.rows,
            files=row.files,
            created_at=row.created_at,
            taken_at=row.taken_at,
            expires_at=row.expires_at,
        )


class ArchivesOut(Schema):
    """The newest ones first; there are never so many that they need pages."""

    items: list[ArchiveOut]
    next: str | None = None


class FoundOut(Schema):
    """A product that a backup has. `about` says whether it is gone, changed or the same today."""

    id: str
    title: str
    about: str

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls(id=found.id, title=found.title, about=found.text)


class FoundPage(Schema):
    items: list[FoundOut]
    next: str | None = None


class FindQuery(StrictSchema):
    """Part of a title, or a whole SKU; empty finds those that are gone or changed first."""

    q: Words = ""


@router.get("/archives", response=answers(ArchivesOut), operation_id="list_archives")
@requires(Permission.MANAGE_DATA)
def list_archives(request: StoreRequest) -> Any:
    """The archives that were asked for lately."""
    return ArchivesOut(items=[ArchiveOut.of(row) for row in selectors.downloads(request.store)])


@router.post("/archives", response={**answers(ArchiveOut, 202), 429: Problem}, operation_id="create_archive")
@requires(Permission.MANAGE_DATA)
def create_archive(request: StoreRequest) -> Any:
    """Have everything written down; the owners get a mail. At most four a day."""
    row = exporting.ask(store=request.store, actor=request.actor, now=timezone.now())
    return Status(202, ArchiveOut.of(row))


@router.get("/backups", response=answers(ArchivesOut), operation_id="list_backups")
@requires(Permission.MANAGE_DATA)
def list_backups(request: StoreRequest) -> Any:
    """The backups that the store can go back to."""
    return ArchivesOut(items=[ArchiveOut.of(row) for row in selectors.backups_of(request.store)])


@router.post("/backups", response=answers(None, 202), operation_id="create_backup")
@requires(Permission.MANAGE_DATA)
def create_backup(request: StoreRequest) -> Any:
    """Have a backup made now; 409 when one was made just now."""
    backups.ask(store=request.store, actor=request.actor, now=timezone.now())
    return Status(202, None)


@router.get(
    "/backups/{uuid:backup_id}/products", response=answers(FoundPage), operation_id="find_products_in_backup"
)
@requires(Permission.MANAGE_DATA)
def find_products_in_backup(request: StoreRequest, backup_id: uuid.UUID, asked: Query[FindQuery]) -> Any:
    """Products of a backup by title or SKU, at most twenty."""
    archive = restoring.backup_of(request.store, backup_id)
    found = single.find(store=request.store, archive=archive, kind=PRODUCT, words=asked.q)
    return FoundPage(items=[FoundOut.of(each) for each in found])


@router.post(
    "/backups/{uuid:backup_id}/products/{slug:product_id}",
    response=answers(None, 204),
    operation_id="bring_product_back",
)
@requires(Permission.MANAGE_DATA)
def bring_product_back(request: StoreRequest, backup_id: uuid.UUID, product_id: str) -> Any:
    """Make a product what it was in a backup; stock and orders stay."""
    archive = restoring.backup_of(request.store, backup_id)
    single.bring_back(
        store=request.store, archive=archive, kind=PRODUCT, thing_id=product_id, actor=request.actor
    )
    return Status(204, None)
