"""Imports point one way: the contracts of `.importlinter`, kept by the suite."""

import subprocess
import sys

from tests.architecture.source import ROOT


def test_the_contracts_are_kept():
    lint = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr
