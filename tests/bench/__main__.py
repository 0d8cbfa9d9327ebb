"""`make bench`: everything that fits in ten minutes on a machine that does nothing else, and one table of it.

The parts over HTTP share one server; then sign-ups, the fleet, imports, and what is measured in the suite.
Each has a command of its own. ONLY=load,fleet runs some of them. What cannot be measured yet is named.
"""

import os
import subprocess
import sys
import time
import traceback

from config.launch.environment import ROOT
from tests.bench import ground, growth, report
from tests.bench.large import large
from tests.bench.last_units import last_units
from tests.bench.load import workloads
from tests.bench.room import room

COMMANDS = {
    "sign_ups": ["-m", "tests.bench.sign_ups"],
    "imports": ["-m", "tests.bench.imports"],
    "fleet": ["-m", "tests.bench.fleet"],
    "suite": ["-m", "pytest", "-n", "0", "-q", "-s", "-m", "bench", "tests/bench", "tests/isolation"],
}
# Rows of the plan that nothing here can measure, and why.
NAMED = {
    "stock fan-out, 10,000 SKUs x 5 channels": "no marketplace can be connected yet, so nothing fans out",
    "peers (Vendure, Medusa, Saleor, Oscar)": "measured outside the project: their figures are the targets",
}


def main() -> int:
    """Run the parts one after the other; a part that fails hides no other. Returns 1 when one did."""
    chosen = [name for name in os.environ.get("ONLY", "").split(",") if name] or ["load", *COMMANDS]
    report.forget()
    failed = []
    for name in chosen:
        began = time.monotonic()
        print(f"\n{name}", flush=True)
        command = COMMANDS.get(name, ["-m", "tests.bench", "--here"])
        code = subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode
        if code not in (0, report.MISSED):
            failed.append(name)
        print(f"{name} took {time.monotonic() - began:.0f} s", flush=True)
    return report.verdict(NAMED, failed)


def _over_http() -> int:
    """All parts that share a server, few stores first."""
    codes = []
    with ground.ready(stores=growth.FEW, pool=growth.POOL, home=ground.HOME) as filled:
        # The settings stand only now.
        from tests.bench import filling  # noqa: PLC0415

        few = growth.look(filled, number=0)
        filling.others(ground.STORES - growth.FEW, first=growth.FEW)
        many = growth.look(filled, number=1)
        codes.append(report.finish(growth.compared(few, many, many=ground.STORES)))
        for part in (workloads, room, last_units, large, growth.weights):
            codes.append(_finished(part, filled))
    return next((code for code in sorted(codes) if code), 0)


def _finished(part: ground.Part, filled: ground.Filled) -> int:
    """What the gate says of one part; 1 when it broke, which takes no other part's figures away."""
    try:
        return report.finish(part(filled))
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(_over_http() if "--here" in sys.argv else main())
