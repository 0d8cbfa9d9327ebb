"""What orders do by themselves, again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.orders import services as orders
from tenants.routines import every


@every(minutes=2, label=_("Do something with many orders"))
def carry_on_lost() -> None:
    """A net under what a seller waits for: no run stays half done because its process died."""
    orders.carry_on_lost(now=timezone.now())
