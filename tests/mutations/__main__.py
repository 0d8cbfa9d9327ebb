"""`python -m tests.mutations [guard ...]`: take guards away, and see the tests go red that watch over them.

`--list` names the guards. Without names, each of them is tried.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import tests.servers  # noqa: F401, I001
import django

django.setup()

import pytest  # noqa: E402

from tests.mutations.guards import GUARDS  # noqa: E402
from tests.mutations.runner import Runner  # noqa: E402


def main(names: list[str]) -> int:
    """Run the tests of the named guards. Returns the exit code: 0 when each of them noticed."""
    known = {guard.id: guard for guard in GUARDS}
    if names == ["--list"]:
        print("\n".join(f"{guard.id:20} {guard.told}" for guard in GUARDS))
        return 0
    if unknown := set(names) - set(known):
        print(f"There is no guard {min(unknown)}; --list names them.")
        return 2
    guards = [known[name] for name in names or known]
    tests = sorted({test for guard in guards for test in guard.tests})
    options = ["-qq", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "", "--no-header", "-W", "ignore"]
    return int(pytest.main([*options, *tests], plugins=[Runner(guards)]))


sys.exit(main(sys.argv[1:]))
