"""F-SHUT: a deploy under load. One instance is told to leave while the other goes on."""

import signal
import threading
import time

from tests.chaos import truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import NoAnswer, Promise, Shop
from tests.chaos.stage import Stage

_LEAVES_WITHIN = 15.0


class _Balancer:
    """What a load balancer does: ask one instance, and the other when the first does not take the call.

    resting   instances that have gone and did not yet say that they are ready again
    """

    def __init__(self, ports: tuple[int, int]) -> None:
        self.ports = ports
        self.asked, self.failed = 0, []
        self.resting: set[int] = set()
        self._turn = 0
        self._guard = threading.Lock()

    def place(self, shop: Shop, told: Promise) -> None:
        with self._guard:
            self._turn += 1
            first, second = self.ports if self._turn % 2 else self.ports[::-1]
            self.asked += 1
        for port in (each for each in (first, second) if each not in self.resting):
            try:
                status = shop.place(told, port=port).status
            except NoAnswer as broken:
                if "Errno 111" in str(broken) or "ConnectionRefused" in str(broken):
                    continue
                self.failed.append(f"{port} {broken}")
                return
            if status >= 400:
                self.failed.append(f"{port} {status}")
            return
        self.failed.append("nobody took the call")


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """SIGTERM, ten times: no request fails, and work that was begun is done by somebody else."""
    with report.row("F-SHUT") as row:
        stage.start_web("web2", stage.second_port)
        stage.wait_for_web(name="web2", port=stage.second_port)
        balancer = _Balancer((stage.port, stage.second_port))
        for number in range(1 if short else 10):
            _deploy(row, stage, shops, balancer, number)
        stage.kill("web2")
        row.expect(balancer.asked > 5 * row.runs, f"there was no load: {balancer.asked} orders")
        failed = f"{len(balancer.failed)} of {balancer.asked} requests failed: {balancer.failed[:3]}"
        row.expect(not balancer.failed, failed)
        truth.check(row, stage, shops, settles_within=180)


def _deploy(row: Row, stage: Stage, shops: list[Shop], balancer: _Balancer, number: int) -> None:
    row.runs += 1
    stop = threading.Event()
    shoppers = [threading.Thread(target=_shop, args=(shop, balancer, stop)) for shop in (*shops, *shops)]
    for shopper in shoppers:
        shopper.start()
    name, port = (("web", stage.port), ("web2", stage.second_port))[number % 2]
    time.sleep(1.5)
    began = time.monotonic()
    code = stage.terminate(name)
    took = time.monotonic() - began
    row.expect(took < _LEAVES_WITHIN, f"{name} took {took:.0f} s to leave")
    row.expect(code in (0, -signal.SIGTERM), f"{name} ended with {code}")
    balancer.resting.add(port)
    stage.start_web(name, port)
    _relieve_worker(row, stage)
    stage.wait_for_web(name=name, port=port)
    balancer.resting.discard(port)
    time.sleep(0.5)
    stop.set()
    for shopper in shoppers:
        shopper.join(60)


def _shop(shop: Shop, balancer: _Balancer, stop: threading.Event) -> None:
    while not stop.wait(0.2):
        balancer.place(shop, shop.promise())


def _relieve_worker(row: Row, stage: Stage) -> None:
    began = time.monotonic()
    stage.terminate("worker")
    row.expect(time.monotonic() - began < _LEAVES_WITHIN, "the worker did not leave")
    stage.start_worker()
