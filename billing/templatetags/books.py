"""How the platform's own books are written: amounts of a currency, shares of a whole."""

from datetime import timedelta

from django import template
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

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


@register.filter
def took(time: object) -> str:
    """Write how long something took, `4 min`, `2 h 10 min`, `3 d 4 h`; a dash for None."""
    if not isinstance(time, timedelta):
        return "–"
    minutes = int(time.total_seconds()) // 60
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": left}
    return _("%(minutes)s min") % {"minutes": left}
