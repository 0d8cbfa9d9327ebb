"""Files that people take away: CSV that opens in a spreadsheet and never runs there."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from django.http import HttpResponse
from django.utils import timezone

# A spreadsheet takes a cell that begins so for a formula; the wide forms are what East Asian keyboards type.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
# Where the computer's language separates cells by semicolons, as it does in Indonesia, a spreadsheet cuts our
# lines there, whatever quotes say: what stands behind it would begin a cell of its own.
_CUT = re.compile(r"(?<=[;\t\r\n])(?=\s*[=+\-@＝＋－＠|%])")
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
    """The same text, with an apostrophe wherever a spreadsheet would begin to read a formula."""
    text = _CUT.sub("'", text)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) or _bare(text).startswith(_FORMULA_SIGNS) else text


def _bare(text: str) -> str:
    """Without what does not show before the first sign: spaces of every kind, marks of direction, NUL."""
    for place, sign in enumerate(text):
        if unicodedata.category(sign)[0] not in "ZC":
            return text[place:]
    return ""


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M:%S")
    return cell if isinstance(cell, int) else harmless(cell)
