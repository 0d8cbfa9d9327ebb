"""`python -m tests.bench.large`: search, listing and the dashboard's list in a store of 100,000 products.

CATALOGUE=100000 of them, in a store of their own, with what they are found by as our services write it.
"""

import os
import statistics
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.bench import floors, ground
from tests.bench.client import Pages, load
from tests.bench.measuring import CROWD, ROUNDS, SECONDS
from tests.bench.report import Figure, at_most, p95

PRODUCTS = int(os.environ.get("CATALOGUE") or 100_000)
SHOP = "gudang.shop.localhost"


def large(filled: ground.Filled) -> Iterator[Figure]:
    """Fill the store, then look for the words that shoppers type, misspelt ones and codes too."""
    from tests.bench import filling  # noqa: PLC0415

    schema = filling.large(PRODUCTS)
    typed = {
        "two words": filling.WORDS,
        "a SKU": [f"G-{number * 977 % PRODUCTS}" for number in range(55)],
        "misspelt": [word.replace("e", "i", 1) for word in filling.WORDS],
    }
    straight = floors.Straight(schema)
    for called, words in typed.items():
        pages = Pages(
            lambda number, words=words: f"/search/?{urlencode({'q': words[number % len(words)]})}", SHOP
        )
        load(pages, clients=2, seconds=SECONDS / 2)
        rows = (
            []
            if called != "two words"
            else floors.timed(
                lambda number: straight.search(filling.WORDS[number % len(filling.WORDS)]),
                seconds=SECONDS / 2,
            )
        )
        times = load(pages, clients=1, seconds=SECONDS * ROUNDS / 2).times
        name, floor = f"search in {PRODUCTS} products, {called}", p95(rows) if rows else None
        most = 60.0 if called == "two words" else None
        yield at_most(f"{name}: one client, p50", statistics.median(times), "ms")
        yield at_most(f"{name}: one client, p95", p95(times), "ms", floor=floor, most=most)
        if called == "two words":
            rate = load(pages, clients=CROWD, seconds=SECONDS).rate
            yield Figure(f"{name}: {CROWD} clients", round(rate, 1), "/s")
    straight.close()


if __name__ == "__main__":
    sys.exit(ground.measure(large, stores=0))
