"""Faults on order happen once, where they were asked for, and never where they are not allowed."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tenants import failpoints
from tests.architecture.source import ROOT, files

NAMES = [
    name
    for path in files()
    for name in re.findall(r"\bfailpoint\((.*?)\)", path.read_text())
    if name[0] in "'\"f"
]


def run(code: str, settings: str = "tests.chaos.live", **told: str) -> subprocess.CompletedProcess:
    """Run Python as a process of its own."""
    setup = "import django; django.setup(); from tenants.failpoints import failpoint; "
    keys = {"SECRET_KEY": "k", "SEALING_KEYS": "test:dGVzdC1rZXktb25seS1mb3ItdGhlLXRlc3Qtc3VpdGU="}
    return subprocess.run(
        [sys.executable, "-c", setup + code],
        cwd=ROOT,
        env={**os.environ, **keys, "DJANGO_SETTINGS_MODULE": settings, **told},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_refuses_to_start_with_failpoints(tmp_path: Path):
    refused = run("", settings="config.settings.prod", FAILPOINTS_DIR=str(tmp_path))

    assert refused.returncode != 0
    assert "ImproperlyConfigured: FAILPOINTS_DIR is set" in refused.stderr


def test_a_failpoint_is_an_empty_function_unless_it_was_asked_for_at_the_start(tmp_path: Path):
    assert failpoints.failpoint is failpoints._nothing

    quiet = run(f"import os; os.environ['FAILPOINTS_DIR'] = {str(tmp_path)!r}; failpoint('here')")

    assert (quiet.returncode, list(tmp_path.iterdir())) == (0, [])


def test_an_armed_point_kills_its_process_once(tmp_path: Path):
    (tmp_path / "here").write_text("kill9")

    first = run("failpoint('here')", FAILPOINTS_DIR=str(tmp_path))
    second = run("failpoint('here')", FAILPOINTS_DIR=str(tmp_path))

    assert (first.returncode, second.returncode) == (-signal.SIGKILL, 0)
    assert (tmp_path / "fired" / "here").exists()


def test_the_hit_that_is_meant_is_counted_over_processes(tmp_path: Path):
    (tmp_path / "here").write_text("raise nth=3")

    first = run("failpoint('here'); failpoint('here'); failpoint('there')", FAILPOINTS_DIR=str(tmp_path))
    second = run("failpoint('here')", FAILPOINTS_DIR=str(tmp_path))

    assert first.returncode == 0
    assert "FaultInjected: here" in second.stderr
    assert sorted(path.name for path in (tmp_path / "met").iterdir()) == ["here", "there"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_plain_text_that_a_scan_finds(name: str):
    assert re.fullmatch(r'"[a-z]+\.[a-z_]+"', name)


def test_no_two_places_have_the_same_name():
    assert [name for name, times in Counter(NAMES).items() if times > 1] == []
