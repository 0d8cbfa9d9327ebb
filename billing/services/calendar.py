"""When periods end."""

import calendar
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.models import Interval


def end_of(starts_at: datetime, interval: str, anchor: datetime | None = None) -> datetime:
    """When a month or a year that begins at a moment ends: the same day and hour, or the month's last day.

    anchor   when the first of these periods began: its day of the month comes back after a short month
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    here, day = starts_at.astimezone(zone), starts_at.astimezone(zone).day
    if anchor is not None and day == calendar.monthrange(here.year, here.month)[1]:
        # It may stand on the last day only because that month was short.
        day = max(day, anchor.astimezone(zone).day)
    months = here.month + (12 if interval == Interval.YEAR else 1)
    year, month = here.year + (months - 1) // 12, (months - 1) % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return here.replace(year=year, month=month, day=min(day, last)).astimezone(starts_at.tzinfo)
