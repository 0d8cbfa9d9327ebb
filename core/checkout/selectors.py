"""What a cart holds, what has changed since it was filled, and what it costs to have it sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from core.checkout.models import Cart, CartLine
from core.inventory import selectors as inventory
from core.kernel.errors import NotFound
from core.shipping import selectors as shipping
from core.shipping.selectors import ShippingOption


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of a cart at today's price and stock."""

    goods: catalog.VariantForSale
    quantity: int
    seen_amount: int
    available: int

    @property
    def unit_amount(self) -> int:
        return self.goods.price_amount

    @property
    def total_amount(self) -> int:
        return self.unit_amount * self.quantity

    @property
    def name(self) -> str:
        """Product and variant as one reads them in a sentence."""
        return " ".join(filter(None, (self.goods.product_title, self.goods.variant_title)))

    @property
    def is_short(self) -> bool:
        """Whether fewer units are left than the cart asks for; none at all when it is no longer sold."""
        return self.available < self.quantity


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as the shopper last saw it. `before` and `after` are rupiah, or units."""

    code: str  # "price_changed", "too_few", "sold_out" or "not_for_sale"
    variant: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a cart costs now. `chosen` is None until a shipping method that fits is picked.

    place_id   of the location that has everything; None when no one has
    """

    cart_id: str
    currency: str
    lines: tuple[QuoteLine, ...]
    options: tuple[ShippingOption, ...]
    chosen: ShippingOption | None
    changes: tuple[Change, ...]
    place_id: int | None

    @property
    def subtotal_amount(self) -> int:
        return sum(line.total_amount for line in self.lines)

    @property
    def shipping_amount(self) -> int:
        return self.chosen.amount if self.chosen else 0

    @property
    def total_amount(self) -> int:
        return self.subtotal_amount + self.shipping_amount

    @property
    def weight_grams(self) -> int:
        return weight_of(self.lines)

    @property
    def wanted(self) -> dict[str, int]:
        """SKU -> units."""
        return {line.goods.sku: line.quantity for line in self.lines}

    @property
    def is_buyable(self) -> bool:
        """Whether every line can be had in its quantity."""
        return bool(self.lines) and not any(line.is_short for line in self.lines)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


def open_carts(*, now: datetime) -> QuerySet[Cart]:
    """The carts that may still be filled."""
    return Cart.objects.filter(order_id=None, expires_at__gt=now)


def open_cart(public_id: str, *, now: datetime) -> Cart:
    """A cart that may still be filled. Raises NotFound for one that was ordered, forgotten or never there."""
    cart = open_carts(now=now).filter(public_id=public_id).first()
    if cart is None:
        raise NotFound(_("This cart is no longer there. Start a new one."))
    return cart


def units_in(public_id: str, *, now: datetime) -> int:
    """How many units an open cart holds; 0 for one that is not there."""
    lines = CartLine.objects.filter(cart__public_id=public_id, cart__order_id=None, cart__expires_at__gt=now)
    return lines.aggregate(units=Sum("quantity"))["units"] or 0


def order_of(public_id: str) -> int | None:
    """The primary key of the order that a cart became; None while it is none."""
    return Cart.objects.filter(public_id=public_id).values_list("order_id", flat=True).first()


def quote(cart: Cart, *, region_code: str = "", method_id: str = "") -> Quote:
    """Price a cart for a region.

    region_code  as deep as it is known; "" while it is not
    method_id    public id of the shipping method picked; one that does not fit counts as none
    """
    lines, free = _lines(cart)
    found: list[ShippingOption] = []
    if lines:
        found = shipping.options(
            region_code=region_code,
            weight_grams=weight_of(lines),
            subtotal_amount=sum(line.total_amount for line in lines),
        )
    chosen = next((option for option in found if option.public_id == method_id), None)
    return Quote(
        cart_id=cart.public_id,
        currency=cart.currency,
        lines=tuple(lines),
        options=tuple(found),
        chosen=chosen,
        changes=tuple(_changes(lines)),
        place_id=free.place_of({line.goods.id: line.quantity for line in lines}),
    )


def weight_of(lines: Iterable[QuoteLine]) -> int:
    """Grams of all units together."""
    return sum(line.goods.weight_grams * line.quantity for line in lines)


def _lines(cart: Cart) -> tuple[list[QuoteLine], inventory.FreeStock]:
    rows = list(CartLine.objects.filter(cart=cart).order_by("pk"))
    ids = [row.variant_id for row in rows]
    goods = catalog.variant_for_sale(ids)
    free = inventory.free_stock(ids)
    lines = [
        QuoteLine(
            goods=goods[row.variant_id],
            quantity=row.quantity,
            seen_amount=row.seen_amount,
            available=free.units_of(row.variant_id) if goods[row.variant_id].is_for_sale else 0,
        )
        for row in rows
        if row.variant_id in goods
    ]
    return lines, free


def _changes(lines: Iterable[QuoteLine]) -> Iterable[Change]:
    for line in lines:
        variant, name = line.goods.public_id, line.name
        if line.is_short:
            yield Change(_shortage(line), variant, name, line.quantity, line.available)
        elif line.unit_amount != line.seen_amount:
            yield Change("price_changed", variant, name, line.seen_amount, line.unit_amount)


def _shortage(line: QuoteLine) -> str:
    if not line.goods.is_for_sale:
        return "not_for_sale"
    return "too_few" if line.available else "sold_out"
