"""One PostgreSQL cluster in a folder: made once, started and stopped with us."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import accounts, children, installs
from config.embedded.errors import CannotStart
from config.embedded.ports import Memory

ROLE = DATABASE = "smartseller"
_READY_WITHIN = 60

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # A socket's path may have 107 bytes at most; a clone in a deep folder exceeds that. TCP has no limit.
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A migration of one store locks a few hundred relations, and several stores migrate at once.
    "max_locks_per_transaction": "1024",
    "max_connections": "250",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
}
# After a crash PostgreSQL makes sure that every file is on the disk. One call for the file system does it at
# once; else each of the hundreds of files of each store is opened, and recovery takes minutes.
_LINUX = {"recovery_init_sync_method": "syncfs"}
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
}


@dataclass(slots=True)
class Postgres:
    """A cluster under `data_dir / "postgres"`.

    durable   False gives up crash safety for speed: only for what may be lost, such as test databases
    """

    data_dir: Path
    memory: Memory
    durable: bool
    account: accounts.Account | None = field(init=False)
    programs: Path = field(init=False)
    cluster: Path = field(init=False)
    child: subprocess.Popen[bytes] | None = field(init=False, default=None)

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "logs" / "postgres.log"

    def start(self) -> str:
        """Make the cluster if there is none, start it, and return its URL once it answers."""
        self.account = accounts.unprivileged()
        self.programs = installs.postgres_programs(self.account)
        self.cluster = accounts.reachable_folder(self.data_dir / "postgres", self.account)
        self._refuse_another_owner()
        self._refuse_another_version()
        self._end_orphan()

        password_known = "postgres_password" in self.memory.values
        password = self.memory.secret("postgres_password")
        if not (self.cluster / "PG_VERSION").exists():
            self._create(password)
        elif not password_known:
            self._run_alone(f"ALTER ROLE {ROLE} PASSWORD '{password}';", self.cluster)

        port = self._launch()
        return f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"

    def stop(self) -> None:
        """Disconnect everybody and shut down in order."""
        if self.child is not None:
            children.stop(self.child, by=signal.SIGINT, within=30)
            self.child = None

    def remove(self) -> None:
        """Delete the cluster of a stopped server."""
        accounts.remove_reachable(self.data_dir / "postgres")

    def _refuse_another_owner(self) -> None:
        ours = self.account.uid if self.account else os.geteuid()
        if self.cluster.exists() and self.cluster.stat().st_uid != ours:
            raise CannotStart(f"{self.cluster} belongs to another user: start as that user, or set DATA_DIR.")

    def _refuse_another_version(self) -> None:
        made_by = self.cluster / "PG_VERSION"
        if made_by.exists() and made_by.read_text().strip() != str(installs.POSTGRES_MAJOR):
            raise CannotStart(
                f"{self.data_dir} was made by PostgreSQL {made_by.read_text().strip()}, this one is "
                f"{installs.POSTGRES_MAJOR}: set DATA_DIR to a new folder, or run `make clean` to lose it."
            )

    def _create(self, password: str) -> None:
        """Make the cluster beside its place and move it there when complete: a crash leaves no half."""
        draft = self.cluster.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=tempfile.gettempdir(), text=True)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(password)
            if self.account:
                self.account.own(draft, Path(name))
            self._program(
                "initdb",
                *("--pgdata", str(draft), "--username", ROLE, "--pwfile", name, "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
                *("--builtin-locale", "C.UTF-8", "--no-instructions"),
                *(() if self.durable else ("--no-sync",)),
            )
        finally:
            Path(name).unlink(missing_ok=True)
        self._run_alone(f"CREATE DATABASE {DATABASE};", draft)
        shutil.rmtree(self.cluster, ignore_errors=True)
        draft.rename(self.cluster)

    def _run_alone(self, statement: str, cluster: Path) -> None:
        """Run one statement while the server is down: this needs no password and no port."""
        self._program("postgres", "--single", "-D", str(cluster), "postgres", typed=f"{statement}\n")

    def _program(self, name: str, *arguments: str, typed: str = "") -> None:
        answer = subprocess.run(
            [str(self.programs / name), *arguments],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.cluster.parent,
            **(self.account.popen_arguments() if self.account else {}),
        )
        if answer.returncode != 0 or "ERROR:" in answer.stderr or "FATAL:" in answer.stderr:
            said = [line for line in answer.stderr.splitlines() if line.strip()] or ["it said nothing"]
            raise CannotStart(
                f"PostgreSQL's {name} failed ({said[-1].strip()}): free some disk space and check that "
                f"{self.data_dir} may be written, then try again."
            )

    def _end_orphan(self) -> None:
        """Stop the server of a killed run, or forget it if it is gone. Our lock says no run is alive."""
        pid_file = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            children.stop_orphan(pid, naming=str(self.cluster), by=signal.SIGINT)
            pid_file.unlink(missing_ok=True)

    def _launch(self) -> int:
        """Start the server and wait until it takes connections.

        Again for a while when somebody took its port, or a killed server's memory is not yet released.
        """
        deadline = time.monotonic() + _READY_WITHIN
        while True:
            port = self.memory.port("postgres")
            self.child = self._spawn(port)
            if self._answers(deadline):
                return port
            children.stop(self.child, by=signal.SIGINT)
            self.child = None
            said = "\n".join(children.last_lines(self.log))
            if "still in use" not in said and "could not bind" not in said:
                break
            if time.monotonic() > deadline:
                break
            time.sleep(0.5)
        raise CannotStart(f"PostgreSQL did not start: read {self.log}, or set DATABASE_URL.")

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL) | {"port": str(port)}
        if sys.platform == "linux":
            settings |= _LINUX
        command = [str(self.programs / "postgres"), "-D", str(self.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with children.new_log(self.log) as log:
            return children.spawn(
                command,
                log=log,
                cwd=self.cluster.parent,
                account=self.account,
                on_parent_death=signal.SIGINT,
            )

    def _answers(self, deadline: float) -> bool:
        """Wait for the line `ready` that the server adds to its own pid file. False when it ended instead."""
        assert self.child is not None
        pid_file = self.cluster / "postmaster.pid"
        while self.child.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                lines = pid_file.read_text().split("\n")
                if len(lines) > 7 and lines[0] == str(self.child.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.03)
        return False
