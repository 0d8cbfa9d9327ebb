"""`manage.py migrate_fleet`: template and pool first, then our own stores, then small and large ones.

Nothing is lost when it is killed: what a store has had stands in the store, and the next run goes on from
there. Old code keeps serving meanwhile, since every migration is an expand step (see `lint`).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction

from tenants import blueprint, context, schemas, structure
from tenants.fleet import crew, gate, ledger, moving
from tenants.fleet.moving import StepFailed
from tenants.fleet.plans import Release
from tenants.models import FleetRun, RunState, SpareSchema, StepState, StoreVersion

Say = Callable[[dict[str, int]], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    moved: int
    failures: list[StoreVersion]
    is_stopped: bool = False

    @property
    def is_good(self) -> bool:
        return not self.failures and not self.is_stopped


def run(*, processes: int = 2, say: Say = lambda counts: None) -> Outcome:
    """Bring every store to head. Another run at the same time is waited for.

    say      told after each store how many are in which state
    Raises   StepFailed when the template or the pool refuses a migration: then no store was touched
    """
    with context.in_public(), gate.one_runner():
        release = Release()
        bring_template(release)
        _bring_pool(release)
        rows = ledger.behind(release)
        ledger.settle(rows)
        if not rows:
            return Outcome(0, [])
        opened = ledger.open_run(release, ledger.in_order(rows))
        with gate.unhurried_disk():
            _lead(release, opened, rows)
            crew.work(release, opened, processes=processes, watch=say)
        return _finish(release, opened)


def bring_template(release: Release) -> None:
    """Try what is new on the empty store that is nobody's: this also writes down its SQL."""
    with context.in_public(), schemas.drawing():
        had = ledger.had(schemas.TEMPLATE)
        if had is not None and release.is_behind(had):
            moving.bring_to_head(release, schemas.TEMPLATE, had)


def _bring_pool(release: Release) -> None:
    """Bring ready schemas to head where they come out like the template; the others are made anew."""
    head = blueprint.head()
    if head is None or head.digest != blueprint.digest():
        return
    for pk in SpareSchema.objects.order_by("pk").values_list("pk", flat=True):
        with suppress(StepFailed), transaction.atomic():
            spare = SpareSchema.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if spare is not None and spare.fingerprint != head.fingerprint:
                _bring_spare(release, spare, head.fingerprint)


def _bring_spare(release: Release, spare: SpareSchema, wanted: str) -> None:
    had = ledger.had(spare.schema_name)
    if had is None or not all(release.order[name].atomic for name in release.pending(had)):
        return
    moving.bring_to_head(release, spare.schema_name, had)
    if structure.fingerprint(spare.schema_name) == wanted:
        spare.fingerprint = wanted
        spare.save(update_fields=["fingerprint"])


def _lead(release: Release, opened: FleetRun, rows: Sequence[ledger.Behind]) -> None:
    """Move our own stores before anybody else's, one after the other. When all of them fail, stop.

    Without any, the first store goes alone: what it is rendered to serves the others.
    """
    own = sum(row.is_canary for row in rows)
    outcomes = [moving.work_off(release, opened) for _ in range(own or 1)]
    if own and all(outcomes) and len(rows) > own:
        ledger.close_run(opened, RunState.STOPPED)


def _finish(release: Release, opened: FleetRun) -> Outcome:
    opened.refresh_from_db()
    is_stopped = opened.state == RunState.STOPPED
    if not is_stopped:
        _sweep(release, opened)
    failures = ledger.failures(opened)
    if not is_stopped:
        ledger.close_run(opened, RunState.FAILED if failures else RunState.DONE)
    return Outcome(ledger.counts(opened)[StepState.DONE], failures, is_stopped)


def _sweep(release: Release, opened: FleetRun) -> None:
    """Move stores that were made at the old head meanwhile, the last of them while nobody makes any."""
    while fresh := _not_yet_tried(release, opened):
        _take_in(release, opened, fresh)
    with gate.no_new_stores():
        _take_in(release, opened, _not_yet_tried(release, opened, half_made=True))


def _take_in(release: Release, opened: FleetRun, fresh: Sequence[ledger.Behind]) -> None:
    ledger.add(opened, fresh)
    crew.work(release, opened, processes=1, watch=lambda counts: None)


def _not_yet_tried(release: Release, opened: FleetRun, *, half_made: bool = False) -> list[ledger.Behind]:
    tried = set(StoreVersion.objects.filter(run=opened).values_list("store_id", flat=True))
    rows = ledger.behind(release, half_made=half_made)
    return [row for row in rows if row.store_id not in tried]
