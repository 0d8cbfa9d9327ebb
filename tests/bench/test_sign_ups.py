"""`make bench`: a rush of sign-ups against a server of its own, over HTTP."""

import subprocess
import sys

import pytest

from config.launch.environment import ROOT

pytestmark = pytest.mark.bench


def test_a_rush_of_sign_ups_is_served_within_its_targets():
    ran = subprocess.run([sys.executable, "-m", "tests.bench.sign_ups"], cwd=ROOT, check=False)

    assert ran.returncode == 0
