"""The tax on our own invoices."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.models import TaxRate
from billing.rounding import half_up


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on a net amount. `name` is what is printed; without a tax it is empty.

    base_amount   what the rate is taken of: 11/12 of the net since 2025
    """

    name: str
    base_amount: int
    amount: int


def tax_on(net_amount: int, now: datetime) -> Tax:
    """The tax of the day on a net amount, in the same unit: whole rupiah or cents, half of one counts up."""
    rate = rate_at(now)
    if rate is None or net_amount <= 0:
        return Tax("" if rate is None else named(rate), max(net_amount, 0), 0)
    over, under = rate.base_numerator, rate.base_denominator
    return Tax(
        named(rate),
        half_up(net_amount * over, under),
        half_up(net_amount * over * rate.basis_points, under * 10_000),
    )


def rate_at(now: datetime) -> TaxRate | None:
    """The rate in force on that day, by the platform's calendar; None before the first one."""
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return TaxRate.objects.filter(starts_on__lte=day).order_by("-starts_on").first()


def named(rate: TaxRate) -> str:
    """As it is printed: `PPN 11% (12% x 11/12)`, or `PPN 11%` where the base is the whole price."""
    over, under = rate.base_numerator, rate.base_denominator
    whole = _percent(half_up(rate.basis_points * over, under))
    if over == under:
        return f"{rate.name} {whole}"
    return f"{rate.name} {whole} ({_percent(rate.basis_points)} x {over}/{under})"


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"
