"""What the front page itself remembers."""

from datetime import datetime

from core.kernel import profile
from tenants.permissions import Actor


def note_shared(*, actor: Actor, now: datetime) -> None:
    """Remember that the store's address was shared; the first time counts."""
    if profile.current().shared_at is None:
        profile.edit(changes={"shared_at": now}, actor=actor)
