"""Child processes that do not outlive us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.embedded.accounts import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what a new child must call so that Linux signals it when its parent is gone, even by `kill -9`.

    The parent is the *thread* that started the child: start children from the main thread.
    """
    if _LIBC is None:
        return None
    libc = _LIBC

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)

    return ask


def spawn(
    command: Sequence[str],
    *,
    log: IO[bytes],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C in the terminal reaches only us."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        process_group=0,
        # Runs between fork and exec; the parent has one thread and the function makes one system call.
        preexec_fn=die_with_parent(on_parent_death),  # noqa: PLW1509
        **(account.popen_arguments() if account else {}),
    )


def stop(child: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, within: float = 10) -> None:
    """End a child and its whole process group: ask first, kill after `within` seconds."""
    if child.poll() is None:
        child.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(within)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def stop_orphan(pid: int, *, naming: str, by: signal.Signals, within: float = 20) -> bool:
    """End a server that a killed run left behind. False when `pid` is nobody, or somebody else.

    naming   text in the command line that proves it is ours: numbers are reused, paths are not
    """
    if naming not in command_line(pid):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, by)
    deadline = time.monotonic() + within
    while naming in command_line(pid):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    return True


def command_line(pid: int) -> str:
    """Return the command line of a live process, or nothing."""
    if pid <= 0:
        return ""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def new_log(path: Path) -> IO[bytes]:
    """Open a fresh log and keep the one of the run before as `<name>.1`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab", buffering=0)


def last_lines(path: Path, count: int = 12) -> list[str]:
    """Return the end of a log."""
    try:
        text = path.read_bytes()[-16_384:].decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
