"""What a new store needs in order to ship."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.kernel import ids
from core.shipping.models import MethodKind, ShippingMethod
from tenants.models import Store

FIRST_FEE_AMOUNT = 20_000


def prepare(store: Store) -> None:
    """Make a flat method, so that a first order can be placed, and a pick-up that waits to be switched on.

    Safe to run twice. Nothing is audited: nobody did it.
    """
    if ShippingMethod.objects.exists():
        return
    with translation.override(store.language):
        ShippingMethod.objects.bulk_create(
            ShippingMethod(public_id=ids.new_id("shp"), position=position, **terms)
            for position, terms in enumerate(_first_terms())
        )


def _first_terms() -> list[dict[str, Any]]:
    return [
        {
            "name": _("Regular delivery"),
            "kind": MethodKind.FLAT,
            "amount": FIRST_FEE_AMOUNT,
            "min_days": 2,
            "max_days": 4,
        },
        {
            "name": _("Pick up at the store"),
            "kind": MethodKind.PICKUP,
            "is_active": False,
            "min_days": 0,
            "max_days": 1,
        },
    ]
