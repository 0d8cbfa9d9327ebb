"""What the figures are compared with, measured in the same run: a bare server, and the rows alone."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2

from config.embedded.ports import free_port
from config.launch.environment import ROOT
from tests.bench.client import Pages

_LISTING = """
SELECT p.id, p.public_id, p.slug, p.title, p.price_min_amount, p.price_max_amount, p.compare_at_amount,
       p.in_stock, p.updated_at, m.public_id, m.width, m.height, m.colour, m.alt_text, m.renditions
FROM catalog_product p LEFT JOIN catalog_media m ON m.id = p.cover_id
WHERE p.status = 'ACTIVE' AND p.category_id = %s
ORDER BY p.created_at DESC, p.id DESC LIMIT 25
"""
_PRODUCT = (
    "SELECT * FROM catalog_product WHERE slug = %s AND status = 'ACTIVE'",
    "SELECT * FROM catalog_variant WHERE product_id = %s AND retired_at IS NULL ORDER BY position, id",
    """SELECT o.id, o.name, v.id, v.value FROM catalog_option o
       JOIN catalog_optionvalue v ON v.option_id = o.id
       WHERE o.product_id = %s AND v.is_active ORDER BY o.position, v.position""",
    "SELECT * FROM catalog_media WHERE product_id = %s AND state = 'READY' ORDER BY position, id",
)
_SEARCH = """
SELECT p.id, p.public_id, p.slug, p.title, p.price_min_amount, p.price_max_amount, p.compare_at_amount,
       p.in_stock, p.updated_at, m.renditions, ts_rank(p.search_vector, q) AS rank
FROM to_tsquery('simple', %s) q, catalog_product p LEFT JOIN catalog_media m ON m.id = p.cover_id
WHERE p.status = 'ACTIVE' AND p.search_vector @@ q ORDER BY rank DESC, p.id DESC LIMIT 25
"""
_ORDERS = """
SELECT id, public_id, number, placed_at, state, payment_state, fulfilment_state, customer_name, total_amount
FROM orders_order WHERE placed_at <= %s AND (placed_at, id) < (%s, %s)
ORDER BY placed_at DESC, id DESC LIMIT 51
"""
Rows = Callable[[int], object]


@contextmanager
def serving() -> Iterator[int]:
    """The bare server on a port of its own, with as many processes and threads as ours."""
    port = free_port()
    env = {**os.environ, "FLOOR_DATABASE": os.environ["DATABASE_URL"], "FLOOR_REDIS": os.environ["REDIS_URL"]}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    child = subprocess.Popen([*command, "tests.bench.floor_app:application"], cwd=ROOT, env=env)
    try:
        deadline = time.monotonic() + 60
        while not _listens(port):
            assert child.poll() is None and time.monotonic() < deadline, "The floor's server does not start."
            time.sleep(0.1)
        yield port
    finally:
        child.terminate()
        child.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def hello(port: int) -> Pages:
    """A word from granian, without Django."""
    return Pages(lambda number: "/hello", port=port)


def orm(port: int, host: str, shelves: list[int]) -> Pages:
    """Shelves of 24 by a bare Django, its ORM and a template."""
    return Pages(lambda number: f"/orm/{shelves[number % len(shelves)]}", host, port=port)


def kept(port: int, host: str, shelves: list[int]) -> Pages:
    """The same pages, whole, from Redis."""
    return Pages(lambda number: f"/kept/{shelves[number % len(shelves)]}", host, port=port)


class Straight:
    """The rows of our pages by one client of PostgreSQL, without anything around it."""

    def __init__(self, schema: str) -> None:
        self.line = psycopg2.connect(os.environ["DATABASE_URL"])
        self.line.autocommit = True
        self.cursor = self.line.cursor()
        self.cursor.execute(f'SET search_path = "{schema}", public')

    def listing(self, shelf: int) -> object:
        """24 cards of a shelf, and one more that tells of a next page."""
        return self._rows(_LISTING, [shelf])

    def product(self, slug: str) -> object:
        """A product with its variants, options and pictures."""
        self.cursor.execute(_PRODUCT[0], [slug])
        pk = self.cursor.fetchone()[0]
        return [self._rows(sql, [pk]) for sql in _PRODUCT[1:]]

    def search(self, typed: str) -> object:
        """Cards by the words that somebody typed."""
        return self._rows(_SEARCH, [" & ".join(f"{word}:*" for word in typed.split())])

    def orders(self, placed_at: object, pk: int) -> object:
        """Fifty orders after one, by the index."""
        return self._rows(_ORDERS, [placed_at, placed_at, pk])

    def _rows(self, sql: str, told: list[object]) -> object:
        self.cursor.execute(sql, told)
        return self.cursor.fetchall()

    def close(self) -> None:
        """Give the connection back."""
        self.line.close()


def timed(rows: Rows, *, seconds: float) -> list[float]:
    """Milliseconds of each time that one client asked for rows."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        rows(len(took))
        took.append((time.perf_counter() - began) * 1000)
    return took
