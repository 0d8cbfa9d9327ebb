"""`make bench`: pages and purchases under load, against a server of its own, over HTTP."""

import subprocess
import sys

import pytest

from config.launch.environment import ROOT

pytestmark = pytest.mark.bench


def test_pages_and_purchases_reach_their_targets():
    ran = subprocess.run([sys.executable, "-m", "tests.bench.load"], cwd=ROOT, check=False)

    assert ran.returncode == 0
