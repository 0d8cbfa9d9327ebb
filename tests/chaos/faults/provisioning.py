"""F-PROV: whoever builds a store dies at every step; the store opens once, and nothing is left over."""

import itertools
import signal
import subprocess
import sys
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tenants import blueprint, pool, provisioning, schemas
from tenants.archive import leaving
from tenants.models import DeletionState, Membership, SpareSchema, Store, StoreDeletion, StoreState, User
from tenants.permissions import SYSTEM
from tests.chaos import ground, truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import Shop
from tests.chaos.stage import Stage, arm, disarm, has_fired

POINTS = (
    "provisioning.after_schema",
    "provisioning.in_tables",
    "provisioning.after_tables",
    "provisioning.in_prepare",
    "provisioning.after_prepare",
    "provisioning.before_open",
    "provisioning.after_step",
)
POOL_POINTS = ("pool.after_schema", "pool.after_tables", "pool.after_commit", "pool.in_discard")
DELETION = ("leaving.step_unnoted", "leaving.step_noted")
_OPENS = (
    "import django; django.setup(); import sys\n"
    "from tenants import provisioning; from tenants.models import User\n"
    "owner = User.objects.get(email='sari@example.com')\n"
    "provisioning.open_store(owner=owner, name='Teh', slug=sys.argv[1])\n"
)
_numbers = itertools.count(1)


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Every step twice by kill -9 and once by a lost connection; and the sign-up itself."""
    with report.row("F-PROV") as row:
        for name in POINTS[2:3] if short else POINTS:
            for order in ("kill9",) if short else ("kill9", "kill9 nth=2", "drop_db_conn"):
                _build(row, stage, shops, name, order)
        for name in POOL_POINTS[1:2] if short else POOL_POINTS:
            for order in ("kill9",) if short else ("kill9", "drop_db_conn"):
                _fill(row, stage, shops, name, order)
        for _ in range(0 if short else 2):
            _sign_up(row, stage, shops)
    if short:
        return
    with report.row("F-PROV-delete") as row:
        for number in range(1, len(leaving.STEPS) + 1):
            for name in DELETION:
                _delete(row, stage, shops, name, number)


def _build(row: Row, stage: Stage, shops: list[Shop], name: str, order: str) -> None:
    slug = f"toko{next(_numbers)}"
    row.runs += 1
    arm(name, order)
    _drain()
    provisioning.open_store(owner=User.objects.get(email="sari@example.com"), name="Teh", slug=slug)
    _expect_open(row, stage, slug, f"{name} {order}")
    # What a step does once cannot be met a second time by the same store.
    row.expect(has_fired(name) or "nth" in order, f"{name} was never reached")
    disarm(name)
    truth.check(row, stage, shops)


def _drain() -> None:
    """Leave no ready schema, so that the next store is built step by step."""
    while name := pool.take():
        schemas.drop(name)


def _fill(row: Row, stage: Stage, shops: list[Shop], name: str, order: str) -> None:
    """The worker dies while it makes a spare or throws one away: there is all of it or nothing."""
    row.runs += 1
    if name == "pool.in_discard":
        row.eventually(_is_full, f"{name}: the pool was never full", within=60)
        SpareSchema.objects.update(fingerprint="0" * 64)
    else:
        _drain()
    arm(name, order)
    pool.ask_to_fill(soon=True)
    row.eventually(lambda: has_fired(name), f"{name} was never reached", within=60)
    row.eventually(lambda: stage.settle(1) and _is_full(), f"{name} {order}: the pool stays short", within=60)
    truth.check(row, stage, shops)


def _is_full() -> bool:
    head = blueprint.head()
    assert head is not None
    return SpareSchema.objects.filter(fingerprint=head.fingerprint).count() == settings.STORE_POOL_SIZE


def _sign_up(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """The process that takes the sign-up dies before it commits; the seller tries again."""
    slug = f"toko{next(_numbers)}"
    row.runs += 1
    arm("provisioning.before_duty")
    ended = [
        subprocess.run(
            [sys.executable, "-c", _OPENS, slug], cwd=ground.ROOT, env=stage.environment, check=False
        )
        for _ in range(2)
    ]
    codes = [each.returncode for each in ended]
    row.expect(codes == [-signal.SIGKILL, 0], f"signing up ended with {codes}")
    _expect_open(row, stage, slug, "provisioning.before_duty")
    truth.check(row, stage, shops)


def _delete(row: Row, stage: Stage, shops: list[Shop], name: str, step: int) -> None:
    """A store whose thirty days are over, and a worker that dies at one of the steps."""
    slug = f"toko{next(_numbers)}"
    row.runs += 1
    provisioning.open_store(owner=User.objects.get(email="sari@example.com"), name="Teh", slug=slug)
    _expect_open(row, stage, slug, "before its deletion")
    store = Store.objects.get(slug=slug)
    asked = leaving.ask(store=store, actor=SYSTEM, now=timezone.now())
    stage.settle()
    arm(name, f"kill9 nth={step}")
    StoreDeletion.objects.filter(pk=asked.pk).update(due_at=timezone.now() - timedelta(hours=1))
    leaving.let_due_ones_go()
    row.eventually(
        lambda: StoreDeletion.objects.filter(pk=asked.pk, state=DeletionState.DONE).exists(),
        f"{name} at step {step}: {slug} was never deleted",
        within=60,
    )
    row.expect(has_fired(name), f"{name} was not reached {step} times")
    disarm(name)
    left = {what: count for what, count in leaving.what_is_left(store).items() if count}
    row.expect(not left, f"{name} at step {step}: left over: {left}")
    truth.check(row, stage, shops)


def _expect_open(row: Row, stage: Stage, slug: str, after: str) -> None:
    opened = row.eventually(
        lambda: stage.settle(1) and Store.objects.filter(slug=slug, state=StoreState.ACTIVE).exists(),
        f"{after}: {slug} never opened",
        within=60,
    )
    if opened:
        owners = Membership.objects.filter(store__slug=slug).count()
        row.expect(owners == 1, f"{after}: {slug} has {owners} owners")
