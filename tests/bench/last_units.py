"""`python -m tests.bench.last_units`: 16 clients buy the last units of one variant. None may be sold twice.

UNITS=60 of them; everybody goes on until the shop says that there are none left.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.bench import ground
from tests.bench.client import Link
from tests.bench.measuring import CROWD
from tests.bench.report import Figure, at_most

UNITS = int(os.environ.get("UNITS") or 60)
SHOP = "bangku.shop.localhost"
# A shopper who was refused so often in a row believes it.
_PATIENCE = 3


def last_units(filled: ground.Filled) -> Iterator[Figure]:
    """Sell them, then count in the database what was promised."""
    from tenants import context  # noqa: PLC0415
    from tests.bench import filling  # noqa: PLC0415
    from tests.factories.shopping import checkout_form  # noqa: PLC0415

    with context.in_store(filled.store):
        variant, slug = filling.scarce(UNITS)
        form = checkout_form()
    began = time.perf_counter()
    with ThreadPoolExecutor(CROWD) as crowd:
        told = list(crowd.map(lambda _: _shop(slug, variant, form), range(CROWD)))
    placed, put_off = (sum(each) for each in zip(*told, strict=True))
    spent = time.perf_counter() - began
    with context.in_store(filled.store):
        sold, allocated = filling.sold_of(variant)
    name = f"last {UNITS} units, {CROWD} clients"
    yield at_most(f"{name}: oversold", max(0, sold - UNITS), "u", most=0)
    exact = sold == allocated == placed == UNITS
    yield Figure(f"{name}: sold, allocated and thanked for", sold, "u", None, None, float(UNITS), exact)
    yield at_most(f"{name}: until all are gone", spent, "s")
    yield Figure(f"{name}: asked to come back in a moment", put_off, "u")


def _shop(slug: str, variant: str, form: dict[str, Any]) -> tuple[int, int]:
    """Buy one unit again and again, each time as somebody new.

    Returns   how many orders were placed, and how often one waited too long in the queue of the others
    """
    link, placed, refused, put_off = Link(SHOP), 0, 0, 0
    while refused < _PATIENCE:
        bought = _buy(link, slug, variant, form)
        if bought is None:
            put_off += 1
            assert put_off < _PATIENCE * UNITS, "The shop is busy for ever."
            continue
        placed, refused = (placed + 1, 0) if bought else (placed, refused + 1)
    return placed, put_off


def _buy(link: Link, slug: str, variant: str, form: dict[str, Any]) -> bool | None:
    """Whether the order was placed; None when the shop asks for another try."""
    link.cookies.clear()
    page = link.get(f"/products/{slug}/").decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    if token is None:
        return False
    told = {"variant": variant, "quantity": "1", "csrfmiddlewaretoken": token[1]}
    link.post("/cart/add/", told, most=503)
    answer = link.post("/checkout/place/", {**form, "csrfmiddlewaretoken": token[1]}, most=503)
    if b" 503 " in answer[:16]:
        return None
    return b" 303 " in answer[:16] and b"/orders/" in answer.partition(b"\r\n\r\n")[0]


if __name__ == "__main__":
    sys.exit(ground.measure(last_units))
