"""How much each store has of what its plan limits."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from billing.models import Usage
from tenants import context
from tenants.models import Store


def count_use(store: Store, now: datetime) -> None:
    """Count what the store has of each thing in STORE_USE, and remember it."""
    with context.in_store(store):
        counted = {name: import_string(path)() for name, path in settings.STORE_USE.items()}
    with context.in_public():
        Usage.objects.bulk_create(
            [
                Usage(store_id=store.pk, name=name, used=used, counted_at=now)
                for name, used in counted.items()
            ],
            update_conflicts=True,
            unique_fields=["store", "name"],
            update_fields=["used", "counted_at"],
        )
