"""Events: what happened, and who wants to know a moment later.

`record` writes one duty per registered handler in the caller's transaction, so an event is told exactly
when its cause is committed, at least once. Handlers are registered with `@on(Event)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from core.kernel import history
from tenants.work import enqueue_all, register

Handler = Callable[[Any], None]
Wish = Callable[[], bool]

_handlers: dict[type, list[str]] = {}
_wishes: dict[str, Wish] = {}


def on(
    event_type: type, *, retries: int = 8, atomic: bool = True, label: Any = "", wanted: Wish | None = None
) -> Callable[[Handler], Handler]:
    """Register a function to be told about every `event_type`, each time as a duty of its own.

    atomic   False for a handler that calls a provider: it then runs outside a transaction
    label    what the seller reads on "Background work", lazily translated
    wanted   asked when it happens: no duty is written in a store where nobody would do anything with it
    """

    def decorate(handler: Handler) -> Handler:
        kind = f"{handler.__module__}.{handler.__qualname__}"
        register(kind, partial(_tell, handler, event_type), retries=retries, atomic=atomic, label=label)
        _handlers.setdefault(event_type, []).append(kind)
        if wanted is not None:
            _wishes[kind] = wanted
        return handler

    return decorate


def _tell(handler: Handler, event_type: type, **fields: Any) -> None:
    handler(event_type(**fields))


def record(event: Any) -> None:
    """Write one duty per handler of this event, in the caller's transaction; none while the past is told."""
    record_many([event])


def record_many(happened: Sequence[Any]) -> None:
    """The same for many events of one kind: whether anybody wants them is asked once."""
    if history.is_past() or not happened:
        return
    for kind in _handlers.get(type(happened[0]), []):
        if kind not in _wishes or _wishes[kind]():
            enqueue_all([(kind, asdict(event)) for event in happened])


def handlers() -> dict[type, list[str]]:
    """Which functions hear which event, for the index page and its test."""
    return {event: list(kinds) for event, kinds in _handlers.items()}
