"""`manage.py move_store <address> --to <name or postgres://...> --reason ...`: to another deployment.

Run it again after it was killed: it goes on where it was. With CITUS=1, `--node host[:port]` moves the store
to another machine of the same cluster instead.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import acts, citus, context
from tenants.archive import selectors
from tenants.errors import CommerceError
from tenants.management.lifecycle import Bar, operator, store_called
from tenants.models import MoveState, Store, StoreMove
from tenants.moving import services, targets
from tenants.moving.targets import Target


class Command(BaseCommand):
    help = "Move a store with everything to another deployment; undo that until it is deleted here."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, where it goes, and why."""
        parser.add_argument("store", help="the address (slug)")
        parser.add_argument("--to", default="", help="a name of MOVE_TARGETS, or the address of a database")
        parser.add_argument("--media", default="", help="with an address: the folder of files there")
        parser.add_argument("--slug", default="", help="its address there, if not the same")
        parser.add_argument("--node", default="", help="with CITUS=1: a machine of this cluster, host[:port]")
        parser.add_argument("--undo", action="store_true", help="back here, as it left")
        parser.add_argument("--lose-newer", action="store_true", help="also what was written there since")
        parser.add_argument("--reason", default="", help="why; stands in the platform's audit log")

    def handle(self, *, store: str, **told: Any) -> None:
        """Move it, go on with that, undo it, or print how far it is."""
        meant = store_called(store)
        try:
            if told["node"]:
                self._to_node(meant, told["node"], _reason(told))
            elif told["undo"] or told["to"]:
                self._move(meant, told)
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None
        for row in services.moves_of(meant):
            self._print(row)

    def _to_node(self, store: Store, node: str, reason: str) -> None:
        host, _colon, port = node.partition(":")
        if not (host and (port or "5432").isdecimal()):
            raise CommandError(f"{node} is no machine: host or host:port.")
        citus.move(store.schema_name, host, int(port or 5432))
        acts.note(
            actor=operator(),
            action="store.moved_node",
            store=store,
            reason=reason,
            changes={"node": f"{host}:{port or 5432}"},
        )

    def _move(self, store: Store, told: dict[str, Any]) -> None:
        row = _open_move(store)
        if "://" in told["to"]:
            self._walk_here(store, row, told)
            return
        if told["undo"]:
            row = services.undo(
                store=store, actor=operator(), reason=_reason(told), lose_newer=told["lose_newer"]
            )
        elif row is None:
            row = services.ask(
                store=store, target=told["to"], actor=operator(), reason=_reason(told), slug=told["slug"]
            )
        elif row.target != told["to"]:
            raise services.AlreadyMoving
        else:
            services.go_on(row)
        self.stdout.write("Waiting for a worker ...")
        self._watch(row)

    def _walk_here(self, store: Store, row: StoreMove | None, told: dict[str, Any]) -> None:
        """An address is kept nowhere, so no worker could go there: this program goes itself."""
        target, bar = targets.at(told["to"], told["media"]), Bar(self.stdout)
        if told["undo"]:
            row = services.undo(
                store=store,
                actor=operator(),
                reason=_reason(told),
                lose_newer=told["lose_newer"],
                by_worker=False,
            )
            services.turn_back(row, target, bar)
            return
        if row is None:
            row = services.ask(
                store=store,
                target=target.name,
                actor=operator(),
                reason=_reason(told),
                slug=told["slug"],
                by_worker=False,
            )
        elif row.target != target.name:
            raise services.AlreadyMoving
        self._go(row, target, bar)
        bar.end()

    def _go(self, row: StoreMove, target: Target, bar: Bar) -> None:
        if row.state == MoveState.TURNING:
            services.turn_back(row, target, bar)
            return
        try:
            services.walk(row, target, bar)
        except CommerceError as refusal:
            services.give_up(row, refusal)
            if row.state == MoveState.TURNING:
                services.turn_back(row, target, bar)
            raise

    def _watch(self, row: StoreMove) -> None:
        bar = Bar(self.stdout)
        while row.state in (MoveState.WALKING, MoveState.TURNING):
            time.sleep(0.5)
            with context.in_public():
                row.refresh_from_db()
            kind = services.WALK if row.state == MoveState.WALKING else services.TURN_BACK
            job = selectors.job_of(kind, move_id=row.pk)
            if job is not None:
                bar(job.progress_done, job.progress_total, job.progress_note)
                if job.finished_at and job.state != "DONE":
                    break
        bar.end()
        if row.trouble:
            raise CommandError(row.trouble)

    def _print(self, row: StoreMove) -> None:
        self.stdout.write(f"{row.uid} {row.store_slug} -> {row.target}: {row.state} {row.trouble}".rstrip())
        for step in row.steps:
            counts = ", ".join(f"{name} {count}" for name, count in step["counts"].items())
            self.stdout.write(f"  {step['at'][:19]} {step['step']:12} {counts}")


def _reason(told: dict[str, Any]) -> str:
    if not told["reason"]:
        raise CommandError("Say why: --reason.")
    return str(told["reason"])


def _open_move(store: Store) -> StoreMove | None:
    open_states = (MoveState.WALKING, MoveState.TURNING)
    found = (row for row in services.moves_of(store) if row.state in open_states and not row.is_arrival)
    return next(found, None)
