"""The bounded part of `make chaos`, as a test: every kind of fault at least once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

FAULTS = {f"F-{name}" for name in "WEB WRK PROV REDIS PG TX NET DUP CLK DISK MAIL SHUT".split()}


@pytest.mark.chaos
def test_a_short_run_breaks_everything_once_and_loses_nothing(tmp_path: Path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.chaos"],
        cwd=ROOT,
        env={**os.environ, "CHAOS": "short", "DATA_DIR": str(tmp_path), "ONLY": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    rows = {row["id"]: row for row in json.loads((tmp_path / "chaos.json").read_text())}
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert rows.keys() >= FAULTS
    assert all(rows[name]["runs"] and not rows[name]["failed"] for name in FAULTS)
