"""Everything that a shop runs on: our processes, the providers, and a proxy that can fail before each."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connections
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from config.embedded import children
from config.launch.processes import answers
from core.integrations import services as integrations
from core.integrations.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from core.notifications.models import Message, MessageState
from tenants import context
from tenants.models import Job, JobState, Store
from tests.chaos import ground
from tests.chaos.postbox import Postbox
from tests.chaos.proxy import Proxy
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.receiver import Receiver
from tests.fakes.server import FakeServer

WEB_WORKERS = 2
_RESPAWN = ("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "5")


@dataclass(slots=True)
class Piece:
    """One of our processes: what was started, and as what."""

    command: list[str]
    child: subprocess.Popen[bytes]


class Stage:
    """Starts it all, breaks parts of it, and waits until it is whole again."""

    def __init__(self) -> None:
        self.midtrans = FakeMidtrans(minute=0.3)
        self.receiver = Receiver()
        self.fakes = FakeServer({"midtrans": self.midtrans, "receiver": self.receiver}, ground.FAKES_PORT)
        self.postbox = Postbox(ground.MAIL_PORT)
        self.to_postgres = Proxy(_port(ground.servers.database_url))
        self.to_redis = Proxy(_port(ground.servers.redis_url))
        self.to_fakes = Proxy(_port(self.fakes.url))
        self.to_mail = Proxy(self.postbox.port)
        self.port, self.second_port = ground.WEB_PORT, ground.SECOND_WEB_PORT
        self.pieces: dict[str, Piece] = {}
        self.stores: list[Store] = []
        self.cookie = ""
        self._guard = threading.RLock()
        self._ends = threading.Event()

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        return (self.to_postgres, self.to_redis, self.to_fakes, self.to_mail)

    @property
    def fakes_url(self) -> str:
        return f"http://127.0.0.1:{self.to_fakes.port}"

    def start(self) -> None:
        """The providers, an up-to-date database, then our own processes."""
        self.fakes.start()
        self.postbox.start()
        for proxy in self.proxies:
            proxy.start()
        call_command("setup", verbosity=0)

    def start_processes(self) -> None:
        """As `make run` starts them."""
        self.start_worker()
        self.start_scheduler()
        self.start_web()
        threading.Thread(target=self._look_after, daemon=True).start()
        self.wait_for_web()

    def _look_after(self) -> None:
        """Start again whichever process has ended, as systemd and compose do."""
        while not self._ends.wait(0.2):
            with self._guard:
                for name, piece in list(self.pieces.items()):
                    if piece.child.poll() is not None:
                        self._start(name, *piece.command)

    def start_web(self, name: str = "web", port: int = 0) -> None:
        self._start(
            name,
            *("-m", "config.preloaded_granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port or self.port), "--workers", str(WEB_WORKERS), "--blocking-threads", "4"),
            *(*_RESPAWN, "--no-ws", "--log-level", "warning", "config.wsgi:application"),
        )

    def start_worker(self) -> None:
        self._start("worker", "manage.py", "run_worker", "--processes", "2")

    def start_scheduler(self) -> None:
        self._start("scheduler", "manage.py", "run_scheduler")

    def stop(self) -> None:
        """End everything; nobody needs a farewell."""
        self._ends.set()
        with self._guard:
            for piece in self.pieces.values():
                _kill(piece.child)
        for each in (*self.proxies, self.fakes, self.postbox):
            each.stop()
        connections.close_all()

    def kill(self, name: str) -> None:
        """kill -9 a process and its children, as a machine that loses power does."""
        with self._guard:
            _kill(self.pieces.pop(name).child)

    def terminate(self, name: str, within: float = 20) -> int:
        """Ask a process to leave and wait until it has. Returns its exit code."""
        with self._guard:
            child = self.pieces.pop(name).child
        child.send_signal(signal.SIGTERM)
        try:
            return child.wait(within)
        finally:
            _kill(child)

    def wait_for_web(self, within: float = 40, name: str = "web", port: int = 0) -> float:
        """Wait until every web process is there and answers. Returns how long it took."""
        began = time.monotonic()
        while not self._web_is_whole(name, port or self.port):
            if time.monotonic() - began > within:
                raise TimeoutError(f"{name} did not come back within {within:.0f} s")
            time.sleep(0.1)
        return time.monotonic() - began

    def _web_is_whole(self, name: str, port: int) -> bool:
        return len(self.children_of(name)) >= WEB_WORKERS and _serves(port)

    def children_of(self, name: str) -> list[int]:
        """The process ids that a process of ours has started."""
        pid = self.pieces[name].child.pid
        try:
            told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return []
        return [int(number) for number in told.split() if b"resource_tracker" not in _command_line(number)]

    def settle(self, within: float = 60) -> bool:
        """Wait until nothing is left to do. What waits to be tried again is tried at once."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                close_old_connections()
                if self._is_quiet():
                    return True
                hurry(self.stores)
            except DatabaseError:  # the database may be what has just been broken
                connections.close_all()
            time.sleep(0.2)
        return False

    def _is_quiet(self) -> bool:
        try:
            self.midtrans.sender.wait_until_idle(0.05)
        except TimeoutError:
            return False
        is_due = Q(next_at__lte=Now()) | Q(attempts__gt=0)
        is_open = Q(state=JobState.RUNNING) | (Q(state=JobState.WAITING) & is_due)
        return not Job.objects.filter(is_open).exists() and not any(map(_has_mail_to_go, self.stores))

    def _start(self, name: str, *command: str) -> None:
        with self._guard, (ground.HOME / "logs" / f"{name}.log").open("ab", buffering=0) as log:
            child = children.spawn([sys.executable, *command], log=log, cwd=ground.ROOT, env=self.environment)
            self.pieces[name] = Piece(list(command), child)

    @property
    def environment(self) -> dict[str, str]:
        """What our processes are told: everything lies behind its proxy."""
        return {
            **os.environ,
            "DATABASE_URL": _through(ground.servers.database_url, self.to_postgres),
            "REDIS_URL": _through(ground.servers.redis_url, self.to_redis),
            "FAKES_URL": self.fakes_url,
            "MAIL_PORT": str(self.to_mail.port),
            "FAILPOINTS_DIR": str(ground.FAILPOINTS),
            "PYTHONUNBUFFERED": "1",
        }


