"""Leaves a gateway in peace that does not answer, so that those who wait for it do not take every thread.

Only for what people wait for: duties have patience of their own. Each process learns by itself; what it knows
is a guess that costs at most a few calls, so nothing is shared and nothing is kept.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from core.payments.ports import GatewayUnavailable
from tenants.context import require_store

# So many calls in a row without an answer open the breaker; after a while one caller tries again.
FAILURES: Final = 3
REST_SECONDS: Final = 20.0


@dataclass(slots=True)
class _Breaker:
    failures: int = 0
    rests_until: float = 0.0


_breakers: dict[tuple[str, str], _Breaker] = {}
_guard = threading.Lock()


@contextmanager
def guarded(code: str) -> Iterator[None]:
    """Call a gateway of the store in force, unless it has just been silent several times.

    Raises   GatewayUnavailable at once while it rests
    """
    place = (require_store().schema_name, code)
    _refuse_while_resting(place)
    try:
        yield
    except GatewayUnavailable:
        _note_silence(place)
        raise
    except Exception:
        _forget(place)
        raise
    _forget(place)


def _note_silence(place: tuple[str, str]) -> None:
    with _guard:
        breaker = _breakers.setdefault(place, _Breaker())
        breaker.failures += 1
        breaker.rests_until = time.monotonic() + REST_SECONDS


def _forget(place: tuple[str, str]) -> None:
    """It answered, whatever it said."""
    with _guard:
        _breakers.pop(place, None)


def _refuse_while_resting(place: tuple[str, str]) -> None:
    with _guard:
        breaker = _breakers.get(place)
        if breaker is None or breaker.failures < FAILURES:
            return
        now = time.monotonic()
        if now < breaker.rests_until:
            raise GatewayUnavailable("it was silent several times in a row")
        # This caller tries; the others go on resting until it knows.
        breaker.rests_until = now + REST_SECONDS
