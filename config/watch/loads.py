"""The heaviest stores, by name: the only metrics that have a label per store, and never more than MOST."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from tenants import meters

MOST: Final = 200


class LoadsCollector(Collector):
    """What each of the heaviest stores asked of us, and what all stores did together."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        totals = meters.LOADS.totals()
        for what, name, says in (
            (meters.LOADS.REQUESTS, "requests", "Answered requests"),
            (meters.LOADS.FAILURES, "failures", "Answers with a 5xx status"),
            (meters.LOADS.DATABASE_SECONDS, "database_seconds", "Seconds spent in the database"),
        ):
            per_store = CounterMetricFamily(
                f"smartseller_store_{name}", f"{says} for one of the heaviest stores.", labels=["store"]
            )
            heaviest = sorted(totals, key=lambda store: (-totals[store][what], store))[:MOST]
            for store in heaviest:
                if totals[store][what]:
                    per_store.add_metric([store], totals[store][what])
            yield per_store
            together = sum(sums[what] for sums in totals.values())
            yield CounterMetricFamily(f"smartseller_all_stores_{name}", f"{says} for all.", together)
