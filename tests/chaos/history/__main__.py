"""`python -m tests.chaos.history --seconds 120 --seed 7`: make a history and judge it.

Prints a report as JSON; ends with 0 when a story fits, else with 1. --keep leaves the diaries where they are.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from config import embedded

asked = argparse.ArgumentParser()
asked.add_argument("--seconds", type=float, default=120)
asked.add_argument("--seed", type=int, default=1)
asked.add_argument("--keep", action="store_true")
told = asked.parse_args()

for name in ("DATABASE_URL", "REDIS_URL", "FAILPOINTS_DIR"):
    os.environ.pop(name, None)
folder = Path(tempfile.mkdtemp(prefix="smartseller-history-"))
servers = embedded.start(folder / "servers", durable=True)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings.test",
    "DATABASE_URL": servers.database_url,
    "REDIS_URL": servers.redis_url,
}

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from tenants import context  # noqa: E402
from tests.chaos.history import Report, calls, checker, scene  # noqa: E402
from tests.chaos.history.nemesis import Nemesis  # noqa: E402


def main() -> int:
    """Set the scene, let the clients and their nemesis loose, and look for a story that fits."""
    call_command("setup", verbosity=0)
    stores = scene.open_stores()
    before = {store.slug: scene.ending_of(store) for store in stores}
    connections.close_all()
    diaries = folder / "diaries"
    diaries.mkdir()
    began = time.monotonic()
    nemesis = Nemesis(stores, diaries, seconds=told.seconds, seed=told.seed)
    nemesis.rage(int(urlsplit(servers.database_url).port or 0), told.seconds)

    history = calls.read(sorted(diaries.iterdir()))
    after = {store.slug: scene.ending_of(store) for store in stores}
    (diaries / "endings.json").write_text(json.dumps({slug: asdict(each) for slug, each in after.items()}))
    ended = Counter(call.ended for call in history)
    report = Report(
        seed=told.seed,
        seconds=round(time.monotonic() - began, 1),
        ok=ended[calls.Ended.OK],
        failed=ended[calls.Ended.FAIL],
        unknown=ended[calls.Ended.UNKNOWN],
        broken=dict(nemesis.done),
        invariants_checked=sum(each.rules for each in after.values()),
        problems=checker.problems(history, before, after)[:100],
    )
    print(json.dumps(asdict(report)))
    return 0 if report.is_accepted else 1


try:
    code = main()
finally:
    context.enter(None)
    connections.close_all()
    servers.stop()
    if told.keep:
        print(folder / "diaries", file=sys.stderr)
        shutil.rmtree(folder / "servers", ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
sys.exit(code)
