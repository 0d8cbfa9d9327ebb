"""One verb for many orders: each in a transaction of its own, each with a result of its own."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kernel import ids
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from core.orders import registry
from core.orders.models import BulkRun, BulkState, Order
from tenants import work, worklist
from tenants.context import require_store
from tenants.failpoints import failpoint
from tenants.permissions import Actor

# Up to so many orders are done while the seller waits; more become background work.
AT_ONCE = 50
MOST = 500
_REPORT_EVERY = 10
# A seller waits no longer than this for AT_ONCE orders: whoever did them is gone.
LOST_AFTER = timedelta(minutes=2)


def start_bulk(
    *, verb: str, order_ids: Sequence[str], told: Mapping[str, Any], actor: Actor, now: datetime
) -> BulkRun:
    """Do a verb to many orders: a few at once, more than AT_ONCE in the background.

    order_ids  public ids; told twice, done once
    told       what the verb's form said, already checked
    Raises     InvalidInput for no order, too many, or an unknown verb
    """
    chosen = list(dict.fromkeys(order_ids))
    if verb not in registry.bulk_verbs:
        raise InvalidInput(_("This cannot be done with many orders."), "action")
    if not 1 <= len(chosen) <= MOST:
        raise InvalidInput(_("Choose between 1 and 500 orders."), "order_ids")
    run = _open_run(verb, chosen, told, actor, now)
    if run.job_id is None:
        _go_on(run)
    return run


@transaction.atomic
def _open_run(verb: str, chosen: list[str], told: Mapping[str, Any], actor: Actor, now: datetime) -> BulkRun:
    run = BulkRun.objects.create(
        public_id=ids.new_id("blk"),
        verb=verb,
        told=dict(told),
        order_ids=chosen,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        started_at=now,
    )
    if len(chosen) > AT_ONCE:
        job = carry_on(run_id=run.pk)
        run.job_id = job.pk if job else None
        run.save(update_fields=["job_id"])
    return run


@work.store_task(retries=5, atomic=False, label=gettext_lazy("Do something with many orders"))
def carry_on(*, run_id: int) -> None:
    """Do what is left of a bulk run, with progress. Safe to run twice: a result is never made anew."""
    run = BulkRun.objects.get(pk=run_id)
    if run.is_over:
        return
    try:
        _go_on(run)
    except work.JobCancelled:
        _end(run, BulkState.STOPPED)
        raise


def _go_on(run: BulkRun) -> None:
    _mark(run, BulkState.RUNNING)
    actor = Actor(run.actor_kind, run.actor_id, run.actor_name)
    total = len(run.order_ids)
    for number, public_id in enumerate(run.order_ids):
        if public_id in run.results:
            continue
        if number % _REPORT_EVERY == 0:
            work.report(number, total, public_id)
        _do_one(run, public_id, actor)
        failpoint("orders.bulk_next")
    work.report(total, total)
    _end(run, BulkState.DONE)


def _do_one(run: BulkRun, public_id: str, actor: Actor) -> None:
    """The verb and its result are one transaction, so that a crash repeats neither."""
    try:
        with transaction.atomic():
            if _is_noted(run, public_id):
                return
            registry.bulk_verbs[run.verb].run(_order(public_id), run.told, actor, timezone.now())
            failpoint("orders.bulk_unnoted")
            _note(run, public_id, "")
    except CommerceError as refusal:
        with transaction.atomic():
            if not _is_noted(run, public_id):
                _note(run, public_id, refusal.message[:300])


def _is_noted(run: BulkRun, public_id: str) -> bool:
    """Whether somebody else has done this order meanwhile. Locks the run, so that nobody does it now."""
    run.results = BulkRun.objects.select_for_update().values_list("results", flat=True).get(pk=run.pk)
    return public_id in run.results


def _order(public_id: str) -> Order:
    order = Order.objects.filter(public_id=public_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _note(run: BulkRun, public_id: str, result: str) -> None:
    run.results[public_id] = result
    run.save(update_fields=["results"])


def _mark(run: BulkRun, state: str) -> None:
    run.state = state
    run.save(update_fields=["state"])


def _end(run: BulkRun, state: str) -> None:
    run.state, run.finished_at = state, timezone.now()
    run.save(update_fields=["state", "finished_at"])


@transaction.atomic
def carry_on_lost(*, now: datetime) -> int:
    """Have every run continued whose process died while somebody waited for it. Returns how many those are.

    Locks    those runs
    """
    lost = BulkRun.objects.filter(
        state__in=(BulkState.WAITING, BulkState.RUNNING), job_id=None, started_at__lt=now - LOST_AFTER
    )
    runs = list(lost.select_for_update().order_by("pk"))
    for run in runs:
        job = carry_on(run_id=run.pk)
        run.job_id = job.pk if job else None
        run.save(update_fields=["job_id"])
    return len(runs)


@transaction.atomic
def stop_bulk(*, public_id: str) -> BulkRun:
    """Stop a run that is under way; what is done stays done. Raises NotFound."""
    run = BulkRun.objects.select_for_update().filter(public_id=public_id).first()
    if run is None:
        raise NotFound(_("There is no such bulk action."))
    if run.job_id is not None and not run.is_over:
        _ask_to_stop(run, run.job_id)
    return run


def _ask_to_stop(run: BulkRun, job_id: uuid.UUID) -> None:
    """A run that has not begun is over at once; one that goes on stops at its next report."""
    with suppress(worklist.JobNotFound, worklist.JobNotStoppable):
        worklist.stop(store=require_store(), job_id=job_id)
    if run.state == BulkState.WAITING:
        _end(run, BulkState.STOPPED)
