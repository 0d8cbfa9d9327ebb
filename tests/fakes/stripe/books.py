"""Everything the fake knows: objects by kind and id, the clocks they live by, and the events they caused.

Test clocks: https://docs.stripe.com/billing/testing/test-clocks
Events: https://docs.stripe.com/api/events
"""

from __future__ import annotations

import copy
import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.stripe.errors import StripeRefused, no_such
from tests.fakes.stripe.shapes import VERSION, Obj, class_of, complete, public

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WORDS = {"checkout.session": "checkout.session", "line_item": "invoice line item"}


def token(length: int = 24) -> str:
    """Letters and digits as they stand in ids."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


class Books:
    """The state of one fake account. Every access happens under `lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kinds: dict[str, dict[str, Obj]] = {}
        self.ahead = 0
        self.answered: dict[str, Obj] = {}  # what was answered under which key
        self.request: Obj = {"id": None, "idempotency_key": None}
        self.on_event: Callable[[Obj], None] = lambda event: None
        self._numbers = itertools.count(1)
        self._pinned: dict[str | None, int] = {}
        self._trial: list[Obj] | None = None

    # --- Objects ---------------------------------------------------------------------------------

    def add(self, kind: str, prefix: str, *, id: str = "", **fields: Any) -> Obj:
        """Make an object. `created` is now by its own clock unless given."""
        obj: Obj = {"id": id or f"{prefix}_{token()}", "object": kind, "livemode": False, **fields}
        obj["_number"] = next(self._numbers)
        obj.setdefault("created", self.now(self.clock_of(obj)))
        for name in ("livemode", "created"):
            if name not in _annotations(kind):
                del obj[name]
        self.kinds.setdefault(kind, {})[obj["id"]] = complete(obj)
        return obj

    def find(self, kind: str, id: str | None) -> Obj | None:
        """One object, or None."""
        return self.kinds.get(kind, {}).get(id or "")

    def get(self, kind: str, id: Any, *, param: str = "id") -> Obj:
        """One object. Raises StripeRefused: 404 for the path's own id, 400 for a parameter's."""
        found = self.find(kind, str(id))
        if found is None:
            status = 404 if param == "id" else 400
            raise no_such(_WORDS.get(kind, kind.rpartition(".")[2]), str(id), param=param, status=status)
        return found

    def all(self, kind: str, **wanted: Any) -> list[Obj]:
        """Objects of a kind with these fields, newest first."""
        rows = [
            obj
            for obj in self.kinds.get(kind, {}).values()
            if all(obj.get(name) == value for name, value in wanted.items())
        ]
        return sorted(rows, key=lambda obj: -obj["_number"])

    def remove(self, kind: str, id: str) -> Obj:
        """Forget an object. Returns what the API says of it."""
        obj = self.get(kind, id)
        del self.kinds[kind][id]
        return {"id": obj["id"], "object": kind, "deleted": True}

    def anywhere(self, id: str) -> Obj | None:
        """The object of an id, of whatever kind."""
        for objects in self.kinds.values():
            if id in objects:
                return objects[id]
        return None

    # --- Clocks ------------------------------------------------------------------------------------

    def clock_of(self, obj: Obj | None) -> str | None:
        """The test clock an object lives by; None is the account's own clock."""
        if not obj:
            return None
        if obj.get("test_clock"):
            return obj["test_clock"]
        customer = self.find("customer", obj.get("customer")) or {}
        return customer.get("test_clock")

    def now(self, clock: str | None = None) -> int:
        """Seconds since 1970 by a clock."""
        if clock in self._pinned:
            return self._pinned[clock]
        frozen = self.find("test_helpers.test_clock", clock)
        return frozen["frozen_time"] if frozen else int(time.time()) + self.ahead

    def now_of(self, obj: Obj | None) -> int:
        """Now by the clock of an object."""
        return self.now(self.clock_of(obj))

    @contextmanager
    def pinned(self, clock: str | None, at: int) -> Iterator[None]:
        """Let a clock stand at a moment."""
        before = self._pinned.get(clock)
        self._pinned[clock] = at
        try:
            yield
        finally:
            if before is None:
                del self._pinned[clock]
            else:
                self._pinned[clock] = before

    # --- Events ------------------------------------------------------------------------------------

    def emit(self, kind: str, obj: Obj, previous: Obj | None = None) -> None:
        """Record that something happened, and tell who listens unless it is only tried."""
        data: Obj = {"object": public(obj)}
        if previous is not None:
            data["previous_attributes"] = public(previous)
        event = self.add(
            "event",
            "evt",
            created=self.now_of(obj),
            type=kind,
            api_version=VERSION,
            data=data,
            pending_webhooks=0,
            request=dict(self.request),
        )
        events = self.kinds["event"]
        if len(events) > MAX_EVENTS:
            for ref in list(events)[: MAX_EVENTS // 5]:
                del events[ref]
        if self._trial is None:
            self.on_event(event)
        else:
            self._trial.append(event)

    @contextmanager
    def changing(self, kind: str, obj: Obj) -> Iterator[None]:
        """Emit an `updated` event with what was different before, if anything was."""
        before = public(obj)
        yield
        after = public(obj)
        previous = {name: before.get(name) for name in after if before.get(name) != after[name]}
        if previous:
            self.emit(kind, obj, previous)

    # --- Tries -------------------------------------------------------------------------------------

    @contextmanager
    def undoing(self, *, always: bool = False, customer: str | None = None) -> Iterator[None]:
        """All or nothing: put everything back when the block fails, or `always` for a preview.

        A preview works on a copy: get objects anew within the block. After a failure, what the caller holds
        is stale. With a `customer`, what belongs to others and to the catalogue is not put back.
        """
        real, copied, outer = self.kinds, _copied(self.kinds, customer), self._trial
        self._trial = []
        if always:
            self.kinds = copied
        done = False
        try:
            yield
            done = not always
        finally:
            events, self._trial = self._trial, outer
            if done:
                for event in events:
                    (self.on_event if outer is None else outer.append)(event)
            else:
                self.kinds = real if always else copied

    # --- Keeping -----------------------------------------------------------------------------------

    def dump(self) -> Obj:
        """Everything that a restart should find again."""
        return {
            "version": VERSION,
            "ahead": self.ahead,
            "number": next(self._numbers),
            "kinds": self.kinds,
            "answered": self.answered,
        }

    def load(self, kept: Obj) -> None:
        """Take over what `dump` gave."""
        if kept.get("version") != VERSION:
            return
        self.ahead, self.kinds, self.answered = kept["ahead"], kept["kinds"], kept["answered"]
        self._numbers = itertools.count(kept["number"] + 1)
        for subscription in self.kinds.get("subscription", {}).values():
            for item in subscription["items"]["data"]:
                item["price"] = self.kinds["price"].get(item["price"]["id"], item["price"])


# Written once and never changed: a copy of the table is enough.
_IMMUTABLE = frozenset({"event", "billing.meter_event"})
# What no purchase of one customer changes.
_CATALOGUE = frozenset({"product", "price", "tax_rate", "billing.meter", "webhook_endpoint"})
MAX_EVENTS = 5000


def _copied(kinds: dict[str, dict[str, Obj]], customer: str | None) -> dict[str, dict[str, Obj]]:
    chosen: dict[str, dict[str, Obj]] = {}
    for kind, rows in kinds.items():
        if kind in _IMMUTABLE or (customer and kind in _CATALOGUE):
            continue
        mine = {ref: row for ref, row in rows.items() if not customer or _concerns(kind, row, customer)}
        chosen[kind] = mine
    copies = copy.deepcopy(chosen)
    return {kind: {**rows, **copies.get(kind, {})} for kind, rows in kinds.items()}


def _concerns(kind: str, row: Obj, customer: str) -> bool:
    return row["id"] == customer if kind == "customer" else row.get("customer") in {None, customer}


def _annotations(kind: str) -> dict[str, Any]:
    return class_of(kind).__annotations__


def require(condition: object, refusal: StripeRefused) -> None:
    """Raise the refusal unless the condition holds."""
    if not condition:
        raise refusal
