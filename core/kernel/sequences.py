"""Numbers without gaps: for orders and invoices."""

from django.db import connection

from core.kernel.models import NumberSequence


def next_number(name: str, *, start: int = 1) -> int:
    """The next number of a sequence.

    Locks    the sequence's row until the caller commits, so that a rolled back number is given out again
    """
    number = _taken(name)
    if number is None:
        first = NumberSequence(name=name, last_number=start - 1)
        NumberSequence.objects.bulk_create([first], ignore_conflicts=True)
        number = _taken(name)
    assert number is not None
    return number


def _taken(name: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [name])
        row = cursor.fetchone()
    return row[0] if row else None


_TAKE = "UPDATE kernel_numbersequence SET last_number = last_number + 1 WHERE name = %s RETURNING last_number"


def given_out(beginning: str) -> dict[str, int]:
    """The last number of every sequence whose name begins so."""
    rows = NumberSequence.objects.filter(name__startswith=beginning)
    return dict(rows.values_list("name", "last_number"))