def hurry(stores: list[Store]) -> None:
    """Let the time pass for which failed work, and webhooks of a worker that died, would wait."""
    failed = Job.objects.filter(state=JobState.WAITING, attempts__gt=0, next_at__gt=Now())
    failed.update(next_at=Now())
    for store in stores:
        with context.in_store(store):
            WebhookEndpoint.objects.exclude(quiet_until=None).update(quiet_until=None)
            integrations.send_overdue(now=timezone.now() + timedelta(minutes=25))


def _has_mail_to_go(store: Store) -> bool:
    """Whether a webhook is still to be delivered, or a mail is in the hands of somebody who may be dead."""
    with context.in_store(store):
        held = Message.objects.filter(state=MessageState.SENDING)
        return WebhookDelivery.objects.filter(state=DeliveryState.WAITING).exists() or held.exists()


def arm(name: str, order: str = "kill9") -> None:
    """Have a failpoint go off. Whether it did tells `has_fired`."""
    (ground.FAILPOINTS / "fired" / name).unlink(missing_ok=True)
    draft = ground.FAILPOINTS / "draft"
    draft.write_text(order)
    draft.rename(ground.FAILPOINTS / name)


def disarm(name: str) -> None:
    """Take back an order that was not carried out."""
    (ground.FAILPOINTS / name).unlink(missing_ok=True)


def has_fired(name: str) -> bool:
    return (ground.FAILPOINTS / "fired" / name).exists()


def met() -> set[str]:
    """The failpoints that have gone off at least once in this run."""
    return {path.name for path in (ground.FAILPOINTS / "met").iterdir()}


def _serves(port: int) -> bool:
    """Whether a shop answers from its database."""
    return answers(port, "/api/storefront/v1/categories", "kopi.shop.localhost")


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def _command_line(number: str) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


def _port(url: str) -> int:
    return int(urlsplit(url).port or 0)


def _through(url: str, proxy: Proxy) -> str:
    return url.replace(f":{proxy.target}/", f":{proxy.port}/")
