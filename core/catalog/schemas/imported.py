"""What the API answers about files of products."""

from datetime import datetime
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from core.catalog.models import ImportState, ProductImport


class Mistake(Schema):
    """A wrong cell: its row in the file, counted from 1, and its column."""

    row: int
    column: str
    message: str


class ImportOut(Schema):
    """A file of products. Once checked, the numbers say what starting it would do; later what it did."""

    id: str
    file_name: str
    state: ImportState
    rows: int
    done_rows: int
    made: int = Field(description="Products that are new.")
    changed: int = Field(description="Products that were there.")
    wrong: int = Field(description="Products that are left out.")
    trouble: str = Field(description="Why it was refused.")
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, brought: ProductImport) -> Self:
        return cls(**_facts(brought))


class ImportWhole(ImportOut):
    """The same with the first two hundred mistakes."""

    mistakes: list[Mistake]

    @classmethod
    def of(cls, brought: ProductImport) -> Self:
        told = [Mistake(row=row, column=column, message=message) for row, column, message in brought.errors]
        return cls(**_facts(brought), mistakes=told)


class ImportPage(Schema):
    """Some imports, and the cursor of the next ones."""

    items: list[ImportOut]
    next: str | None


def _facts(brought: ProductImport) -> dict[str, Any]:
    same = ("state", "rows", "done_rows", "made", "changed", "wrong", "trouble", "created_at", "ended_at")
    facts = {name: getattr(brought, name) for name in same}
    return {"id": brought.public_id, "file_name": brought.name, **facts}
