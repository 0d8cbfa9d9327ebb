"""What becomes of payments in a store that came from an archive."""

from core.payments import registry
from core.payments import services as payments
from core.payments.models import PaymentMethod
from tenants.archive import parts
from tenants.models import Store
from tenants.permissions import SYSTEM


def close_gateways_without_keys(store: Store) -> None:
    """Archives hold no keys of gateways: shoppers are not offered what would fail."""
    gateways = [name.upper() for name in registry.GATEWAYS]
    lost = PaymentMethod.objects.filter(code__in=gateways, is_enabled=True, credentials="")
    for code in lost.values_list("code", flat=True):
        payments.disconnect_gateway(code=code, actor=SYSTEM)


parts.on_arrival(close_gateways_without_keys)
