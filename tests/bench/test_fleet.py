"""`make bench`: 200 stores of a server of its own are brought to head."""

import subprocess
import sys

import pytest

from config.launch.environment import ROOT

pytestmark = pytest.mark.bench


def test_a_fleet_comes_to_head_within_its_targets():
    ran = subprocess.run([sys.executable, "-m", "tests.bench.fleet"], cwd=ROOT, check=False)

    assert ran.returncode == 0
