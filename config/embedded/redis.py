"""One Redis server in a folder."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import children, installs
from config.embedded.errors import CannotStart
from config.embedded.ports import Memory

_READY_WITHIN = 30


@dataclass(slots=True)
class Redis:
    """A server whose files are in `data_dir / "redis"`. `durable` keeps an append-only file."""

    data_dir: Path
    memory: Memory
    durable: bool
    child: subprocess.Popen[bytes] | None = field(init=False, default=None)

    @property
    def folder(self) -> Path:
        """Where the server keeps its files."""
        return self.data_dir / "redis"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "logs" / "redis.log"

    def start(self) -> str:
        """Start the server and return its URL once it answers."""
        program = installs.redis_program()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_orphan()
        password = self.memory.secret("redis_password")
        port = self.memory.port("redis")
        with children.new_log(self.log) as log:
            command = [str(program), str(self._write_settings(port, password))]
            self.child = children.spawn(command, log=log, cwd=self.folder)

        deadline = time.monotonic() + _READY_WITHIN
        while self.child.poll() is None and time.monotonic() < deadline:
            if answers(port, password):
                return f"redis://:{password}@127.0.0.1:{port}/0"
            time.sleep(0.03)
        self.stop()
        raise CannotStart(f"Redis did not start: read {self.log}, or set REDIS_URL.")

    def stop(self) -> None:
        """Shut down; what was written stays written when durable."""
        if self.child is not None:
            children.stop(self.child)
            self.child = None

    def remove(self) -> None:
        """Delete the files of a stopped server."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_settings(self, port: int, password: str) -> Path:
        """Write a file: a password in the command line would show to every user of the machine."""
        settings = self.folder / "redis.conf"
        settings.touch(mode=0o600)
        # The server starts in its folder, so no path stands here that could hold a space or a quote.
        settings.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir .\npidfile redis.pid\n"
            f'appendonly {"yes" if self.durable else "no"}\nsave ""\n'
        )
        return settings

    def _end_orphan(self) -> None:
        pid_file = self.folder / "redis.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(pid_file.read_text())
            if Path(f"/proc/{pid}").exists() and not Path(f"/proc/{pid}/cwd").samefile(self.folder):
                return
            children.stop_orphan(pid, naming="-server", by=signal.SIGTERM)
            pid_file.unlink(missing_ok=True)


def answers(port: int, password: str) -> bool:
    """Tell whether Redis has loaded its files and takes commands."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        said = b""
        while said.count(b"\n") < 2 and (part := connection.recv(256)):
            said += part
        return b"+PONG" in said
    return False
