"""What time it is for the platform's money."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

# Tomorrow, next month, next year: how far ahead a person who tries things out may set the clock.
FURTHEST_AHEAD = timedelta(days=5 * 366)


def now() -> datetime:
    """The time. On a developer's machine, where payments are pretended, it may be set ahead."""
    return timezone.now() + ahead()


def ahead() -> timedelta:
    """How far the pretended clock is ahead of the real one; in production there is none."""
    if not settings.DEVELOPMENT:
        return timedelta()
    try:
        seconds = int((settings.DATA_DIR / "clock.txt").read_text() or 0)
    except (OSError, ValueError):
        return timedelta()
    return max(timedelta(), min(timedelta(seconds=seconds), FURTHEST_AHEAD))
