"""What a new store needs from the kernel."""

from core.kernel import profile
from tenants.models import Store


def prepare(store: Store) -> None:
    """Make the profile row. Safe to run twice."""
    profile.current()
