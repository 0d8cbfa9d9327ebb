"""Moving a store to another deployment's database: asked for, done by a worker, undone until the last step.

A refusal, or a failure that lasts, before it answers there opens the store here again as it was. Once it
answers there, only a person turns back, and not over what was written there since, unless they say so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, context, hosts, platform_mails, provisioning, slugs, work
from tenants.archive import exporting, places, selectors
from tenants.archive.writing import Tell
from tenants.domains import servable
from tenants.errors import CommerceError
from tenants.models import (
    DeletionState,
    Job,
    JobState,
    MoveState,
    Restoration,
    Store,
    StoreDeletion,
    StoreMove,
    StoreState,
)
from tenants.moving import absent, steps, talking, targets
from tenants.moving.steps import Walk
from tenants.moving.targets import Target
from tenants.permissions import Actor

_MAY_MOVE: Final = (StoreState.ACTIVE, StoreState.SUSPENDED)
_OPEN: Final = (MoveState.WALKING, MoveState.TURNING)


class CannotMove(CommerceError):
    code = "cannot_move"

    def __init__(self) -> None:
        super().__init__(_("A store in this state cannot be moved."))


class AlreadyMoving(CommerceError):
    code = "already_moving"

    def __init__(self) -> None:
        super().__init__(_("The store is being moved already."))


class CannotTurnBack(CommerceError):
    code = "cannot_turn_back"

    def __init__(self) -> None:
        super().__init__(_("This move cannot be undone any more."))


class NewerThere(CommerceError):
    """What was written there since would be lost."""

    code = "newer_there"

    def __init__(self) -> None:
        super().__init__(_("The store has gone on there since it moved: undoing would lose that."))


class SomebodyElseWalks(RuntimeError):
    """Another worker is at it; it is tried again."""


@transaction.atomic
def ask(
    *, store: Store, target: str, actor: Actor, reason: str, slug: str = "", by_worker: bool = True
) -> StoreMove:
    """Have a store moved to a target. It goes on selling until that has looked whether it can take it.

    target      a name of MOVE_TARGETS, or for somebody at the machine what their address is called
    slug        its address there, if not the same
    by_worker   False for a caller who walks themselves
    Raises      CannotMove, AlreadyMoving, NoSuchTarget, SlugRefused
    Locks       the store's row
    """
    if by_worker:
        targets.named(target)
    with context.in_public():
        held = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        if StoreMove.objects.filter(store=held, state__in=_OPEN).exists():
            raise AlreadyMoving
        if held.state not in _MAY_MOVE or _is_going_back(held):
            raise CannotMove
        try:
            row = StoreMove.objects.create(
                store=held,
                store_uid=held.uid,
                store_slug=held.slug,
                target=target,
                target_slug=slugs.check(slug) if slug else held.slug,
                state_before=held.state,
                asked_by=actor.name[:80],
                reason=reason,
            )
        except IntegrityError:
            raise AlreadyMoving from None
        changes = {"to": target}
        acts.note(
            actor=actor,
            action="store.moving",
            store=held,
            subject_id=str(row.uid),
            reason=reason,
            changes=changes,
        )
        if by_worker:
            work.enqueue(WALK, {"move_id": row.pk})
    return row


def _is_going_back(store: Store) -> bool:
    return Restoration.objects.filter(store=store, state__in=["WAITING", "BUILDING"]).exists()


def walk(row: StoreMove, target: Target, tell: Tell) -> None:
    """Go every step that is still to be gone. Raises CommerceError when it cannot go on; nothing is lost."""
    with _alone(row):
        row.refresh_from_db()
        if row.store is None or row.state not in (MoveState.WALKING, MoveState.DONE):
            return
        one = Walk(row, row.store, target, tell)
        for number, (name, do) in enumerate(steps.STEPS, start=1):
            state = StoreMove.objects.values_list("state", flat=True).get(pk=row.pk)
            if state == MoveState.TURNING:
                return
            if not row.has_done(name):
                _go(one, name, do)
            tell(number, len(steps.STEPS), name)
        steps.clear(one.bundle)


def _go(one: Walk, name: str, do: Any) -> None:
    """One step and its line in the record; a step that only writes here stands or falls with the line."""
    if name in ("closed", "switched"):
        with transaction.atomic():
            _note(one.row, name, do(one))
    else:
        _note(one.row, name, do(one))


def _note(row: StoreMove, name: str, counts: dict[str, Any]) -> None:
    row.steps = [*row.steps, {"step": name, "at": timezone.now().isoformat(), "counts": counts}]
    row.trouble = ""
    row.save()


def _walk_by_worker(*, move_id: int) -> None:
    """The duty. A refusal ends it and opens the store again; anything else is tried again."""
    row = StoreMove.objects.select_related("store").get(pk=move_id)
    try:
        walk(row, targets.named(row.target), _tell)
    except BaseException as trouble:
        job = work.running()
        is_last = job is None or job.attempts >= job.max_attempts
        if isinstance(trouble, CommerceError) or (is_last and isinstance(trouble, Exception)):
            give_up(row, trouble)
            if isinstance(trouble, CommerceError):
                return
        raise


def give_up(row: StoreMove, trouble: BaseException) -> None:
    """Write down what went wrong, and turn back unless the store may answer there already."""
    row.refresh_from_db()
    row.trouble = str(getattr(trouble, "message", trouble))[:300]
    row.save(update_fields=["trouble"])
    if row.state == MoveState.WALKING and not row.facts.get("opening"):
        StoreMove.objects.filter(pk=row.pk).update(state=MoveState.TURNING)
        row.state = MoveState.TURNING
        _open_here(row)
        if row.target in targets.names():
            work.enqueue(TURN_BACK, {"move_id": row.pk})


def go_on(row: StoreMove) -> None:
    """Have a worker go on with a move that came to a halt; nothing happens while one is at it."""
    with context.in_public():
        kind = WALK if row.state == MoveState.WALKING else TURN_BACK
        rows = Job.objects.filter(kind=kind, payload__move_id=row.pk, state__in=work.OPEN_STATES)
        if not rows.exists():
            work.enqueue(kind, {"move_id": row.pk})


# Back


@transaction.atomic
def undo(
    *, store: Store, actor: Actor, reason: str, lose_newer: bool = False, by_worker: bool = True
) -> StoreMove:
    """Turn a move back: the store lives here again as it left, and nothing of it stays there.

    lose_newer   also when something was written there since it opened
    Raises       CannotTurnBack once its deletion here has begun
    Locks        the move
    """
    with context.in_public():
        rows = StoreMove.objects.select_for_update(of=("self",)).filter(store=store, is_arrival=False)
        row = rows.exclude(state=MoveState.UNDONE).order_by("-created_at").first()
        if row is None or (row.state == MoveState.DONE and not _is_kept(store)):
            raise CannotTurnBack
        row.state = MoveState.TURNING
        row.facts = {**row.facts, "lose_newer": lose_newer, "turned_by": actor.name[:80]}
        row.save(update_fields=["state", "facts"])
        acts.note(
            actor=actor, action="store.turned_back", store=store, subject_id=str(row.uid), reason=reason
        )
        if by_worker:
            work.enqueue(TURN_BACK, {"move_id": row.pk})
    return row


def _is_kept(store: Store) -> bool:
    now = timezone.now()
    return StoreDeletion.objects.filter(store=store, state=DeletionState.SCHEDULED, due_at__gt=now).exists()


def turn_back(row: StoreMove, target: Target, tell: Tell) -> None:
    """Leave nothing there, and open here what was closed. Safe to run again.

    Raises   NewerThere; then the store stays where it is
    """
    with _alone(row):
        row.refresh_from_db()
        if row.state != MoveState.TURNING or row.store is None:
            return
        told = {"move": str(row.uid)}
        may_lose = row.facts.get("lose_newer") or not row.facts.get("opening")
        if not may_lose and talking.ask(target, "look", told, tell=tell)["is_changed"]:
            _stay_there(row)
            raise NewerThere
        talking.ask(target, "forget", told, tell=tell)
        _open_here(row)
        row.state, row.ended_at = MoveState.UNDONE, timezone.now()
        row.save()
        steps.clear(places.archive_dir() / str(row.store_uid) / f"move-{row.uid}.zip")


def _stay_there(row: StoreMove) -> None:
    """The move is again what it was before somebody wanted it undone."""
    row.state = MoveState.DONE if row.has_done("switched") else MoveState.WALKING
    row.trouble = NewerThere().message
    row.save()


@transaction.atomic
def _open_here(row: StoreMove) -> None:
    """The store is here what it was before. Safe to run again."""
    with context.in_public():
        held = Store.objects.select_for_update(no_key=True).get(pk=row.store_id)
        now = timezone.now()
        kept = StoreDeletion.objects.filter(store=held, state=DeletionState.SCHEDULED).first()
        if kept is not None and kept.state_before == StoreState.MOVING:
            kept.state, kept.ended_at = DeletionState.UNDONE, now
            kept.steps = [*kept.steps, {"step": "undone", "at": now.isoformat(), "counts": {}}]
            kept.save()
            provisioning.move(held, row.state_before)
        elif held.state == StoreState.MOVING:
            provisioning.move(held, row.state_before)
        Job.objects.filter(store=held, state=JobState.WAITING, next_at__gt=now).update(next_at=now)
    context.on_commit(hosts.forget, held)
    context.on_commit(absent.forget, held)
    context.on_commit(servable.publish)


def _turn_back_by_worker(*, move_id: int) -> None:
    row = StoreMove.objects.select_related("store").get(pk=move_id)
    try:
        turn_back(row, targets.named(row.target), _tell)
    except NewerThere:
        return
    except Exception as trouble:
        StoreMove.objects.filter(pk=row.pk).update(trouble=str(trouble)[:300])
        raise


def _tell(done: int, total: int, note: str) -> None:
    work.report(done, total, note)


def tell_moved(*, move_id: int) -> None:
    """Mail the owners where their store is now."""
    row = StoreMove.objects.select_related("store").get(pk=move_id)
    if row.store is None or row.state != MoveState.DONE:
        return
    facts = {"shop_name": row.store.name, **row.facts["addresses"]}
    for owner in exporting.owners_of(row.store):
        platform_mails.send("store_moved", owner.user.email, owner.user.language, facts)


def moves_of(store: Store) -> list[StoreMove]:
    """Where a store went or came from, newest first."""
    with context.in_public():
        return list(StoreMove.objects.filter(store=store).order_by("-created_at")[:5])


@dataclass(frozen=True, slots=True)
class MoveTold:
    """A move as the staff see it: the record, the duty that works at it, and whether it can be undone."""

    row: StoreMove
    job: Job | None
    can_turn_back: bool


def told(store: Store) -> list[MoveTold]:
    """Where a store went or came from, with how far it is."""
    kinds = {MoveState.WALKING: WALK, MoveState.TURNING: TURN_BACK}
    found = []
    for row in moves_of(store):
        kind = kinds.get(MoveState(row.state))
        job = selectors.job_of(kind, move_id=row.pk) if kind else None
        is_open = row.state == MoveState.WALKING or (row.state == MoveState.DONE and _is_kept_now(store))
        found.append(MoveTold(row, job, is_open and not row.is_arrival))
    return found


def _is_kept_now(store: Store) -> bool:
    with context.in_public():
        return _is_kept(store)


def address_of(store: Store) -> str:
    """Where a store that moved away is now; empty for any other."""
    with context.in_public():
        row = StoreMove.objects.filter(store=store, state=MoveState.DONE, is_arrival=False).first()
    return str(row.facts["addresses"]["DASHBOARD"]) if row else ""


@contextmanager
def _alone(row: StoreMove) -> Iterator[None]:
    """One at a time for each move. Raises SomebodyElseWalks."""
    key = int.from_bytes(row.uid.bytes[1:8], "big")
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise SomebodyElseWalks(str(row.uid))
    try:
        yield
    finally:
        with context.in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


WALK = "tenants.moving.services.walk"
TURN_BACK = "tenants.moving.services.turn_back"
work.register(WALK, _walk_by_worker, atomic=False, retries=6, of_platform=True)
work.register(TURN_BACK, _turn_back_by_worker, atomic=False, retries=20, of_platform=True)
work.register(steps.TELL_MOVED, tell_moved, of_platform=True)
