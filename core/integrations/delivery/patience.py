"""When to come again: by our own table, or later where the receiver asks for it.

`Retry-After` is what RFC 9110 section 10.2.3 has: whole seconds, or a moment.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from core.integrations.ports import Answer, NoAnswer

# The waits between ten tries: 72 hours together.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=16),
    timedelta(hours=20),
    timedelta(hours=23, minutes=34),
)
# Each wait is up to a tenth longer, so that what failed together does not come back together.
JITTER: Final = 0.1
GIVE_UP_AFTER: Final = timedelta(hours=72)
# The whole table with its jitter: no wish of a receiver leads beyond it.
LAST_MOMENT: Final = GIVE_UP_AFTER * (1 + JITTER)
_ASKING: Final = frozenset({429, 503})
_FOR_EVER: Final = 10**9


def wait_asked(answer: Answer | NoAnswer, now: datetime) -> timedelta:
    """How long a receiver that is overwhelmed wants to be left alone; nothing for any other answer."""
    if isinstance(answer, NoAnswer) or answer.status not in _ASKING:
        return timedelta()
    return max(_read(answer.retry_after, now), timedelta())


def _read(wish: str, now: datetime) -> timedelta:
    if wish.isascii() and wish.isdigit():
        return timedelta(seconds=min(int(wish), _FOR_EVER))
    try:
        moment = parsedate_to_datetime(wish)
    except (ValueError, IndexError, TypeError):
        return timedelta()
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now


@dataclass(frozen=True, slots=True)
class Round:
    """The tries of a notice so far. `has_waited` is whether a receiver's wish has prolonged any wait."""

    tries: int
    began_at: datetime
    has_waited: bool = False


def next_try(so_far: Round, *, asked: timedelta, now: datetime) -> datetime | None:
    """When a notice is tried again; None after the tenth try, or when all the time was asked away."""
    if so_far.tries > len(WAITS):
        return None
    planned = now + WAITS[so_far.tries - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311
    end = so_far.began_at + LAST_MOMENT
    # However late our own workers are, all ten are tried; what a receiver asked away is its own loss.
    if so_far.has_waited and planned > end:
        return None
    return max(planned, min(now + asked, end))
