"""The way of a store to another deployment, step by step; each is safe to run again after a crash.

Nothing answers there before everything has been compared; nothing is given up here before it answers there.
"""

import base64
import hashlib
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, blueprint, context, hosts, provisioning, structure, work
from tenants.archive import loading, places, vault, writing
from tenants.archive.manifest import Manifest
from tenants.archive.writing import Tell
from tenants.domains import servable
from tenants.errors import CommerceError
from tenants.models import Job, JobState, MoveState, Store, StoreDeletion, StoreMove, StoreState
from tenants.moving import absent, belongings, receiving, talking
from tenants.moving.targets import Target
from tenants.permissions import SYSTEM

Counts = dict[str, Any]
_PAUSE: Final = 0.2


class ArrivedOtherwise(CommerceError):
    """What stands there is not what was sent. Nothing was opened."""

    code = "arrived_differently"

    def __init__(self, what: list[str]) -> None:
        super().__init__(_("%(tables)s came out differently") % {"tables": ", ".join(what[:5])})


class ChangedMeanwhile(RuntimeError):
    """Somebody wrote to the store while it was sent: it is sent again."""


class StillBusy(RuntimeError):
    """A duty of the store has not ended. It is looked at again a little later."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One store on its way, and whom to tell how far it is."""

    row: StoreMove
    store: Store
    target: Target
    tell: Tell

    @property
    def bundle(self) -> Path:
        return places.archive_dir() / str(self.store.uid) / f"move-{self.row.uid}.zip"

    @property
    def papers(self) -> Path:
        return self.bundle.with_suffix(".json")

    def told(self, **more: Any) -> dict[str, Any]:
        return {"move": str(self.row.uid), **more}

    def read_papers(self) -> dict[str, Any]:
        with vault.opened(self.papers) as file:
            return dict(json.loads(file.read()))


def _fits(walk: Walk) -> Counts:
    """The other deployment looks whether the store can come; the store goes on selling."""
    told = walk.told(
        digest=blueprint.digest(),
        store_uid=str(walk.store.uid),
        slug=walk.row.target_slug,
        sealing_keys=settings.SEALING_KEYS,
        belongings=belongings.of(walk.store),
    )
    return talking.ask(walk.target, "fits", told, tell=walk.tell)


@transaction.atomic
def _close(walk: Walk) -> Counts:
    """From here on nobody writes to it: its hosts answer that it is moving."""
    with context.in_public():
        held = Store.objects.select_for_update(no_key=True).get(pk=walk.store.pk)
        if held.state != StoreState.MOVING:
            provisioning.move(held, StoreState.MOVING)
            acts.note(actor=SYSTEM, action="store.closed_to_move", store=held, subject_id=str(walk.row.uid))
    walk.store.state = held.state
    context.on_commit(hosts.forget, walk.store)
    context.on_commit(absent.forget, walk.store)
    context.on_commit(servable.publish)
    return {}


def _wait(walk: Walk) -> Counts:
    """Let requests and duties that had begun come to their end."""
    until = time.monotonic() + settings.MOVE_QUIET_SECONDS
    while True:
        walk.tell(0, 1, "")
        with context.in_public():
            busy = Job.objects.filter(store_id=walk.store.pk, state=JobState.RUNNING).count()
        if time.monotonic() >= until:
            break
        time.sleep(_PAUSE)
    if busy:
        raise StillBusy(f"{busy} duties are running")
    return {}


def _write(walk: Walk) -> Counts:
    """Everything into one file that only the store's key opens, and beside it what the platform knows."""
    with vault.written(walk.papers, walk.store) as file:
        file.write(json.dumps(belongings.of(walk.store)).encode())
    with vault.written(walk.bundle, walk.store) as file:
        found = writing.write_into(file, walk.store, now=timezone.now(), tell=walk.tell, whole=True)
    return {
        "tables": len(found.tables),
        "rows": found.rows,
        **found.media,
        "bytes": walk.bundle.stat().st_size,
    }


def _send(walk: Walk) -> Counts:
    """It stands there, and answers nobody yet."""
    told = walk.told(
        bundle=str(walk.bundle),
        place=f"{walk.store.uid}/{walk.bundle.name}",
        key=base64.b64encode(vault.key_of(walk.store)).decode(),
        sealing_keys=settings.SEALING_KEYS,
        store_uid=str(walk.store.uid),
        slug=walk.row.target_slug,
        state=walk.row.state_before,
        asked_by=walk.row.asked_by,
        reason=walk.row.reason,
        belongings=walk.read_papers(),
    )
    walk.row.facts = {**walk.row.facts, "taken": talking.ask(walk.target, "take", told, tell=walk.tell)}
    return {"rows": sum(count for count, _hash, _sums in walk.row.facts["taken"]["tables"].values())}


