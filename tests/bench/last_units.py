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
        placed = sum(crowd.map(lambda _: _shop(slug, variant, form), range(CROWD)))
    spent = time.perf_counter() - began
    with context.in_store(filled.store):
        sold, allocated = filling.sold_of(variant)
    name = f"last {UNITS} units, {CROWD} clients"
    yield at_most(f"{name}: oversold", max(0, sold - UNITS), "u", most=0)
    exact = sold == allocated == placed == UNITS
    yield Figure(f"{name}: sold, allocated and thanked for", sold, "u", None, None, float(UNITS), exact)
    yield at_most(f"{name}: until all are gone", spent, "s")


def _shop(slug: str, variant: str, form: dict[str, Any]) -> int:
    """Buy one unit again and again, each time as somebody new. Returns how many orders were placed."""
    link, placed, refused = Link(SHOP), 0, 0
    while refused < _PATIENCE:
        if _buy(link, slug, variant, form):
            placed, refused = placed + 1, 0
        else:
            refused += 1
    return placed


def _buy(link: Link, slug: str, variant: str, form: dict[str, Any]) -> bool:
    link.cookies.clear()
    page = link.get(f"/products/{slug}/").decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    if token is None:
        return False
    told = {"variant": variant, "quantity": "1", "csrfmiddlewaretoken": token[1]}
    link.post("/cart/add/", told, most=422)
    answer = link.post("/checkout/place/", {**form, "csrfmiddlewaretoken": token[1]}, most=422)
    return b" 303 " in answer[:16] and b"/orders/" in answer.partition(b"\r\n\r\n")[0]


if __name__ == "__main__":
    sys.exit(ground.measure(last_units))
