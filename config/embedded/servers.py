"""Both servers together, and the lock that keeps two runs apart."""

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from config.embedded.errors import CannotStart
from config.embedded.ports import Memory
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis


@dataclass(slots=True)
class Servers:
    """Running servers. Also a context manager: leaving it stops them."""

    database_url: str
    redis_url: str
    memory: Memory
    durable: bool = True
    _started: list[Postgres | Redis] = field(default_factory=list)
    _lock: IO[bytes] | None = None

    def stop(self) -> None:
        """Stop what `start` started, last first. Safe to call twice."""
        while self._started:
            server = self._started.pop()
            server.stop()
            if not self.durable:
                server.remove()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def died(self) -> Path | None:
        """Return the log of a server that has ended by itself, or None while all run."""
        for server in self._started:
            if server.child is not None and server.child.poll() is not None:
                return server.log
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data_dir: Path, durable: bool = True) -> Servers:
    """Start PostgreSQL and Redis in `data_dir`, where `DATABASE_URL` and `REDIS_URL` name no others.

    durable   False for tests: quick, and gone when stopped
    Raises    CannotStart when a program is missing, fails, or another run uses the folder
    """
    data_dir = data_dir.resolve()
    try:
        # `nobody` passes through on its way to the cluster, but lists and reads nothing.
        data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not durable:
            data_dir.chmod(0o711)
    except OSError as error:
        raise CannotStart(f"{data_dir} cannot be made ({error.strerror}): set DATA_DIR.") from error

    lock = hold(data_dir)
    servers = Servers(
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
        memory=Memory(data_dir / "embedded.json"),
        durable=durable,
        _lock=lock,
    )
    try:
        if not servers.database_url:
            postgres = Postgres(data_dir, servers.memory, durable)
            servers._started.append(postgres)
            servers.database_url = postgres.start()
        if not servers.redis_url:
            redis = Redis(data_dir, servers.memory, durable)
            servers._started.append(redis)
            servers.redis_url = redis.start()
    except BaseException:
        servers.stop()
        raise
    return servers


def hold(data_dir: Path) -> IO[bytes]:
    """Hold the folder until we stop or die. The system releases the lock of a killed run."""
    try:
        file = (data_dir / "run.lock").open("a+b")
    except OSError as error:
        raise CannotStart(f"{data_dir} cannot be written ({error.strerror}): set DATA_DIR.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().decode() or "unknown"
        file.close()
        raise CannotStart(
            f"{data_dir} is in use by process {holder}: stop it, or set DATA_DIR to another folder."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    file.flush()
    return file