def _compare(walk: Walk) -> Counts:
    """Structure, rows, contents, sums and files there are those that were written down here."""
    found, there = _manifest(walk), walk.row.facts["taken"]
    wrong = [
        name
        for name, facts in found.tables.items()
        if there["tables"].get(name) != [facts.rows, facts.sha256, facts.sums]
    ]
    if there["fingerprint"] != found.schema["fingerprint"]:
        wrong.append("structure")
    if there["media"] != found.media:
        wrong.append("media")
    if wrong:
        raise ArrivedOtherwise(wrong)
    sums = sum(len(facts.sums) for facts in found.tables.values())
    return {"tables": len(found.tables), "rows": found.rows, "sums": sums, **found.media}


def _look_again(walk: Walk) -> Counts:
    """Nobody has written anything here since: no request that was late, no duty, no hand."""
    found = _manifest(walk)
    now = receiving.contents(walk.store, found)
    then = {name: (facts.rows, facts.sha256, facts.sums) for name, facts in found.tables.items()}
    with context.in_store(walk.store):
        files = sum(1 for _name in places.media_names())
    is_same = (
        now == then
        and files == found.media["files"]
        and structure.fingerprint(walk.store.schema_name) == found.schema["fingerprint"]
        and json.loads(json.dumps(belongings.of(walk.store))) == walk.read_papers()
    )
    if not is_same:
        walk.row.steps = [step for step in walk.row.steps if step["step"] in BEFORE_WRITING]
        walk.row.save()
        raise ChangedMeanwhile(str(walk.row.uid))
    return {"tables": len(now)}


def _manifest(walk: Walk) -> Manifest:
    with vault.opened(walk.bundle) as source, zipfile.ZipFile(source) as file:
        return loading.manifest_of(file)


def _open(walk: Walk) -> Counts:
    """It answers there. Written down before it is asked for: from here on it must not simply open here."""
    if not walk.row.facts.get("opening"):
        walk.row.facts = {**walk.row.facts, "opening": True}
        walk.row.save()
    told = walk.told(belongings=walk.read_papers())
    answer = talking.ask(walk.target, "open", told, tell=walk.tell)
    walk.row.facts = {**walk.row.facts, "addresses": answer["addresses"]}
    return dict(answer["counts"])


@transaction.atomic
def _switch(walk: Walk) -> Counts:
    """Its names lead there; here it is deleted, with proof, when nobody has missed anything for a month."""
    now, row = timezone.now(), walk.row
    due = now + timedelta(days=settings.MOVE_KEEP_DAYS)
    with context.in_public():
        held = Store.objects.select_for_update(no_key=True).get(pk=walk.store.pk)
        provisioning.move(held, StoreState.LEAVING)
        StoreDeletion.objects.create(
            store=held,
            store_uid=held.uid,
            store_slug=held.slug,
            # A store that lives elsewhere is not opened here by undoing its deletion alone.
            state_before=StoreState.MOVING,
            language=held.language,
            asked_by=row.asked_by,
            reason=row.reason,
            asked_at=now,
            due_at=due,
            steps=[{"step": "moved", "at": now.isoformat(), "counts": _proof(row)}],
        )
        acts.note(
            actor=SYSTEM,
            action="store.moved",
            store=held,
            subject_id=str(row.uid),
            changes={"to": row.target, "address": row.facts["addresses"]["STOREFRONT"]},
        )
        work.enqueue(TELL_MOVED, {"move_id": row.pk})
    row.state, row.ended_at = MoveState.DONE, now
    walk.store.state = held.state
    context.on_commit(hosts.forget, walk.store)
    context.on_commit(absent.forget, walk.store)
    context.on_commit(servable.publish)
    return {"kept_days": settings.MOVE_KEEP_DAYS}


def _proof(row: StoreMove) -> Counts:
    counts = next(dict(step["counts"]) for step in row.steps if step["step"] == "compared")
    told = json.dumps(row.facts["taken"], sort_keys=True).encode()
    return {**counts, "contents": hashlib.sha256(told).hexdigest()}


def clear(walk_bundle: Path) -> None:
    """Remove what was written to be sent."""
    places.remove(walk_bundle)
    places.remove(walk_bundle.with_suffix(".json"))


STEPS: Final[tuple[tuple[str, Callable[[Walk], Counts]], ...]] = (
    ("fits", _fits),
    ("closed", _close),
    ("quiet", _wait),
    ("written", _write),
    ("taken", _send),
    ("compared", _compare),
    ("unchanged", _look_again),
    ("opened", _open),
    ("switched", _switch),
)
BEFORE_WRITING: Final = ("fits", "closed", "quiet")
TELL_MOVED: Final = "tenants.moving.services.tell_moved"
