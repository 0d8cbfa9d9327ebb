"""`python -m tests.bench.load`: what pages and purchases cost under load, against what `make run` starts.

One client, then 16 connections. In every round each workload is followed by its floor, which is the server's
own `/livez`: of both the medians count. STORES=200 others, ORDERS=100000, SECONDS=3 a measurement, ROUNDS=3.
The table is also in DATA_DIR/bench.json. On a busy machine only the ratios say something.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from config.embedded.ports import free_port
from config.launch.environment import ROOT
from tests.bench.ground import join, running
from tests.bench.report import DATA_DIR, Figure, at_most, finish, p95

HOME = DATA_DIR / "bench-load"
PORT = free_port()
STORES, ORDERS = int(os.environ.get("STORES") or 200), int(os.environ.get("ORDERS") or 100_000)
SECONDS, ROUNDS = float(os.environ.get("SECONDS") or 3), int(os.environ.get("ROUNDS") or 3)
CROWD, BUYERS = 16, 8
SHOP, DESK = "bangku.shop.localhost", "bangku.app.localhost"


class Link:
    """A browser as cheap as can be: one socket, kept open, and a jar of cookies."""

    def __init__(self, host: str, cookies: dict[str, str] | None = None) -> None:
        self.host, self.cookies, self.token = host, cookies or {}, ""
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", PORT), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, most: int = 399) -> bytes:
        return self._ask("GET", path, b"", most)

    def post(self, path: str, fields: dict[str, str]) -> bytes:
        return self._ask("POST", path, urlencode(fields).encode(), 399)

    def _ask(self, method: str, path: str, body: bytes, most: int) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{PORT}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [
                f"Origin: http://{self.host}:{PORT}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        told = b""
        while b"\r\n\r\n" not in told:
            told += self._more()
        head, _, rest = told.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        is_cut = b"chunked" in head
        while not rest.endswith(b"0\r\n\r\n") if is_cut else len(rest) < int(length[1] if length else 0):
            rest += self._more()
        assert int(head[9:12]) <= most, (method, path, head, rest[:3000])
        for name, value in re.findall(rb"(?im)^set-cookie: *([^=]+)=([^;\r]*)", head):
            self.cookies[name.decode()] = value.decode()
        return head + b"\r\n\r\n" + rest

    def _more(self) -> bytes:
        got = self.socket.recv(262_144)
        assert got, "The server hung up."
        return got


Act = Callable[[Link, int], object]


def load(act: Act, *, clients: int, host: str = SHOP, cookies: dict[str, str] | None = None) -> list[float]:
    """Let so many clients do it again and again for a while. Returns each one's milliseconds."""
    numbers, took, troubles = count(), [], []
    until = time.perf_counter() + SECONDS

    def run() -> None:
        link = Link(host, dict(cookies or {}))
        try:
            while (began := time.perf_counter()) < until:
                act(link, next(numbers))
                took.append((time.perf_counter() - began) * 1000)
        except BaseException as trouble:
            troubles.append(trouble)

    crowd = [Thread(target=run) for _ in range(clients)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    if troubles:
        raise troubles[0]
    return took


def measured(
    name: str,
    act: Act,
    *,
    least: float | None = None,
    slowest: float | None = None,
    clients: int = CROWD,
    host: str = SHOP,
    cookies: dict[str, str] | None = None,
) -> Iterator[Figure]:
    """One workload in three lines: a second under load, and p50 and p95 with one client."""
    load(act, clients=2, host=host, cookies=cookies)
    rates, floors, alone = [], [], []
    for _ in range(ROUNDS):
        rates.append(len(load(act, clients=clients, host=host, cookies=cookies)) / SECONDS)
        floors.append(len(load(hello, clients=clients)) / SECONDS)
        alone += load(act, clients=1, host=host, cookies=cookies)
    rate, floor = statistics.median(rates), statistics.median(floors)
    ratio = statistics.median(a / b for a, b in zip(rates, floors, strict=True))
    ok = None if least is None else rate >= least
    yield Figure(
        f"{name}: {clients} clients", round(rate, 1), "/s", round(floor, 1), round(ratio, 3), least, ok
    )
    yield at_most(f"{name}: one client, p50", statistics.median(alone), "ms")
    yield at_most(f"{name}: one client, p95", p95(alone), "ms", most=slowest)


def hello(link: Link, number: int) -> object:
    return link.get("/livez")


def buy(link: Link, number: int) -> None:
    """A new shopper: two products into the cart, and the order."""
    link.cookies.clear()
    token = put_in(link, number)
    put_in(link, number + 1, token)
    form = {**_form, "csrfmiddlewaretoken": token}
    answer = link.post("/checkout/place/", form)
    assert b" 303 " in answer[:16], answer[:6000]


def first_to_cart(link: Link, number: int) -> None:
    """Press the button as somebody without a cart; the page with the button is not counted."""
    link.cookies.pop("cart", None)
    put_in(link, number, link.token)


def put_in(link: Link, number: int, token: str = "") -> str:
    if not token:
        page = link.get(f"/products/barang-{number % 500}/").decode()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
        link.token = token
    told = {"variant": _variants[number % len(_variants)], "quantity": "1", "csrfmiddlewaretoken": token}
    link.post("/cart/add/", told)
    assert "cart" in link.cookies
    return token


_variants: list[str] = []
_form: dict[str, str] = {}


def main() -> int:
    """Start, fill, measure, stop. Returns 1 when a target was missed by more than the tolerance."""
    began = time.perf_counter()
    with running(HOME, PORT, pool=0) as launched:
        print(f"ready after {time.perf_counter() - began:.0f} s", flush=True)
        session = _fill()
        print(f"filled after {time.perf_counter() - began:.0f} s", flush=True)
        figures = list(_workloads(session))
        figures += _room(launched)
    return finish(figures)


def _workloads(session: str) -> Iterator[Figure]:
    from tests.bench.filling import WORDS  # noqa: PLC0415

    def anew(link: Link, number: int) -> object:
        return link.get(f"/categories/rak-{number % 20}/?anew=1")

    def kept(link: Link, number: int) -> object:
        return link.get(f"/categories/rak-{number % 20}/")

    def product(link: Link, number: int) -> object:
        return link.get(f"/products/barang-{number % 500}/?anew=1")

    def search(link: Link, number: int) -> object:
        return link.get(f"/search/?{urlencode({'q': WORDS[number % len(WORDS)]})}")

    yield from measured("listing of 24, made anew", anew, least=1.5 * 242, slowest=14)
    yield from measured("listing of 24, kept", kept, least=6 * 242)
    yield from measured("product, made anew", product, least=4 * 75, slowest=12)
    yield from measured("search", search, least=12 * 23)
    yield from measured("first into the cart", first_to_cart, least=2.5 * 59, slowest=15)
    yield from measured("order of 2 lines, whole way", buy, least=2.5 * 9.5, clients=BUYERS)
    deep = _deep_page()
    yield from _list(session, f"list of {ORDERS} orders, page 1", "/orders/", least=3 * 51)
    yield from _list(session, f"list of {ORDERS} orders, far down", f"/orders/?after={deep}")


def _list(session: str, name: str, path: str, least: float | None = None) -> Iterator[Figure]:
    def show(link: Link, number: int) -> object:
        return link.get(path, most=299)

    yield from measured(name, show, least=least, slowest=25, host=DESK, cookies={"sid": session})


def _deep_page() -> str:
    """The cursor of page 1,000, or of the last one but some."""
    from core.kernel.paging import _encode  # noqa: PLC0415
    from core.orders.models import Order  # noqa: PLC0415
    from tenants import context  # noqa: PLC0415

    with context.in_store(_store()):
        at = Order.objects.order_by("-placed_at", "-pk")[min(25_000, ORDERS // 2)]
        return _encode(at.placed_at, at.pk)


def _store() -> object:
    from tenants.models import Store  # noqa: PLC0415

    return Store.objects.get(slug="bangku")


def _room(launched: int) -> Iterator[Figure]:
    """How much memory web and worker hold, and how long a web process takes to start."""
    held = 0
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        words, around = _read(status), _read(status.parent / "environ")
        if str(HOME).encode() in around and (b"granian" in words or b"run_worker" in words):
            rollup = (status.parent / "smaps_rollup").read_text()
            held += int(re.search(r"Pss:\s+(\d+)", rollup)[1])  # type: ignore[index]
    yield at_most("memory of web and worker", held / 1024, "MiB", most=450)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import config.wsgi"], cwd=ROOT, check=True)
        times.append(time.perf_counter() - began)
    yield at_most("cold start of a web process", statistics.median(times), "s", most=4)


def _read(file: Path) -> bytes:
    """What stands in it; nothing when its process has ended, or is not ours to look into."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _fill() -> str:
    join(HOME, PORT, pool=0)
    from core.catalog.models import Variant  # noqa: PLC0415
    from tenants import context  # noqa: PLC0415
    from tests.bench import filling  # noqa: PLC0415
    from tests.factories.shopping import checkout_form  # noqa: PLC0415

    filling.others(STORES)
    made, session = filling.store()
    with context.in_store(made):
        filling.orders(ORDERS)
        rows = Variant.objects.order_by("pk").filter(title="S").values_list("public_id", flat=True)
        _variants[:] = rows[:500]
        _form.update(checkout_form())
    return session


if __name__ == "__main__":
    sys.exit(main())
