"""What integrations do by themselves, again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.integrations import services as integrations
from tenants.routines import every


@every(hours=6, label=_("Forget answered API requests"))
def forget_answers() -> None:
    """Remove the answers that were kept for repeated requests, once nobody may repeat them any more."""
    integrations.forget_answers(now=timezone.now())


@every(hours=24, label=_("Forget old webhook deliveries"))
def forget_deliveries() -> None:
    """Remove the log of webhooks after 30 days."""
    integrations.forget_deliveries(now=timezone.now())


@every(minutes=10, label=_("Send webhooks that are overdue"))
def send_overdue() -> None:
    """Ask again for tries that were lost with a worker."""
    integrations.send_overdue(now=timezone.now())
