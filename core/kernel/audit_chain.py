"""The chain that makes the audit log tell when somebody has changed it.

Every entry has a place in one chain per store, in the order in which transactions committed. A link's hash
covers its place, the hash before it and the whole entry, keyed with a secret of the store that lies sealed in
the chain's head. So a changed, removed, inserted or cut off row shows, also to one who may write the
database but has not the sealing keys.

Linking is the last thing of a transaction (`context.before_commit`): the head's row is locked for the commit
alone, so writers wait for each other no longer than that, and the lock is in no deadlock.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.kernel import sealing
from core.kernel.models import AuditEntry, AuditHead, AuditLink

KEY_PLACE = "kernel_audithead|1"
_BATCH = 500


class Break(StrEnum):
    """What happened to a row of the log."""

    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """One place where the log is not as it was written. `entry_id` is 0 where nobody knows it any more."""

    position: int
    entry_id: int
    kind: Break

    def __str__(self) -> str:
        row = f"entry {self.entry_id}" if self.entry_id else "an entry"
        return f"{row} was {self.kind}" + (f" (place {self.position} of the chain)" if self.position else "")


# Django takes longer to write such a statement than PostgreSQL to do it, and everybody who writes waits.
_LOCK = "SELECT position, hash, key FROM kernel_audithead WHERE id = 1 FOR UPDATE"
_APPEND = """
WITH head AS (UPDATE kernel_audithead SET position = %s, hash = %s WHERE id = 1)
INSERT INTO kernel_auditlink (entry_id, position, hash)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[])
"""


def link(entry_ids: list[int]) -> None:
    """Put the entries of a transaction at the end of the chain, in the order in which they were written.

    Entries of a rolled back savepoint are gone and get no place. The first link of all takes in what was
    written before there was a chain.
    Locks    the chain's head
    """
    entries = list(AuditEntry.objects.filter(pk__in=entry_ids).order_by("pk"))
    if not entries:
        return
    with connection.cursor() as cursor:
        last, before, sealed = _lock_head(cursor)
        if last == 0:
            entries = list(_unlinked().order_by("pk"))
        key, hashes = _open(sealed), [before]
        for position, entry in enumerate(entries, start=last + 1):
            hashes.append(_hash(key, entry, position, hashes[-1]))
        end = last + len(entries)
        pks, places = [entry.pk for entry in entries], list(range(last + 1, end + 1))
        cursor.execute(_APPEND, [end, hashes[-1], pks, places, hashes[1:]])


def _lock_head(cursor: Any) -> tuple[int, str, str]:
    cursor.execute(_LOCK)
    head = cursor.fetchone()
    if head is None:
        key = sealing.seal(secrets.token_hex(32), place=KEY_PLACE)
        AuditHead.objects.bulk_create([AuditHead(pk=1, key=key)], ignore_conflicts=True)
        cursor.execute(_LOCK)
        head = cursor.fetchone()
    return head


def _open(sealed: str) -> bytes:
    return bytes.fromhex(sealing.unseal(sealed, place=KEY_PLACE))


def _hash(key: bytes, entry: AuditEntry, position: int, before: str) -> str:
    told = [
        position,
        before,
        entry.pk,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.changes,
    ]
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


# Looking whether it holds


def broken_links(*, newest: int | None = None) -> Iterator[BrokenLink]:
    """Every place where the log is not as it was written, the first one first.

    newest   look only at so many places at the end; None for the whole log
    Raises   SealBroken when the chain's own key does not open
    """
    head = AuditHead.objects.filter(pk=1).first()
    if head is not None:
        yield from _walk(head, 0 if newest is None else max(head.position - newest, 0))
    for pk in _unlinked().order_by("pk").values_list("pk", flat=True)[:_BATCH]:
        yield BrokenLink(0, pk, Break.INSERTED)


def _unlinked() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(link=None)


def _walk(head: AuditHead, start: int) -> Iterator[BrokenLink]:
    key, place = _open(head.key), start
    before = AuditLink.objects.filter(position=start).values_list("hash", flat=True).first() or ""
    for found in _links_after(start):
        yield from (BrokenLink(lost, 0, Break.DELETED) for lost in range(place + 1, found.position))
        # After a gap only the next link can be held against something.
        is_after_gap = found.position != place + 1 or (bool(place) and not before)
        if not is_after_gap and found.hash != _hash(key, found.entry, found.position, before):
            yield BrokenLink(found.position, found.entry_id, Break.CHANGED)
        place, before = found.position, found.hash
    if (place, before) != (head.position, head.hash):
        yield BrokenLink(place + 1, 0, Break.CUT_OFF)


def _links_after(start: int) -> Iterator[AuditLink]:
    rows: QuerySet[AuditLink] = AuditLink.objects.select_related("entry").order_by("position")
    while batch := list(rows.filter(position__gt=start)[:_BATCH]):
        yield from batch
        start = batch[-1].position


def length() -> int:
    """How many entries the chain holds."""
    return AuditHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0
