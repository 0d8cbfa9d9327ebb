"""What a new store needs in order to ship."""

from django.utils import translation
from django.utils.translation import gettext as _

from core.shipping import services
from core.shipping.models import MethodKind, ShippingMethod
from tenants.models import Store
from tenants.permissions import SYSTEM

FIRST_FEE_AMOUNT = 20_000


def prepare(store: Store) -> None:
    """Make a flat method, so that a first order can be placed, and a pick-up that waits to be switched on.

    Safe to run twice.
    """
    if ShippingMethod.objects.exists():
        return
    with translation.override(store.language):
        services.create_method(
            name=_("Regular delivery"),
            kind=MethodKind.FLAT,
            actor=SYSTEM,
            terms={"amount": FIRST_FEE_AMOUNT, "min_days": 2, "max_days": 4},
        )
        services.create_method(
            name=_("Pick up at the store"),
            kind=MethodKind.PICKUP,
            actor=SYSTEM,
            terms={"is_active": False, "min_days": 0, "max_days": 1},
        )
