"""What the platform clears away by itself."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants import breaches, worklist
from tenants.models import HandoffCode
from tenants.routines import every


@every(hours=6, of_platform=True)
def forget_ended_work() -> None:
    """Remove duties that ended long ago; the ones that failed stay longer, for somebody may replay them."""
    worklist.forget_ended(
        now=timezone.now(),
        done_days=settings.WORK_KEEP_DONE_DAYS,
        failed_days=settings.WORK_KEEP_FAILED_DAYS,
    )


@every(hours=24, of_platform=True)
def forget_stale_sessions() -> None:
    """Remove sessions that ended and hand-off codes that nobody can use any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    HandoffCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()


@every(hours=1, of_platform=True)
def check_stores() -> None:
    """Look whether every store is whole; what is not becomes an alert in the console."""
    breaches.check_platform()
