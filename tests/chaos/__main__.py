"""`make chaos`: break everything that can break, and hold what is left against what was promised.

CHAOS=short leaves out what takes long. ONLY=F-WEB,F-PG runs some faults alone.
"""

import os
import re
import sys
import time

from tests.chaos import ground  # first: it says where Django finds its servers

import django  # isort: skip

django.setup()

from tests.architecture.source import files  # noqa: E402
from tests.chaos.faults import (  # noqa: E402
    clock,
    disk,
    duplicates,
    mail,
    network,
    postgres,
    provisioning,
    redis,
    shutdown,
    web,
    workers,
)
from tests.chaos.history import run_history  # noqa: E402
from tests.chaos.report import Report  # noqa: E402
from tests.chaos.shop import Shop, open_shops, sign_in  # noqa: E402
from tests.chaos.stage import Stage, met  # noqa: E402

FAULTS = {
    "F-WEB": web.run,
    "F-WRK": workers.run,
    "F-PROV": provisioning.run,
    "F-REDIS": redis.run,
    "F-PG": postgres.run,
    "F-TX": postgres.run_locks,
    "F-NET": network.run,
    "F-DUP": duplicates.run,
    "F-CLK": clock.run,
    "F-DISK": disk.run,
    "F-MAIL": mail.run,
    "F-SHUT": shutdown.run,
}


def _history(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """T-HIST has a ground of its own; here it has a row."""
    if short:
        return
    with report.row("T-HIST") as row:
        told = run_history(seconds=120, seed=7)
        row.runs, row.invariants_checked = told.ok + told.failed + told.unknown, told.invariants_checked
        for problem in told.problems:
            row.expect(False, problem)


FAULTS["T-HIST"] = _history


def main() -> int:
    """Run every fault. Returns 1 when anything was lost, done twice, or never tried."""
    short = os.environ.get("CHAOS") == "short"
    only = [name for name in os.environ.get("ONLY", "").split(",") if name]
    report, stage, began = Report(ground.DATA_DIR / "chaos.json"), Stage(), time.monotonic()
    try:
        stage.start()
        shops = open_shops(stage.port, f"{stage.fakes_url}/receiver")
        stage.stores, stage.cookie = [shop.store for shop in shops], sign_in(shops[0].store)
        stage.start_processes()
        print(f"  the stage is set after {time.monotonic() - began:.0f} s", flush=True)
        for name, run in FAULTS.items():
            if not only or name in only:
                run(report, stage, shops, short=short)
        if not short and not only:
            _miss_no_failpoint(report)
    finally:
        stage.stop()
        ground.leave()
    report.write()
    report.print()
    print(f"  {time.monotonic() - began:.0f} s")
    return int(report.has_failed)


def _miss_no_failpoint(report: Report) -> None:
    """A failpoint that no fault reaches proves nothing. A roll-out's have a test of their own (F-DEPLOY)."""
    elsewhere = (ground.ROOT / "tests" / "tenants" / "fleet" / "test_deploy.py").read_text()
    with report.row("failpoints") as row:
        names = {name for path in files() for name in re.findall(r'\bfailpoint\("(.*?)"\)', path.read_text())}
        row.runs = len(names)
        for name in sorted(names - met()):
            row.expect(f'"{name}"' in elsewhere, f"{name} was never reached")


if __name__ == "__main__":
    sys.exit(main())
