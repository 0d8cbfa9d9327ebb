"""What checkout does by itself, again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.checkout import services as checkout
from tenants.routines import every


@every(hours=6, label=_("Remove forgotten carts"))
def forget_carts() -> None:
    """Remove carts that ended long ago and never became an order."""
    checkout.forget_carts(now=timezone.now())
