"""Is there a story that fits? Pure: calls and endings in, problems out.

For each order some sequence of its calls must lead to its last page: the calls that were answered with
exactly those answers, in an order that no clock contradicts, and of the unknown ones whichever fit. The stock
of every shelf must be the sum of what happened, again with some choice for the unknown. What was read must
balance, what was answered must be there, and what was refused must not.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from tests.chaos.history.calls import Call, Ended
from tests.chaos.history.ending import Ending
from tests.chaos.history.goods import GOLD_UNITS
from tests.oracle.books import Books, Line, Order, Refused

ABOUT_ORDERS = ("word", "cancel", "refund", "ship", "expire")
_ENDLESS = 1_000_000


def problems(calls: Sequence[Call], before: dict[str, Ending], after: dict[str, Ending]) -> list[str]:
    """Everything that no story explains, over all stores. `before` and `after` are by store."""
    found: list[str] = []
    for slug, ending in after.items():
        mine = [call for call in calls if call.store == slug]
        found += [f"{slug}: {each}" for each in _of_store(mine, before[slug], ending)]
    return found


def _of_store(calls: Sequence[Call], before: Ending, after: Ending) -> Iterator[str]:
    yield from after.violations
    yield from _refusals(calls)
    yield from _reads(calls)
    yield from _traces(calls, after)
    yield from _orders(calls, after)
    yield from _shelves(calls, before, after)


# Why each act may be refused. Those about orders are held against the oracle.
REFUSALS: dict[str, set[str]] = {
    "place": {"InsufficientStock", "PurchaseChanged", "SplitNeeded", "TooFew"},
    "transfer": {"InsufficientStock"},
    "reserve": {"InsufficientStock"},
}


def _refusals(calls: Sequence[Call]) -> Iterator[str]:
    for call in calls:
        is_ours = call.ended == Ended.FAIL and call.kind not in ABOUT_ORDERS
        if is_ours and call.result not in REFUSALS.get(call.kind, set()):
            yield f"{call.kind} {call.id} was refused with {call.result}"


def _reads(calls: Sequence[Call]) -> Iterator[str]:
    """The bank test: whatever was under way, one moment balances."""
    for call in calls:
        if call.ended != Ended.OK:
            continue
        if call.kind == "gold" and sum(call.result) != GOLD_UNITS:
            yield f"{call.id} saw {call.result} of {GOLD_UNITS}"
        if call.kind == "sums":
            for name, (one, other) in call.result.items():
                if one != other:
                    yield f"{call.id} saw {one} and {other} as {name}"


def _traces(calls: Sequence[Call], after: Ending) -> Iterator[str]:
    """An answered call left its row, a refused one none, an unknown one at most one; nobody else left any."""
    placed = defaultdict(int)
    for order in after.orders.values():
        placed[order["call"]] += 1
    left = {
        "place": placed,
        "restock": after.restocks,
        "transfer": after.transfers,
        "refund": dict.fromkeys(after.refunds, 1),
        "reserve": dict.fromkeys(after.holds, 1),
    }
    for kind, rows in left.items():
        mine = {call.id: call for call in calls if call.kind == kind}
        yield from (f"{kind} {stray} was asked for by nobody" for stray in rows if stray not in mine)
        for call in mine.values():
            count = rows.get(call.id, 0)
            may_be = {Ended.OK: (1,), Ended.FAIL: (0,), Ended.UNKNOWN: (0, 1)}[call.ended]
            if count not in may_be:
                yield f"{kind} {call.id} ended {call.ended} and left {count} rows"


# Orders


def _orders(calls: Sequence[Call], after: Ending) -> Iterator[str]:
    about: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.kind in ABOUT_ORDERS:
            about[call.told["number"]].append(call)
    for call in calls:
        if call.kind == "place" and call.ended == Ended.OK and call.result not in after.orders:
            yield f"order {call.result} was promised to {call.id} and is gone"
    for number, order in after.orders.items():
        if not _has_story(number, order, about[number], after):
            yield f"order {number}: no story of {len(about[number])} calls leads to {order['states']}"


def _last_page(number: str, after: Ending) -> tuple[Any, ...]:
    order = after.orders[number]
    return (
        tuple(order["states"]),
        order["refunded"],
        tuple(after.payments.get(number, ())),
        tuple(sorted((sku, sent) for sku, (_, sent) in order["lines"].items())),
        after.promises.get(number, 0),
        tuple(sorted(after.consumed.get(number, {}).items())),
    )


def _page(number: str, books: Books) -> tuple[Any, ...]:
    """The same of the oracle's books."""
    order, payment = books.orders[number], books.payments[f"{number}-1"]
    gone: dict[str, int] = defaultdict(int)
    for (sku, _), moved in books.movements.items():
        for kind, by in moved:
            if kind == "CONSUMED":
                gone[sku] -= by
    return (
        (order.state, order.paid, order.sent),
        order.refunded,
        (payment.state, payment.received, payment.refunded),
        tuple(sorted((sku, line.sent) for sku, line in order.lines.items())),
        sum(units - taken for units, taken in books.promises.values()),
        tuple(sorted(gone.items())),
    )


def _begun(number: str, order: dict[str, Any]) -> Books:
    """The order as it was placed, in a warehouse without end."""
    books, place = Books(), order["place"]
    lines = {sku: Line(quantity) for sku, (quantity, _) in order["lines"].items()}
    for sku in lines:
        books.move(sku, place, "RECEIVED", _ENDLESS)
    books.place(number, Order(0, place, lines, order["total"]))
    books.open_payment(number, "MIDTRANS")
    return books


