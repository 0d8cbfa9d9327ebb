"""What payments do by themselves, again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.payments import services as payments
from tenants.routines import every


@every(hours=1, label=_("Let unpaid payments expire"))
def lapse_overdue() -> None:
    """A net under `lapse`: no payment waits for ever, even when its own duty was lost."""
    payments.lapse_overdue(now=timezone.now())
