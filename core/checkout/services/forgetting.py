"""Remove what shoppers left behind."""

from datetime import datetime, timedelta

from django.db import transaction

from core.checkout.models import Cart

# An expired cart still tells a returning shopper why it is empty.
KEPT = timedelta(days=7)


@transaction.atomic
def forget_carts(*, now: datetime) -> int:
    """Remove the carts that expired a week ago and never became an order.

    Returns  how many carts went
    """
    left = Cart.objects.filter(expires_at__lt=now - KEPT, order_id__isnull=True)
    return int(left.delete()[1].get("checkout.Cart", 0))
