"""What inventory does by itself, again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.inventory import services as inventory
from tenants.routines import every


@every(minutes=10, label=_("Release held stock whose time is over"))
def end_overdue() -> None:
    """A net under `end_reservation`: no reservation outlives its time, even when its own duty was lost."""
    inventory.end_overdue(now=timezone.now())
