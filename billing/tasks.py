"""What billing does again and again."""

from django.utils import timezone

from billing import services
from tenants import context
from tenants.routines import every


@every(hours=6)
def count_use_of_store() -> None:
    """Remember how much each store has."""
    services.count_use(context.require_store(), timezone.now())
