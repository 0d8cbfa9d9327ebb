"""What a shopper's app may do: look, fill a cart, order, and follow the order."""

from ninja import Router

router = Router(tags=["Storefront"])
