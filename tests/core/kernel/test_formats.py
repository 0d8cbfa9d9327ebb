"""Money, counts and moments as people read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core.kernel import formats
from core.kernel.money import Money

NOON = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (150000, "IDR", "id", "Rp150.000"),
        (150000, "IDR", "en", "Rp150.000"),
        (-25000, "IDR", "id", "-Rp25.000"),
        (0, "IDR", "id", "Rp0"),
        (1999, "USD", "id", "US$19,99"),
        (1999, "USD", "en", "US$19.99"),
    ],
)
def test_writes_money(amount: int, currency: str, locale: str, written: str) -> None:
    assert formats.format_money(amount, currency, locale) == written


def test_writes_large_money_short() -> None:
    assert formats.format_money_compact(99000) == "Rp99.000"
    assert formats.format_money_compact(1540000).replace("\xa0", " ") == "Rp1,5 jt"
    assert formats.format_money_compact(-1540000, locale="en") == "-Rp1.5M"


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Jakarta", "23 Nov 2026, 14.05 WIB"),
        ("Asia/Makassar", "23 Nov 2026, 15.05 WITA"),
        ("Asia/Jayapura", "23 Nov 2026, 16.05 WIT"),
        ("UTC", "23 Nov 2026, 07.05 UTC"),
        ("Asia/Kolkata", "23 Nov 2026, 12.35 UTC+05.30"),
        ("America/New_York", "23 Nov 2026, 02.05 UTC-05"),
    ],
)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_names_the_zone_by_its_offset(zone: str, written: str, locale: str) -> None:
    assert formats.format_datetime(NOON.astimezone(ZoneInfo(zone)), locale) == written


def test_writes_months_in_the_reader_s_language() -> None:
    assert formats.format_day(date(2026, 5, 2), "id") == "2 Mei 2026"
    assert formats.format_day(date(2026, 5, 2), "en") == "2 May 2026"


def _draw(source: str, language: str = "id", **context: object) -> str:
    with translation.override(language), timezone.override(ZoneInfo("Asia/Makassar")):
        return Template(source).render(Context(context))


def test_filters_write_in_the_active_language_and_zone() -> None:
    assert _draw("{{ total|rupiah }}", total=Money(150000)) == "Rp150.000"
    assert _draw("{{ moment|store_time }}", moment=NOON) == "23 Nov 2026, 15.05 WITA"
    assert _draw("{{ moment|store_date }}", moment=NOON) == "23 Nov 2026"
    assert _draw("{{ number|count }}", "en", number=12480) == "12,480"


@pytest.mark.parametrize(
    "source", ["{{ x|rupiah }}", "{{ x|store_time }}", "{{ x|store_date }}", "{{ x|count }}"]
)
def test_filters_write_nothing_for_nothing(source: str) -> None:
    assert _draw(source, x=None) == ""


def test_an_icon_is_hidden_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in _draw('{% icon "truck" %}')
    assert 'role="img" aria-label="Kirim &lt;b&gt;"' in _draw(
        '{% icon "truck" label=label %}', label="Kirim <b>"
    )


def test_an_icon_s_name_never_leaves_the_folder() -> None:
    assert "<circle" in _draw("{% icon name %}", name="../../package")
