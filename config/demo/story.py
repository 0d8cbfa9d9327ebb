"""What happened in a demo store over its sixty days: who ordered what, when, and what became of it.

Plain values, decided before anything is written, so that the first delivery can bring what will be sold.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from config.demo.catalogue.parts import DemoCatalogue, DemoVariant
from config.demo.people import DemoPerson, people

DAYS: Final = 60
_SHOPPERS: Final = 90


class Fate(StrEnum):
    """How far an order has come by today."""

    WAITING = "waiting for payment"
    EXPIRED = "never paid"
    CANCELLED = "cancelled by the store"
    PAID = "paid, to be sent"
    PARTLY_SENT = "one parcel of two is on its way"
    SENT = "on its way"
    ARRIVED = "arrived"
    PARTLY_REFUNDED = "arrived, a part was given back"
    REFUNDED = "arrived, everything was given back"


@dataclass(frozen=True, slots=True)
class Sale:
    """One order of the story. `method` is a code of a way to pay."""

    at: datetime
    shopper: DemoPerson
    units: dict[str, int]
    method: str
    fate: Fate
    is_pickup: bool
    note: str


_METHODS: Final = (("MIDTRANS", 11), ("MANUAL_TRANSFER", 5), ("COD", 4))
# (youngest age in days, fates with their weights), the first that fits counts.
_FATES: Final = (
    (8, {Fate.ARRIVED: 82, Fate.EXPIRED: 8, Fate.CANCELLED: 4, Fate.PARTLY_REFUNDED: 3, Fate.REFUNDED: 3}),
    (3, {Fate.ARRIVED: 55, Fate.SENT: 33, Fate.EXPIRED: 7, Fate.CANCELLED: 5}),
    (1, {Fate.SENT: 45, Fate.PAID: 35, Fate.PARTLY_SENT: 12, Fate.CANCELLED: 8}),
    (0, {Fate.PAID: 55, Fate.WAITING: 40, Fate.SENT: 5}),
)
# One sale of each kind that chance may leave out, this many hours ago.
_ALWAYS: Final = {
    Fate.WAITING: 2,
    Fate.PAID: 9,
    Fate.PARTLY_SENT: 40,
    Fate.CANCELLED: 60,
    Fate.EXPIRED: 90,
    Fate.PARTLY_REFUNDED: 300,
    Fate.REFUNDED: 420,
}
_NOTES: Final = (
    "",
    "",
    "",
    "",
    "",
    "Tolong dibungkus rapi, untuk kado.",
    "Kirim setelah Jumat ya.",
    "Titip satpam.",
)


def tell(catalogue: DemoCatalogue, *, now: datetime, per_day: float, seed: int) -> list[Sale]:
    """The sales of the last sixty days, oldest first; about `per_day` a day, more at weekends and lately."""
    chance = Random(seed)  # noqa: S311  (a story, not a secret)
    cast = people(_SHOPPERS, seed=seed)
    wares = [v for product in catalogue.products for v in product.variants if sum(v.stock)]
    sales: list[Sale] = []
    for age in range(DAYS, -1, -1):
        day = now - timedelta(days=age)
        busy = per_day * (1.3 if day.weekday() >= 5 else 1.0) * (1.25 if age < 15 else 1.0)
        for _number in range(max(1, round(chance.gauss(busy, 1)))):
            moment = _moment(day, now, chance)
            sales.append(_sale(moment, now, cast, wares, chance))
    for fate, hours in _ALWAYS.items():
        moment = now - timedelta(hours=hours, minutes=chance.randrange(60))
        units = {ware.sku: 1 for ware in chance.sample(wares, 2)}
        sale = replace(_sale(moment, now, cast, wares, chance), units=units)
        sales.append(replace(sale, fate=fate, method="MANUAL_TRANSFER"))
    return sorted(sales, key=lambda sale: sale.at)


def units_sold(sales: Sequence[Sale]) -> Counter[str]:
    """SKU -> units of all orders, those that were not paid in the end included."""
    sold: Counter[str] = Counter()
    for sale in sales:
        sold.update(sale.units)
    return sold


def _moment(day: datetime, now: datetime, chance: Random) -> datetime:
    """A time of that day when people shop: lunch, and after eight in the evening; never later than now."""
    hour = chance.choices(
        range(24), [1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 7, 8, 7, 5, 5, 5, 5, 6, 8, 10, 9, 6, 3]
    )[0]
    # Jakarta is seven hours ahead of UTC.
    moment = day.replace(hour=(hour - 7) % 24, minute=chance.randrange(60), second=chance.randrange(60))
    return moment if moment < now else now - timedelta(minutes=chance.randint(3, 170))


def _sale(
    moment: datetime, now: datetime, cast: Sequence[DemoPerson], wares: Sequence[DemoVariant], chance: Random
) -> Sale:
    method = chance.choices([code for code, _weight in _METHODS], [weight for _code, weight in _METHODS])[0]
    fate = _fate((now - moment).days, method, chance)
    lines = chance.choices((1, 2, 3, 4), (58, 27, 11, 4))[0]
    chosen = chance.sample(wares, lines)
    if len(chosen) == 1 and fate == Fate.PARTLY_SENT:
        fate = Fate.SENT
    return Sale(
        at=moment,
        shopper=cast[min(int(chance.expovariate(1 / 30)), len(cast) - 1)],
        units={ware.sku: chance.choices((1, 2, 3), (80, 15, 5))[0] for ware in chosen},
        method=method,
        fate=fate,
        is_pickup=chance.random() < 0.06,
        note=chance.choice(_NOTES),
    )


def _fate(age_days: int, method: str, chance: Random) -> Fate:
    weights = next(fates for youngest, fates in _FATES if age_days >= youngest)
    fate = chance.choices(list(weights), list(weights.values()))[0]
    # Cash on delivery waits for no payment, so it cannot run out of time.
    if method == "COD" and fate in (Fate.EXPIRED, Fate.WAITING):
        return Fate.ARRIVED if age_days >= 3 else Fate.PAID
    return fate
