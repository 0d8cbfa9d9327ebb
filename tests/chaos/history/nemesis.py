"""Breaks connections, stops and kills clients. What it does is random, by its seed."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.db import connection

from tenants import context
from tenants.models import Store
from tests.chaos.history import client
from tests.chaos.proxy import Proxy

CLIENTS = 8
# So many seconds pass for each client that may be killed: a new one takes its place.
SECONDS_PER_DEATH = 12
_TERMINATE = """
SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity WHERE application_name = %s ORDER BY random() LIMIT %s
) AS chosen
"""


class Nemesis:
    """Holds the clients, and does to them what networks and machines do."""

    def __init__(self, stores: list[Store], folder: Path, *, seconds: float, seed: int) -> None:
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        count = CLIENTS + int(seconds / SECONDS_PER_DEATH) + 1
        self.diaries = [folder / f"c{number}.jsonl" for number in range(count)]
        # Forked before there are threads and connections.
        self.waiting = [
            client.fork(stores, diary, seed * 1_000 + number) for number, diary in enumerate(self.diaries)
        ]
        self.alive: list[int] = []
        self.until = 0.0

    def rage(self, target: int, seconds: float) -> None:
        """Let the clients act for so long, and get in their way all the time."""
        self.proxy = Proxy(target).start()
        self.until = time.monotonic() + seconds
        for _ in range(CLIENTS):
            self._send_next()
        evils = [
            *(self._cut_some, self._cut_some, self._cut_some, self._cut_all, self._refuse),
            *(self._pause, self._pause, self._pause, self._kill, self._slow),
        ]
        while time.monotonic() < self.until - 1:
            time.sleep(self.chance.uniform(0.4, 1.6))
            evil: Callable[[], None] = self.chance.choice(evils)
            evil()
            self.done[evil.__name__.strip("_")] += 1
        self.proxy.heal()
        self._wait()

    def _send_next(self) -> None:
        pid, tells = self.waiting.pop(0)
        client.begin(tells, port=self.proxy.port, until=self.until)
        self.alive.append(pid)

    def _cut_some(self) -> None:
        """Backends end in the middle of whatever they do."""
        with context.in_public(), connection.cursor() as cursor:
            cursor.execute(_TERMINATE, [client.NAME, self.chance.randint(1, 4)])

    def _cut_all(self) -> None:
        self.proxy.reset()

    def _refuse(self) -> None:
        self.proxy.refuse()
        time.sleep(self.chance.uniform(0.1, 0.4))
        self.proxy.heal()

    def _slow(self) -> None:
        self.proxy.slow(0.02)
        time.sleep(self.chance.uniform(0.2, 0.6))
        self.proxy.heal()

    def _pause(self) -> None:
        """A process that holds locks and does nothing."""
        pid = self.chance.choice(self.alive)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.1, 0.8))
        os.kill(pid, signal.SIGCONT)

    def _kill(self) -> None:
        """A process is gone; another one takes its place."""
        if self.waiting:
            pid = self.alive.pop(self.chance.randrange(len(self.alive)))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._send_next()

    def _wait(self) -> None:
        """Until every client is gone, and every connection that it may have left behind."""
        for _pid, tells in self.waiting:
            os.close(tells)
        deadline = time.monotonic() + 30
        for pid in [*self.alive, *(pid for pid, _ in self.waiting)]:
            while os.waitpid(pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > deadline:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)
        self.proxy.stop()
        self._end_backends()

    def _end_backends(self) -> None:
        """A backend whose client is gone may still commit: only then is there an end to read."""
        with context.in_public(), connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute(_TERMINATE, [client.NAME, 1_000])
                if cursor.fetchone() == (0,):
                    return
                time.sleep(0.1)
        raise TimeoutError("Backends of the clients do not end.")
