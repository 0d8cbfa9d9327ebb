"""How amounts, counts and moments are written for people.

Pure functions: no request, no settings, no clock. The template filters in templatetags/ui.py, the mails, the
PDFs and the API's messages all come through here, so an amount looks the same wherever it is read.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date as babel_date
from babel.numbers import format_compact_decimal, format_decimal, get_currency_precision
from babel.numbers import format_currency as babel_currency

# Rupiah has two decimals in CLDR and none in a shop.
WHOLE_UNIT_CURRENCIES = frozenset({"IDR", "JPY", "KRW", "VND"})
ZONE_NAMES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
LOCALES = {"id": "id_ID", "en": "en_GB"}


def format_money(amount: int, currency: str = "IDR", locale: str = "id") -> str:
    """Write whole minor units as money: 150000 IDR is `Rp150.000`, 1999 USD is `US$19,99`.

    Rupiah keeps Indonesian grouping in every language: sellers and banks read `Rp150.000`, and an English
    `Rp150,000` beside it would look like another amount.
    """
    if currency == "IDR":
        # As CLDR has it for id_ID, written without asking it: a page shows a hundred amounts.
        return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")
    if currency in WHOLE_UNIT_CURRENCIES:
        return babel_currency(
            amount, currency, format="¤#,##0", locale=_locale(locale), currency_digits=False
        )
    return babel_currency(_major_units(amount, currency), currency, locale=_locale(locale))


def format_money_compact(amount: int, currency: str = "IDR", locale: str = "id") -> str:
    """Write an amount in two or three digits, for axes and narrow cards: `Rp1,5 jt`."""
    if abs(amount) < 100_000 or currency != "IDR":
        return format_money(amount, currency, locale)
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{format_compact_decimal(abs(amount), locale=_locale(locale), fraction_digits=1)}"


def format_number(value: int | Decimal, locale: str = "id") -> str:
    """Write a count with thousand separators: `12.480` in Indonesian, `12,480` in English."""
    return format_decimal(value, locale=_locale(locale))


def format_day(day: date, locale: str = "id") -> str:
    """Write a calendar day: `23 Nov 2026`."""
    return babel_date(day, format="d MMM y", locale=_locale(locale))


def format_datetime(moment: datetime, locale: str = "id") -> str:
    """Write an aware moment in the zone it carries: `23 Nov 2026, 14.05 WIB`."""
    return f"{format_day(moment.date(), locale)}, {moment:%H.%M} {zone_name(moment)}"


def zone_name(moment: datetime) -> str:
    """Return WIB, WITA or WIT by offset, else `UTC+05.30`; empty for a naive moment."""
    offset = moment.utcoffset()
    if offset is None:
        return ""
    if offset in ZONE_NAMES:
        return ZONE_NAMES[offset]
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours:02d}" + (f".{rest:02d}" if rest else "")


def _major_units(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-get_currency_precision(currency))


def _locale(language: str) -> str:
    return LOCALES.get(language[:2], "id_ID")
