"""Numbers of invoices and credit notes: one series each and year, without gaps."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from billing.models import NumberSeries

INVOICE: Final = "INV"
CREDIT_NOTE: Final = "CN"


@transaction.atomic
def next_number(series: str, now: datetime) -> str:
    """The next number of a series in this year, for example `INV-2026-000042`. Take it last.

    Locks    the series' row until the caller commits, so that a number whose invoice is rolled back is given
             to the next one
    """
    year = now.astimezone(ZoneInfo(settings.TIME_ZONE)).year
    name = f"{series}-{year}"
    if not NumberSeries.objects.filter(name=name).update(last=F("last") + 1):
        NumberSeries.objects.bulk_create([NumberSeries(name=name)], ignore_conflicts=True)
        NumberSeries.objects.filter(name=name).update(last=F("last") + 1)
    last = NumberSeries.objects.values_list("last", flat=True).get(name=name)
    return f"{name}-{last:06d}"
