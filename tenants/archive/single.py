"""One thing of a backup, brought back alone: the rows of a few tables stand beside the store's own.

They are temporary tables of the store's transaction, called `back_<table>`. The room that knows the thing
(`parts.can_bring_back`) compares and writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2 import sql

from tenants import context
from tenants.archive import backups, dumps, loading, parts, places, vault
from tenants.archive.manifest import NotAnArchive
from tenants.archive.parts import Found, Thing
from tenants.errors import CommerceError
from tenants.models import Store, StoreArchive
from tenants.permissions import Actor

MOST_FOUND: Final = 20


class NoSuchThing(CommerceError):
    code = "not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("This is not in the backup."))


def find(*, store: Store, archive: StoreArchive, kind: str, words: str) -> list[Found]:
    """What a backup has of one kind that answers to these words, at most twenty. Changes nothing."""
    thing = _thing(kind)
    with context.in_store(store), _beside(archive, thing):
        return thing.find(words.strip())[:MOST_FOUND]


def bring_back(*, store: Store, archive: StoreArchive, kind: str, thing_id: str, actor: Actor) -> None:
    """Put one thing back as it was in a backup, with its files.

    Raises   NoSuchThing, and what the room says when something stands in the way
    """
    thing = _thing(kind)
    folder = backups.folder_of(archive)
    with context.in_store(store), _beside(archive, thing):
        needed = set(thing.bring_back(thing_id, actor))
        for facts in backups.files_in(folder):
            if facts["name"] in needed and places.media_size(facts["name"]) != facts["bytes"]:
                backups.bring_file(folder, facts)


def _thing(kind: str) -> Thing:
    try:
        return parts.things()[kind]
    except KeyError:
        raise NoSuchThing from None


@contextmanager
def _beside(archive: StoreArchive, thing: Thing) -> Iterator[None]:
    """The backup's tables beside the store's, until the transaction ends."""
    folder = backups.folder_of(archive)
    dump = folder / backups.ROWS_DUMP
    if not dump.exists():
        raise NotAnArchive(_("only a whole store can be brought back from it"))
    with transaction.atomic(), connection.cursor() as cursor:
        for table in thing.tables:
            cursor.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(
                    sql.Identifier(f"back_{table}"), sql.Identifier(table)
                )
            )
        _copy(cursor.cursor, dump, thing)
        yield


def _copy(cursor: Any, dump: Path, thing: Thing) -> None:
    with vault.opened(dump) as source, dumps.blocks(source, tables=thing.tables) as blocks:
        for block in blocks:
            _refuse_other_columns(cursor, block)
            loading.copy_in(cursor, sql.Identifier(f"back_{block.table}"), block)


def _refuse_other_columns(cursor: Any, block: dumps.Block) -> None:
    """Columns that came or went since are for migrations, which only a whole store goes through."""
    cursor.execute(
        "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = to_regclass(%s) "
        "AND attnum > 0 AND NOT attisdropped",
        [f'pg_temp."back_{block.table}"'],
    )
    if set(cursor.fetchone()[0]) != set(block.columns):
        raise NotAnArchive(_("its tables are older than this release: bring the whole store back instead"))
