"""When a domain is looked at again."""

from datetime import datetime, timedelta
from typing import Final

from tenants.models import DomainClaim

DAILY: Final = timedelta(days=1)
_FAILING: Final = timedelta(hours=6)
# How old a claim is -> how soon we look for its records again; then never, until somebody asks.
_UNPROVEN: Final = (
    (timedelta(hours=2), timedelta(minutes=10)),
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=30), DAILY),
)


def next_check(claim: DomainClaim, now: datetime) -> datetime | None:
    """Daily for a whole domain, sooner while somebody works on it, never for a name we vouch for."""
    if not claim.token:
        return None
    if claim.failing_since:
        return now + _FAILING
    if claim.connected_at:
        return now + DAILY
    since = claim.lapsed_at or claim.hostname.verified_at or claim.hostname.created_at
    waits = (now + pause for age, pause in _UNPROVEN if now - since < age)
    # A proven name stays proven only as long as its record stays, connected or not.
    return next(waits, now + DAILY if claim.hostname.verified_at else None)
