"""Files that people take away: CSV that opens in a spreadsheet and never runs there."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from django.http import HttpResponse
from django.utils import timezone

# A spreadsheet takes a cell that begins so for a formula; the wide forms are what East Asian keyboards type.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
Cell = str | int | datetime | None


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A CSV file to download, in UTF-8 with the mark that Excel needs to see it.

    name   without its ending; letters, digits and hyphens
    rows   numbers stay numbers; text that a spreadsheet would run is quoted as text
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_written(heading) for heading in headings])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def harmless(text: str) -> str:
    """The same text, with an apostrophe before it where a spreadsheet would read a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_SIGNS) else text


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M:%S")
    return cell if isinstance(cell, int) else harmless(cell)
