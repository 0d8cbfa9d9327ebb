"""Remove the servers' files, also those outside the clone: `python -m config.embedded.removal DIR`."""

import shutil
import sys
from pathlib import Path

from config.embedded import accounts, installs, servers
from config.embedded.errors import CannotStart

# A DATA_DIR may be a folder that its owner also keeps other things in.
OURS = ("redis", "logs", "media", "mail", "demo.json", "embedded.json", "run.lock")


def remove(data_dir: Path) -> None:
    """Delete what we keep in a DATA_DIR that no run uses, and the folder if nothing else is in it."""
    data_dir = data_dir.resolve()
    if not (data_dir / "run.lock").exists():
        return
    with servers.hold(data_dir):
        accounts.remove_reachable(data_dir / "postgres")
        for name in OURS:
            path = data_dir / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if not any(data_dir.iterdir()):
        data_dir.rmdir()


if __name__ == "__main__":
    try:
        remove(Path(sys.argv[1]))
        installs.remove_copy()
    except CannotStart as refusal:
        sys.exit(f"make clean: {refusal}")
