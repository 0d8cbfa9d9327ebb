"""The long-running processes: start them, watch them, stop them."""

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded import CannotStart, children


@dataclass(frozen=True, slots=True)
class Process:
    """One running child and its log."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path


class Crew:
    """All children of one run. They live and end together."""

    def __init__(self, *, cwd: Path, env: Mapping[str, str], logs: Path) -> None:
        self.cwd, self.env, self.logs = cwd, env, logs
        self.processes: list[Process] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that runs until `stop`."""
        log = self.logs / f"{name}.log"
        with children.new_log(log) as file:
            child = children.spawn(command, log=file, cwd=self.cwd, env=self.env)
        self.processes.append(Process(name, child, log))

    def run(
        self, name: str, command: Sequence[str], *, remedy: str, tell: Callable[[str], None] | None = None
    ) -> None:
        """Run a command to its end. Raises CannotStart, with the command's last words, when it fails.

        tell    hears each line of the command's log that begins with a dot
        """
        self.start(name, command)
        process = self.processes[-1]
        code = process.child.wait() if tell is None else _listen(process, tell)
        self.processes.remove(process)
        if code != 0:
            raise CannotStart(_last_words(process.log) + f"{remedy} (whole log: {process.log})")

    def check(self) -> None:
        """Raise CannotStart when a process has ended by itself."""
        for process in self.processes:
            code = process.child.poll()
            if code is not None:
                raise CannotStart(
                    _last_words(process.log) + f"{process.name} stopped by itself "
                    f"({_ending(code)}): see the lines above, or {process.log}, then start again."
                )

    def wait_until(self, is_ready: Callable[[], bool], *, within: float, what: str) -> None:
        """Wait for something that the processes bring about."""
        deadline = time.monotonic() + within
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"{what} did not answer within {within:.0f} s: read the logs in {self.logs}."
                )
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to end at once, then wait for each, last first. Kills who does not listen."""
        for process in self.processes:
            if process.child.poll() is None:
                process.child.send_signal(signal.SIGTERM)
        while self.processes:
            children.stop(self.processes.pop().child, within=12)


def answers(port: int, path: str, host: str) -> bool:
    """Tell whether a web server gives 200 for a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Tell whether something on loopback accepts connections."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _listen(process: Process, tell: Callable[[str], None]) -> int:
    """Pass on what a process says about its progress until it ends. Returns its exit code."""
    with process.log.open(encoding="utf-8", errors="replace") as log:
        while True:
            code = process.child.poll()
            for line in log:
                if line.startswith("· "):
                    tell(line[2:].strip())
            if code is not None:
                return code
            time.sleep(0.2)


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def _last_words(log: Path) -> str:
    lines = children.last_lines(log)
    return "".join(f"    | {line}\n" for line in lines)
