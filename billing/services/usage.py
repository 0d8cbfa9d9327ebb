"""How much each store has of what its plan limits, and telling its owner in time."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from billing import mails
from billing.models import Usage
from billing.plans import LIMITS
from tenants import context, entitlements
from tenants.models import Store

# Shares of a limit, in percent, at which the owner is told.
THRESHOLDS = (80, 100)


def count_use(store: Store, now: datetime) -> None:
    """Count what the store has of each thing in STORE_USE, and tell its owner what runs short."""
    with context.in_store(store):
        counted = {name: import_string(path)() for name, path in settings.STORE_USE.items()}
    with context.in_public(), transaction.atomic():
        Usage.objects.bulk_create(
            [
                Usage(store_id=store.pk, name=name, used=used, counted_at=now)
                for name, used in counted.items()
            ],
            update_conflicts=True,
            unique_fields=["store", "name"],
            update_fields=["used", "counted_at"],
        )
        _tell_of_shortage(store)


def reached(used: int, limit: int | None) -> int:
    """The highest threshold that `used` has come to: 0, 80 or 100. Without a limit there is none."""
    if limit is None or not used:
        return 0
    return max((share for share in THRESHOLDS if used * 100 >= limit * share), default=0)


def _tell_of_shortage(store: Store) -> None:
    """Once for each threshold on the way up; on the way down it is forgotten, so that it counts again."""
    granted = entitlements.fresh(store)
    short = []
    for usage in Usage.objects.select_for_update().filter(store_id=store.pk, name__in=LIMITS).order_by("pk"):
        share = reached(usage.used, granted.get(usage.name, 0))
        if share == usage.noticed_percent:
            continue
        if share > usage.noticed_percent:
            short.append({"name": usage.name, "used": usage.used, "limit": granted[usage.name]})
        usage.noticed_percent = share
        usage.save(update_fields=["noticed_percent"])
    if short:
        mails.tell_owners(store, "limit_near", {"short": short})
