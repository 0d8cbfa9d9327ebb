"""Every verb of a purchase: `from core.checkout import services as checkout`."""

from core.checkout.services.carts import (
    LARGEST_QUANTITY,
    CartClosed,
    CartExpired,
    CartFull,
    NotForSale,
    TooFew,
    accept_changes,
    add_line,
    copy_cart,
    create_cart,
    put_in,
    set_line,
)
from core.checkout.services.forgetting import forget_carts
from core.checkout.services.placing import Purchase, PurchaseChanged, SplitNeeded, place_order

__all__ = [
    "LARGEST_QUANTITY",
    "CartClosed",
    "CartExpired",
    "CartFull",
    "NotForSale",
    "Purchase",
    "PurchaseChanged",
    "SplitNeeded",
    "TooFew",
    "accept_changes",
    "add_line",
    "copy_cart",
    "create_cart",
    "forget_carts",
    "place_order",
    "put_in",
    "set_line",
]
