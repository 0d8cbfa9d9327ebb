"""Telling the past: rows written for something that happened earlier carry its moment, and no event is told.

For a demo and for imports. A shopper whose order of last month is written down today must get no mail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("told_moment", default=None)


def now() -> datetime:
    """When what is being written happened: the clock, unless the past is being told."""
    return _moment.get() or timezone.now()


def is_past() -> bool:
    """Whether the past is being told, so that nobody is to hear of it."""
    return _moment.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Write down what happened at `moment`, without telling anybody."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
