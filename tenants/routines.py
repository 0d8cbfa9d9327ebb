"""What is done again and again: nets under duties that were lost, and the removal of what is over.

`@every(...)` on a function without arguments makes it a routine. The scheduler asks `start_due`. The last Job
row of a routine is the record of when it ran, so a restart or a second scheduler changes nothing.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants import context, work
from tenants.failpoints import failpoint
from tenants.models import Job, Store, StoreState

log = logging.getLogger(__name__)
Body = Callable[[], Any]

_periods: dict[str, timedelta] = {}


def every(*, label: Any = "", of_platform: bool = False, **period: int) -> Callable[[Body], Body]:
    """Run a function once per period: in each open store in turn, or once for the platform.

    label    what sellers read when a store's own turn failed and is tried again
    period   as timedelta takes it: `hours=1`
    """

    def decorate(body: Body) -> Body:
        kind = f"{body.__module__}.{body.__qualname__}"
        work.register(kind, body, label=label, of_platform=of_platform)
        if not of_platform:
            in_turn, kind = partial(_visit, kind, body), f"{kind}.everywhere"
            work.register(kind, in_turn, atomic=False, of_platform=True)
        _periods[kind] = timedelta(**period)
        return body

    return decorate


def _visit(kind: str, body: Body) -> None:
    """One store after the other, each in a transaction of its own; one that fails gets a duty of its own."""
    stores = list(Store.objects.filter(state=StoreState.ACTIVE).order_by("pk"))
    for number, store in enumerate(stores, start=1):
        with context.in_store(store):
            try:
                with transaction.atomic():
                    body()
            except Exception:  # one store's trouble must not keep the others waiting
                log.exception("%s failed in a store", kind)
                work.enqueue(kind, {}, dedupe_key=f"{store.schema_name}:{kind}"[-200:])
        failpoint("routines.after_visit")
        work.report(number, len(stores))


def start_due(now: datetime) -> None:
    """Write a duty for each routine whose period has passed since it was last asked for."""
    with context.in_public():
        for kind, period in _periods.items():
            asked = Job.objects.filter(store=None, kind=kind).order_by("-created_at")
            last = asked.values_list("created_at", flat=True).first()
            if last is None or last <= now - period:
                work.enqueue(kind, {}, dedupe_key=kind)
                failpoint("routines.after_enqueue")


def periods() -> dict[str, timedelta]:
    """Every routine's kind and how often it runs."""
    return dict(_periods)


def start_all() -> None:
    """Start every routine now, whenever it ran last: for tests and for hands in an emergency."""
    start_due(timezone.now() + max(_periods.values(), default=timedelta()))
