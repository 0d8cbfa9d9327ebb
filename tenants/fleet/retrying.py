"""Having one store brought to head again, by hand: what `manage.py migrate_fleet` does, for it alone."""

from django.db import transaction
from django.utils.translation import gettext as _

from tenants import acts, blueprint
from tenants.errors import CommerceError
from tenants.fleet import crew, gate, ledger, standing
from tenants.fleet.plans import Release
from tenants.models import RunState, Store
from tenants.permissions import Actor
from tenants.work import enqueue, register


class AtHead(CommerceError):
    code = "store_at_head"

    def __init__(self) -> None:
        super().__init__(_("This store lacks nothing."))


class OlderRelease(RuntimeError):
    """This worker does not know what the store lacks: one of the new release takes it."""


@transaction.atomic
def retry(*, store: Store, reason: str, actor: Actor) -> None:
    """Have a worker bring a store to head. Asking again while it waits changes nothing.

    Raises   AtHead when it lacks nothing
    Records  `store.migration_retried` in the platform's audit log
    """
    if store.pk not in standing.ids_behind():
        raise AtHead
    enqueue(MOVE, {"store_id": store.pk}, dedupe_key=f"fleet:{store.schema_name}")
    acts.note(actor=actor, action="store.migration_retried", store=store, reason=reason)


def move_store(*, store_id: int) -> None:
    """Bring one store to head; the ledger says what came of it."""
    head = blueprint.head()
    if head is not None and head.digest != blueprint.digest():
        raise OlderRelease(head.digest)
    with gate.one_runner():
        release = Release()
        rows = [row for row in ledger.behind(release) if row.store_id == store_id]
        if not rows:
            return
        run = ledger.open_run(release, rows)
        crew.work(release, run, processes=1, watch=lambda counts: None)
        ledger.close_run(run, RunState.FAILED if ledger.failures(run) else RunState.DONE)


MOVE = "tenants.fleet.retrying.move_store"
register(MOVE, move_store, retries=5, atomic=False, of_platform=True)
