"""One piece of work, a request or a duty: its id in every log line, and its own scope for reports of errors.

Threads serve one store after the other, so whatever a log or a report is told about a store must end with
the work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sentry_sdk

if TYPE_CHECKING:
    from tenants.models import Store


@dataclass(slots=True)
class Work:
    """What is being done: its id, and the opaque name of the store that it is for, once that is known."""

    identity: str = ""
    store: str = ""


_NONE = Work()
_current: ContextVar[Work] = ContextVar("piece_of_work", default=_NONE)


def current_work() -> Work:
    """The request or duty that this line of code works for; an empty one outside of any."""
    return _current.get()


@contextmanager
def piece_of_work(identity: str, **tags: str) -> Iterator[None]:
    """Give what happens until the end an id, and reports a scope that knows nothing of the work before."""
    token = _current.set(Work(identity))
    try:
        if not sentry_sdk.is_initialized():
            yield
            return
        with sentry_sdk.isolation_scope() as scope:
            # The scope starts as a copy of whatever the thread had: nothing of that belongs here.
            scope.clear()
            scope.set_tags({"work": identity, **tags})
            yield
    finally:
        _current.reset(token)


def tell_store(store: "Store | None") -> None:
    """Have logs and reports of this piece of work say which store it is for."""
    work = _current.get()
    if store is None or work is _NONE:
        return
    work.store = store.schema_name
    if sentry_sdk.is_initialized():
        sentry_sdk.get_isolation_scope().set_tag("store", store.schema_name)
