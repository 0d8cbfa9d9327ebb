"""Ready schemas that wait for stores to come, so that nobody who signs up waits for tables.

A spare is made in one transaction with the row that owns it, and handed over in one with its store: whatever
is killed, whenever, there is no half of one and none without an owner. What is behind head is never handed
out; the next filling throws it away.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tenants import blueprint, context, schemas, structure, work
from tenants.failpoints import failpoint
from tenants.models import Blueprint, SpareSchema
from tenants.routines import every

# A rush of sign-ups needs the machine more than the pool does: it is filled up again a little later.
REST = timedelta(seconds=10)
# So many at a time; then other duties have their turn.
_AT_ONCE = 8
_FILLING = 8_445

_TAKE = """
DELETE FROM tenants_spareschema WHERE id = (
    SELECT spare.id FROM tenants_spareschema AS spare
    WHERE spare.fingerprint = (
        SELECT head.fingerprint FROM tenants_blueprint AS head ORDER BY drawn_at DESC, id DESC LIMIT 1
    )
      AND to_regnamespace(spare.schema_name) IS NOT NULL
    ORDER BY spare.id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING schema_name
"""
_DISCARD = """
DELETE FROM tenants_spareschema WHERE id = (
    SELECT spare.id FROM tenants_spareschema AS spare
    WHERE spare.fingerprint <> %(head)s OR to_regnamespace(spare.schema_name) IS NULL
       OR spare.id IN (SELECT id FROM tenants_spareschema ORDER BY id OFFSET %(size)s)
    ORDER BY spare.id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING schema_name
"""


class SpareDiffers(RuntimeError):
    """What was built is not what the template is: the blueprint of this machine is damaged."""


def take() -> str | None:
    """Take a schema at head out of the pool, for good; None when there is none.

    Locks   the row until the caller commits; a caller that fails puts the schema back
    """
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_TAKE)
        found = cursor.fetchone()
    return str(found[0]) if found else None


def ask_to_fill(*, soon: bool = False) -> None:
    """Have a worker fill the pool, now or when a rush may be over. Asking again changes nothing."""
    if not work.is_waiting(FILL) and (settings.STORE_POOL_SIZE or SpareSchema.objects.exists()):
        work.enqueue(FILL, {}, run_at=None if soon else timezone.now() + REST, dedupe_key=FILL)


def fill() -> None:
    """Throw away what is behind head, then make spares until there are enough.

    A worker of a release that is not head leaves the pool alone: those of the other one look after it.
    """
    head = blueprint.head()
    if head is None or head.digest != blueprint.digest():
        return
    if not blueprint.is_written():
        schemas.draw_blueprint()
    while _discard_one(head):
        work.report(0, settings.STORE_POOL_SIZE)
    for _ in range(_AT_ONCE):
        if not _make_one(head):
            return
        work.report(SpareSchema.objects.count(), settings.STORE_POOL_SIZE)
    ask_to_fill(soon=True)


def _make_one(head: Blueprint) -> bool:
    """Make one spare, all of it or nothing. Returns False when there are enough."""
    name = schemas.new_schema_name()
    with transaction.atomic():
        _wait_for_others()
        if SpareSchema.objects.count() >= settings.STORE_POOL_SIZE:
            return False
        SpareSchema.objects.create(schema_name=name, fingerprint=head.fingerprint)
        schemas.make(name)
        failpoint("pool.after_schema")
        schemas.furnish(name)
        failpoint("pool.after_tables")
        if structure.fingerprint(name) != head.fingerprint:
            raise SpareDiffers(f"A new schema is not like the template of {head.digest}.")
    failpoint("pool.after_commit")
    return True


def _discard_one(head: Blueprint) -> bool:
    """Drop one spare that is behind head, without a schema or too many. Returns False when there is none."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DISCARD, {"head": head.fingerprint, "size": settings.STORE_POOL_SIZE})
            found = cursor.fetchone()
        if found is None:
            return False
        schemas.drop(found[0])
        failpoint("pool.in_discard")
    return True


def _wait_for_others() -> None:
    """Until the transaction ends, no other worker makes a spare: two would make one too many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FILLING])


FILL = "tenants.pool.fill"
work.register(FILL, fill, retries=20, atomic=False, of_platform=True)


@every(minutes=5, of_platform=True)
def keep_filled() -> None:
    """The net below `ask_to_fill`: after a roll-out, a changed size, or a filling that failed for good."""
    head = blueprint.head()
    if head is not None and not _is_full(head):
        ask_to_fill(soon=True)


def _is_full(head: Blueprint) -> bool:
    at_head = SpareSchema.objects.filter(fingerprint=head.fingerprint).count()
    return at_head == SpareSchema.objects.count() == settings.STORE_POOL_SIZE
