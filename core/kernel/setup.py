"""What a new store needs from the kernel."""

from core.kernel.models import StoreProfile
from tenants.models import Store


def prepare(store: Store) -> None:
    """Make the profile row. Safe to run twice."""
    StoreProfile.objects.bulk_create([StoreProfile(pk=1)], ignore_conflicts=True)
