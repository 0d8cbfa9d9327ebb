"""What a shopper has picked, until it becomes an order or is forgotten."""

from django.db import models
from django.db.models import Q

from core.kernel.ids import MAX_LENGTH
from tenants.store_model import StoreModel


class Cart(StoreModel):
    """A shopper's choice. Whoever knows `public_id` holds the cart: it is 110 random bits.

    `order_id` is set when the cart has become an order; from then on it never changes again, so placing it
    twice finds the first order.
    """

    public_id = models.CharField(max_length=MAX_LENGTH)
    currency = models.CharField(max_length=3, default="IDR")
    language = models.CharField(max_length=5, default="id")
    expires_at = models.DateTimeField()
    order_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="cart_one_public_id"),
            models.UniqueConstraint(fields=["order_id"], name="cart_one_per_order"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="cart_by_expiry")]

    def __str__(self) -> str:
        return self.public_id


class CartLine(StoreModel):
    """So many of one variant, and the price that the shopper saw when they took it."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines", db_index=False)
    variant = models.ForeignKey("catalog.Variant", models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_line_one_per_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=999), name="cart_line_sane_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"
