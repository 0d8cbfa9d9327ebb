"""PostgreSQL refuses to run as root: then it runs as `nobody`, in folders that `nobody` can enter."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from config.embedded.errors import CannotStart

# A clone under /root is closed to everyone else: then the server's files live here, and a link leads to them.
OPEN_GROUND = Path("/var/lib/smartseller")


class PopenArguments(TypedDict, total=False):
    """The part of `subprocess.Popen` that changes who runs the child."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine with no rights of its own."""

    uid: int
    gid: int

    def popen_arguments(self) -> PopenArguments:
        """Return what makes `subprocess` run a child as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Ask the system itself: mode bits alone would miss access lists and mount options."""
        try:
            answer = subprocess.run(
                ["test", "-x", str(folder)], cwd="/", check=False, **self.popen_arguments()
            )
        except PermissionError as error:
            raise CannotStart(
                "PostgreSQL refuses to run as root and this root may not change user: "
                "run as an ordinary user, or set DATABASE_URL."
            ) from error
        return answer.returncode == 0

    def own(self, *paths: Path) -> None:
        """Hand files over to this user."""
        for path in paths:
            os.chown(path, self.uid, self.gid)


def unprivileged() -> Account | None:
    """Return who runs PostgreSQL, or None when it may simply run as we do."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart(
            "PostgreSQL refuses to run as root and there is no user `nobody`: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from error
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def folder_for(name: str, belonging_to: Path) -> Path:
    """Name the folder on open ground for something of `belonging_to`."""
    digest = hashlib.sha256(os.fsencode(belonging_to)).hexdigest()[:16]
    return OPEN_GROUND / f"{name}-{digest}"


def open_folder(name: str, belonging_to: Path) -> Path:
    """Make (or find) a folder that `nobody` can enter, for something of `belonging_to`."""
    folder = folder_for(name, belonging_to)
    for level in (OPEN_GROUND, folder):
        level.mkdir(mode=0o711, exist_ok=True)
        state = level.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
            raise CannotStart(f"{level} is not a folder of our own: remove it, or set DATABASE_URL.")
        level.chmod(0o711)
    return folder


def reachable_folder(wanted: Path, account: Account | None) -> Path:
    """Return where the files that should be at `wanted` can live, so that `account` gets at them.

    That is `wanted` itself, or a folder elsewhere with a link from `wanted` to it.
    """
    if wanted.is_symlink() and wanted.exists():
        return wanted.resolve()
    if account is None or account.can_enter(wanted.parent):
        return wanted
    elsewhere = open_folder("files", wanted) / wanted.name
    if wanted.is_dir() and not wanted.is_symlink():
        shutil.move(wanted, elsewhere)
    wanted.unlink(missing_ok=True)
    wanted.symlink_to(elsewhere)
    return elsewhere


def remove_reachable(wanted: Path) -> None:
    """Remove what `reachable_folder` made, wherever it is."""
    if wanted.is_symlink():
        target = wanted.readlink()
        wanted.unlink()
        if target.parent.parent == OPEN_GROUND:
            shutil.rmtree(target.parent, ignore_errors=True)
    elif wanted.exists():
        shutil.rmtree(wanted, ignore_errors=True)
