"""Numbers without gaps: for orders and invoices."""

from django.db import transaction
from django.db.models import F

from core.kernel.models import NumberSequence


@transaction.atomic
def next_number(name: str, *, start: int = 1) -> int:
    """The next number of a sequence.

    Locks    the sequence's row until the caller commits, so that a rolled back number is given out again
    """
    if not NumberSequence.objects.filter(name=name).update(last_number=F("last_number") + 1):
        NumberSequence.objects.bulk_create(
            [NumberSequence(name=name, last_number=start - 1)], ignore_conflicts=True
        )
        NumberSequence.objects.filter(name=name).update(last_number=F("last_number") + 1)
    return NumberSequence.objects.values_list("last_number", flat=True).get(name=name)


def given_out(beginning: str) -> dict[str, int]:
    """The last number of every sequence whose name begins so."""
    rows = NumberSequence.objects.filter(name__startswith=beginning)
    return dict(rows.values_list("name", "last_number"))
