"""What a client asked for and what it was told: one JSON line when it asks, one when it knows."""

import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Ended(StrEnum):
    """UNKNOWN is a connection that broke: it may have happened, or not, or happen a moment later."""

    OK = "OK"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(slots=True)
class Call:
    """One act of one client.

    id      appears in the row that the act leaves behind
    store   slug
    told    the arguments
    result  the answer; for FAIL the name of the refusal
    asked, answered   seconds by a clock that all processes share
    """

    id: str
    store: str
    kind: str
    told: dict[str, Any] = field(default_factory=dict)
    ended: Ended = Ended.UNKNOWN
    result: Any = None
    asked: float = 0.0
    answered: float = math.inf


class Diary:
    """The file of one client. What is written survives the client's death."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def ask(self, call: Call) -> None:
        call.asked = time.monotonic()
        told = {"id": call.id, "store": call.store, "kind": call.kind, "told": call.told, "asked": call.asked}
        self._file.write(json.dumps(told) + "\n")

    def answer(self, call: Call, ended: Ended, result: Any = None) -> None:
        at = time.monotonic()
        told = {"id": call.id, "ended": ended, "result": result, "answered": at}
        self._file.write(json.dumps(told) + "\n")


def read(paths: Iterable[Path]) -> list[Call]:
    """Every call of every client. One that was never answered is unknown."""
    calls: dict[str, Call] = {}
    for path in paths:
        for line in path.read_text().splitlines():
            told = json.loads(line)
            if "kind" in told:
                calls[told["id"]] = Call(**told)
            elif told["ended"] != Ended.UNKNOWN:
                call = calls[told["id"]]
                call.ended, call.result = Ended(told["ended"]), told["result"]
                call.answered = told["answered"]
    return sorted(calls.values(), key=lambda call: call.asked)
