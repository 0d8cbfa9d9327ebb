"""Remove the servers' files, also those outside the clone: `python -m config.embedded.removal DIR`."""

import shutil
import sys
from pathlib import Path

from config.embedded import accounts, installs, servers
from config.embedded.errors import CannotStart


def remove(data_dir: Path) -> None:
    """Delete a DATA_DIR that no run uses, with everything in it."""
    data_dir = data_dir.resolve()
    if not (data_dir / "run.lock").exists():
        return
    with servers.hold(data_dir):
        accounts.remove_reachable(data_dir / "postgres")
        shutil.rmtree(data_dir)


if __name__ == "__main__":
    try:
        remove(Path(sys.argv[1]))
        installs.remove_copy()
    except CannotStart as refusal:
        sys.exit(f"make clean: {refusal}")
