"""`python -m tests.bench.room`: memory of web and worker, and how long a web process takes to start."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.launch.environment import ROOT
from tests.bench import ground
from tests.bench.report import Figure, at_most


def room(filled: ground.Filled) -> Iterator[Figure]:
    """Shared pages count once, by halves and thirds, as the kernel tells."""
    held = 0
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        words, around = _read(status), _read(status.parent / "environ")
        is_ours = b"config.wsgi:application" in words or b"run_worker" in words
        if is_ours and f"DATA_DIR={os.environ['DATA_DIR']}\0".encode() in around:
            rollup = (status.parent / "smaps_rollup").read_text()
            held += int(re.search(r"Pss:\s+(\d+)", rollup)[1])  # type: ignore[index]
    yield at_most("memory of web and worker", held / 1024, "MiB", most=450)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import config.wsgi"], cwd=ROOT, check=True)
        times.append(time.perf_counter() - began)
    yield at_most("cold start of a web process", statistics.median(times), "s", most=4)


def _read(file: Path) -> bytes:
    """What stands in it; nothing when its process has ended, or is not ours to look into."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(ground.measure(room, stores=0))
