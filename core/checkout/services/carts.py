"""Fill and empty a cart."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from core.checkout import selectors
from core.checkout.models import Cart, CartLine
from core.inventory import selectors as inventory
from core.kernel import ids
from core.kernel.errors import CommerceError, InvalidInput, NotFound

LIFETIME = timedelta(days=30)
MOST_LINES = 50
LARGEST_QUANTITY = 999


class CartClosed(CommerceError):
    """The cart has become an order."""

    code = "cart_closed"


class CartExpired(CommerceError):
    """The cart was left alone for too long."""

    code = "cart_expired"
    http_status = 410


class NotForSale(CommerceError):
    """The variant is not sold, or not any more."""

    code = "not_for_sale"


class TooFew(CommerceError):
    """Fewer units are left than the shopper wants."""

    code = "too_few"

    def __init__(self, name: str, available: int) -> None:
        self.available = available
        message = _("%(name)s is sold out.") if not available else _("Only %(left)s of %(name)s are left.")
        super().__init__(message % {"name": name, "left": available})


class CartFull(CommerceError):
    code = "cart_full"


def lock_cart(public_id: str) -> Cart:
    """The cart, locked until the caller commits. Raises NotFound."""
    cart = Cart.objects.select_for_update().filter(public_id=public_id).first()
    if cart is None:
        raise NotFound(_("This cart is no longer there. Start a new one."))
    return cart


def require_open(cart: Cart, now: datetime) -> None:
    """Raise CartClosed for a cart that was ordered, CartExpired for one that was forgotten."""
    if cart.order_id is not None:
        raise CartClosed(_("This cart has already been ordered. Start a new one."))
    if cart.expires_at <= now:
        raise CartExpired(_("This cart has expired. Add the products again; prices may have changed."))


@transaction.atomic
def create_cart(
    *, language: str, currency: str = "IDR", now: datetime, wanted: Sequence[tuple[str, int]] = ()
) -> Cart:
    """A cart, kept for 30 days after its last change.

    wanted   public ids of variants and their quantities to begin with
    Raises   NotForSale, TooFew, CartFull; no cart is kept then
    """
    cart = _new_cart(language, currency, now)
    held: dict[int, int] = {}
    for variant_id, quantity in wanted:
        _add(cart, variant_id, quantity, held)
    return cart


def _new_cart(language: str, currency: str, now: datetime) -> Cart:
    return Cart.objects.create(
        public_id=ids.new_id("crt"), language=language, currency=currency, expires_at=now + LIFETIME
    )


@transaction.atomic
def add_line(*, cart_id: str, variant_id: str, quantity: int, now: datetime) -> Cart:
    """Put `quantity` more units of a variant into a cart.

    Raises   as set_line
    Locks    the cart
    """
    cart = lock_cart(cart_id)
    require_open(cart, now)
    _add(cart, variant_id, quantity, _held(cart))
    _keep(cart, now)
    return cart


@transaction.atomic
def put_in(*, cart_id: str, variant_id: str, quantity: int, language: str, now: datetime) -> Cart:
    """Put goods into a shopper's cart, or into a new one when theirs was ordered, forgotten or never there.

    Raises   NotForSale, TooFew, CartFull, InvalidInput; a new cart is not kept then
    Locks    the cart
    """
    cart = (
        selectors.open_carts(now=now).select_for_update().filter(public_id=cart_id).first()
        if cart_id
        else None
    )
    if cart is None:
        cart = _new_cart(language, "IDR", now)
        _add(cart, variant_id, quantity, {})
    else:
        _add(cart, variant_id, quantity, _held(cart))
        _keep(cart, now)
    return cart


@transaction.atomic
def set_line(*, cart_id: str, variant_id: str, quantity: int, now: datetime) -> Cart:
    """Make a cart hold exactly `quantity` units of a variant; 0 takes it out.

    Raises   NotFound, CartClosed, CartExpired, NotForSale, TooFew, CartFull, InvalidInput
    Locks    the cart
    """
    cart = lock_cart(cart_id)
    require_open(cart, now)
    if quantity < 0:
        raise InvalidInput(_("A quantity cannot be negative."), "quantity")
    if quantity == 0:
        cart.lines.filter(variant__public_id=variant_id).delete()
    else:
        _write_line(cart, _for_sale(variant_id), quantity, _held(cart))
    _keep(cart, now)
    return cart


def _held(cart: Cart) -> dict[int, int]:
    """Variant id -> units of each line."""
    return dict(CartLine.objects.filter(cart=cart).values_list("variant_id", "quantity"))


def _add(cart: Cart, variant_id: str, quantity: int, held: dict[int, int]) -> None:
    """Put more units of a variant into a locked cart, and count them in `held`."""
    if quantity < 1:
        raise InvalidInput(_("Choose at least one."), "quantity")
    goods = _for_sale(variant_id)
    _write_line(cart, goods, held.get(goods.id, 0) + quantity, held)
    held[goods.id] = held.get(goods.id, 0) + quantity


def _for_sale(variant_id: str) -> catalog.VariantForSale:
    goods = catalog.for_sale_by_public_id(variant_id)
    if goods is None or not goods.is_for_sale:
        raise NotForSale(_("This product is not sold any more."))
    return goods


def _write_line(cart: Cart, goods: catalog.VariantForSale, quantity: int, held: Mapping[int, int]) -> None:
    available = min(inventory.available_to_sell([goods.id])[goods.id], LARGEST_QUANTITY)
    if quantity > available:
        raise TooFew(" ".join(filter(None, (goods.product_title, goods.variant_title))), available)
    if len(held.keys() - {goods.id}) >= MOST_LINES:
        raise CartFull(_("A cart holds at most 50 different products. Order these first."))
    told = {"quantity": quantity, "seen_amount": goods.price_amount}
    if goods.id in held:
        CartLine.objects.filter(cart=cart, variant_id=goods.id).update(**told)
    else:
        CartLine.objects.create(cart=cart, variant_id=goods.id, **told)


def _keep(cart: Cart, now: datetime) -> None:
    """Let a cart that was changed be there for as long again."""
    cart.expires_at = now + LIFETIME
    cart.save(update_fields=["expires_at"])


@transaction.atomic
def copy_cart(*, cart_id: str, language: str, now: datetime) -> Cart:
    """A new cart with the same goods, at the prices that were seen.

    A link to a cart gives a copy away, never the cart itself: whoever holds a cart's id reaches its order.
    Raises   NotFound, CartClosed, CartExpired
    Locks    the cart that is copied
    """
    source = lock_cart(cart_id)
    require_open(source, now)
    made = create_cart(language=language, currency=source.currency, now=now)
    CartLine.objects.bulk_create(
        CartLine(cart=made, variant_id=line.variant_id, quantity=line.quantity, seen_amount=line.seen_amount)
        for line in source.lines.order_by("pk")
    )
    return made


@transaction.atomic
def accept_changes(*, cart_id: str, now: datetime) -> Cart:
    """Bring a cart to today's prices and to what can be had: short lines shrink, sold-out ones go.

    Raises   NotFound, CartClosed, CartExpired
    Locks    the cart
    """
    cart = lock_cart(cart_id)
    require_open(cart, now)
    for line in selectors.quote(cart).lines:
        row = cart.lines.filter(variant_id=line.goods.id)
        left = min(line.quantity, line.available)
        if left == 0:
            row.delete()
        else:
            row.update(quantity=left, seen_amount=line.unit_amount)
    return cart