def _has_story(number: str, order: dict[str, Any], calls: Sequence[Call], after: Ending) -> bool:
    """Search, depth first, for a sequence of the calls that ends on the last page."""
    wanted, seen = _last_page(number, after), set()
    todo = [(_begun(number, order), frozenset(range(len(calls))))]
    while todo:
        books, left = todo.pop()
        page = _page(number, books)
        if page == wanted and all(calls[each].ended == Ended.UNKNOWN for each in left):
            return True
        if (left, page) in seen:
            continue
        seen.add((left, page))
        # Whoever was answered before another one asked comes before it.
        first_answer = min((calls[each].answered for each in left), default=math.inf)
        for each in left:
            if calls[each].asked <= first_answer:
                todo += [(then, left - {each}) for then in _after(number, books, calls[each])]
    return False


def _after(number: str, books: Books, call: Call) -> Iterator[Books]:
    """The books after a call, for each way in which it may have gone: a reopened order needs its goods."""
    for is_sold_out in (False, True):
        then = deepcopy(books)
        order = then.orders[number]
        if is_sold_out:
            if (order.state, order.paid) != ("CANCELLED", "UNPAID"):
                return
            for sku in order.lines:
                then.shelf(sku, order.place).safety = 2 * _ENDLESS
        answer, ended = _do(number, then, call)
        if is_sold_out:
            for sku in order.lines:
                then.shelf(sku, order.place).safety = 0
        is_as_told = (ended, answer) == (call.ended, call.result)
        if is_as_told or (call.ended == Ended.UNKNOWN and ended == Ended.OK):
            yield then


def _do(number: str, books: Books, call: Call) -> tuple[Any, Ended]:
    """Do a call in the oracle's books. Returns the answer, and whether it was done."""
    told, reference = call.told, f"{number}-1"
    try:
        if call.kind == "word":
            return books.hear(reference, told["outcome"]), Ended.OK
        if call.kind == "cancel":
            books.cancel(number, restock=told["restock"])
        elif call.kind == "refund":
            amount = books.payments[reference].amount // told["share"]
            books.refund(reference, call.id, amount, by_hand=True)
        elif call.kind == "ship":
            books.ship(number, call.id, None)
        else:
            books.expire(reference)
    except Refused as refused:
        return str(refused), Ended.FAIL
    return None, Ended.OK


# Stock


def _shelves(calls: Sequence[Call], before: Ending, after: Ending) -> Iterator[str]:
    """On hand now, less what was there and what known calls did: some of the unknown must make up for it."""
    missing = {shelf: after.shelves[shelf][0] - before.shelves[shelf][0] for shelf in after.shelves}
    for number, gone in after.consumed.items():
        if number not in after.orders:
            yield f"{gone} left for {number}, which is no order"
            continue
        for sku, units in gone.items():
            missing[f"{sku}@{after.orders[number]['place']}"] += units
    unknown = []
    for call in calls:
        effect = _effect(call)
        if call.ended == Ended.OK:
            for shelf, units in effect.items():
                missing[shelf] -= units
        elif call.ended == Ended.UNKNOWN and effect:
            unknown.append(effect)
    for sku in sorted({shelf.partition("@")[0] for shelf in missing}):
        mine = {shelf: units for shelf, units in missing.items() if shelf.partition("@")[0] == sku}
        choice = [effect for effect in unknown if effect.keys() & mine.keys()]
        if not _may_sum_up(choice, mine):
            yield f"stock: nothing that {len(choice)} unknown calls did explains {mine}"
    yield from _promised(after)


def _effect(call: Call) -> dict[str, int]:
    told = call.told
    if call.kind == "restock":
        return {f"{told['sku']}@{told['place']}": told["quantity"]}
    if call.kind == "transfer":
        source, target = (f"{told['sku']}@{place}" for place in (told["source"], 1 - told["source"]))
        return {source: -told["quantity"], target: told["quantity"]}
    return {}


def _may_sum_up(effects: Sequence[dict[str, int]], wanted: dict[str, int]) -> bool:
    """Whether some of the effects add up to exactly what is wanted, on every shelf."""
    shelves = sorted(wanted)
    reached = {tuple(0 for _ in shelves)}
    for effect in effects:
        step = tuple(effect.get(shelf, 0) for shelf in shelves)
        reached |= {tuple(a + b for a, b in zip(sums, step, strict=True)) for sums in reached}
    return tuple(wanted[shelf] for shelf in shelves) in reached


def _promised(after: Ending) -> Iterator[str]:
    """What is set aside on each shelf is what orders and holds say."""
    allocated, reserved = defaultdict(int), defaultdict(int)
    for number, order in after.orders.items():
        if order["states"][0] == "OPEN":
            for sku, (quantity, sent) in order["lines"].items():
                allocated[f"{sku}@{order['place']}"] += quantity - sent
        elif after.promises.get(number):
            yield f"order {number} is {order['states'][0]} and holds {after.promises[number]} units"
    for shelf, units in after.holds.values():
        reserved[shelf] += units
    for shelf, (_, *aside) in after.shelves.items():
        expected = [allocated[shelf], reserved[shelf]]
        if aside != expected:
            yield f"{shelf} sets {aside} aside, not {expected}"
