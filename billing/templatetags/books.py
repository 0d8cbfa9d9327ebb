"""How the platform's own books are written: amounts of a currency, shares of a whole."""

from django import template
from django.utils import translation
from django.utils.formats import number_format

from core.kernel import formats

register = template.Library()


@register.filter
def money(amount: object, currency: str) -> str:
    """Write whole minor units of a currency: `{{ amount|money:invoice.currency }}`; nothing for None."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        return ""
    return formats.format_money(amount, currency, (translation.get_language() or "id")[:2])


@register.filter
def points(share: object) -> str:
    """Write hundredths of a percent as percent, `12,5 %`; a dash for None."""
    if isinstance(share, bool) or not isinstance(share, int):
        return "–"
    whole, rest = divmod(abs(share), 100)
    written = number_format(f"{whole}.{rest:02d}").rstrip("0").rstrip(".,") if rest else str(whole)
    return f"{'-' if share < 0 else ''}{written} %"
