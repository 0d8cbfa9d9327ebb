"""A file of ours opens in a spreadsheet, and does nothing there."""

import csv
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.kernel.exports import csv_file, harmless


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+62811",
        "-2",
        "@SUM(A1)",
        " =1",
        "\u00a0=1",
        "＝1",
        "%1",
        "|calc",
        '=HYPERLINK("x")',
    ],
)
def test_what_would_run_is_quoted(text: str):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a;=1", "a;'=1"),
        ("a\n @x", "a\n' @x"),
        ("\u200b=1", "'\u200b=1"),
    ],
)
def test_what_would_run_in_a_cell_that_is_cut_in_two_is_quoted(text: str, written: str):
    assert harmless(text) == written


@pytest.mark.parametrize("text", ["Kopi", "", "10-12", "a=b", "'", "Rp1.000"])
def test_other_text_stays_as_it_is(text: str):
    assert harmless(text) == text


def test_rows_come_back_as_they_were():
    made = csv_file("stok", ["SKU", "Jumlah"], [['A,"1"', -3], ["=B", None]])
    text = made.content.decode()

    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text[1:]))) == [["SKU", "Jumlah"], ['A,"1"', "-3"], ["'=B", ""]]
    assert made.headers["Content-Disposition"] == 'attachment; filename="stok.csv"'


def test_moments_are_written_in_the_stores_zone():
    with timezone.override(ZoneInfo("Asia/Jakarta")):
        made = csv_file("x", ["t"], [[datetime(2026, 1, 1, 20, 0, tzinfo=UTC)]])

    assert "2026-01-02 03:00:00" in made.content.decode()
