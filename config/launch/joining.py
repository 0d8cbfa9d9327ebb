"""Lets a command that is typed by hand find the servers that `make run` has started."""

import json
import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from config.launch.environment import ROOT

_NOTE = "running.json"


@contextmanager
def noted(data_dir: Path, told: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[None]:
    """Leave word, for as long as the block runs, of what the processes are told beyond `environ`.

    Only the owner of the folder can read it, as the passwords that lie beside it.
    """
    note = data_dir / _NOTE
    added = {name: value for name, value in told.items() if environ.get(name) != value}
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(added, file)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def join(environ: MutableMapping[str, str]) -> None:
    """Take over what the running processes of DATA_DIR were told, unless the environment names servers."""
    if "DATABASE_URL" in environ or "DJANGO_SETTINGS_MODULE" in environ:
        return
    note = ROOT / (environ.get("DATA_DIR") or ".data") / _NOTE
    try:
        told = json.loads(note.read_text())
    except (OSError, ValueError):
        return
    for name, value in told.items():
        environ.setdefault(name, value)
