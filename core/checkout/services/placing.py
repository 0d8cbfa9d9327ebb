"""Turn a cart into an order: the one use-case that joins goods, stock, shipping, order and payment."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from core.catalog import texts
from core.checkout import selectors
from core.checkout.models import Cart
from core.checkout.selectors import Quote
from core.checkout.services.carts import lock_cart, require_open
from core.customers import services as customers
from core.inventory import selectors as stock
from core.inventory import services as inventory
from core.kernel import phones, regions
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.regions import Region, RegionLevel
from core.orders import services as orders
from core.orders.models import Order, OrderSource
from core.orders.services import DraftAddress, DraftLine, OrderDraft
from core.payments import services as payments
from tenants.failpoints import failpoint
from tenants.permissions import Actor


class PurchaseChanged(CommerceError):
    """Prices or stock are not as the shopper saw them. `quote` says how they are."""

    code = "purchase_changed"

    def __init__(self, quote: Quote) -> None:
        self.quote = quote
        super().__init__(_("Something changed while you were ordering. Look at it again, then order."))


class SplitNeeded(CommerceError):
    """Every line is there, but not in one place."""

    code = "split_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a shopper tells at the checkout.

    phone            as typed
    region_code      of the village or district it goes to; "" for pick-up
    shipping_method  public id
    expected_amount  the total the shopper saw before any unique code; None when they saw none
    """

    name: str
    phone: str
    shipping_method: str
    payment_method: str
    email: str = ""
    address_line: str = ""
    landmark: str = ""
    region_code: str = ""
    note: str = ""
    language: str = "id"
    source: str = OrderSource.STOREFRONT
    expected_amount: int | None = None


@transaction.atomic
def place_order(*, cart_id: str, purchase: Purchase, now: datetime, actor: Actor) -> Order:
    """Order what is in a cart. Placing the same cart again returns the first order.

    Raises   NotFound, CartExpired, InvalidInput, InvalidPhone, PurchaseChanged, SplitNeeded,
             InsufficientStock when somebody was faster, MethodUnavailable
    Locks    the cart, the customer, the number sequence, the stock items, the payment method
    Records  OrderPlaced, StockChanged
    """
    cart = lock_cart(cart_id)
    if cart.order_id is not None:
        return Order.objects.get(pk=cart.order_id)
    require_open(cart, now)
    failpoint("checkout.after_cart_lock")
    purchase = _checked(purchase)
    quote = selectors.quote(cart, region_code=purchase.region_code, method_id=purchase.shipping_method)
    _refuse_changes(quote, purchase)

    draft = _draft(cart, quote, purchase, actor=actor, now=now)
    failpoint("checkout.after_quote")
    order = orders.create(draft=draft, actor=actor)
    failpoint("checkout.after_order")
    inventory.allocate(reference=order.number, wanted=quote.wanted, location_id=draft.location_id)
    failpoint("checkout.after_allocate")
    payments.open(order=order, method_code=purchase.payment_method, now=now, actor=actor)
    failpoint("checkout.after_payment")
    cart.order_id = order.pk
    cart.save(update_fields=["order_id"])
    failpoint("checkout.before_commit")
    return order


def _checked(purchase: Purchase) -> Purchase:
    """The same purchase, cleaned. Raises InvalidInput for the first field that is wrong."""
    email = texts.line(purchase.email, most=254, field="email")
    if email:
        try:
            validate_email(email)
        except ValidationError as wrong:
            raise InvalidInput(_("This e-mail address is not complete."), "email") from wrong
    try:
        phone = phones.normalise(purchase.phone)
    except phones.InvalidPhone as wrong:
        raise InvalidInput(wrong.message, "phone") from wrong
    return replace(
        purchase,
        phone=phone,
        email=email,
        name=texts.line(purchase.name, most=120, field="name", required=True),
        address_line=texts.line(purchase.address_line, most=200, field="address_line"),
        landmark=texts.line(purchase.landmark, most=120, field="landmark"),
        note=texts.paragraphs(purchase.note, most=1000, field="note"),
    )


def _refuse_changes(quote: Quote, purchase: Purchase) -> None:
    if not quote.lines:
        raise InvalidInput(_("Your cart is empty."), "cart")
    if not quote.is_buyable:
        raise PurchaseChanged(quote)
    if quote.chosen is None:
        raise InvalidInput(_("Choose how it is sent."), "shipping_method")
    if not purchase.payment_method:
        raise InvalidInput(_("Choose how you pay."), "payment_method")
    seen = purchase.expected_amount
    if (quote.changes and seen is None) or seen not in (None, quote.total_amount):
        raise PurchaseChanged(quote)


def _draft(cart: Cart, quote: Quote, purchase: Purchase, *, actor: Actor, now: datetime) -> OrderDraft:
    chosen = quote.chosen
    assert chosen is not None
    address = None if chosen.is_pickup else _address(purchase)
    customer = customers.upsert_from_order(
        name=purchase.name,
        email=purchase.email,
        phone=purchase.phone,
        language=purchase.language,
        actor=actor,
    )
    return OrderDraft(
        customer_id=customer.pk,
        customer_name=purchase.name,
        email=purchase.email,
        phone=purchase.phone,
        lines=[_line(line) for line in quote.lines],
        location_id=_location(quote),
        payment_method=purchase.payment_method,
        placed_at=now,
        address=address,
        shipping_method_name=chosen.name,
        is_pickup=chosen.is_pickup,
        shipping_amount=chosen.amount,
        currency=cart.currency,
        language=purchase.language,
        note=purchase.note,
        source=purchase.source,
    )


def _line(line: selectors.QuoteLine) -> DraftLine:
    goods = line.goods
    return DraftLine(
        variant_id=goods.id,
        sku=goods.sku,
        product_title=goods.product_title,
        variant_title=goods.variant_title,
        quantity=line.quantity,
        unit_amount=goods.price_amount,
        weight_grams=goods.weight_grams,
        image_url=goods.image_url,
    )


def _address(purchase: Purchase) -> DraftAddress:
    region = _region(purchase.region_code)
    if not purchase.address_line:
        raise InvalidInput(_("Write the street and the house number."), "address_line")
    return DraftAddress(
        recipient_name=purchase.name,
        address_phone=purchase.phone,
        address_line=purchase.address_line,
        landmark=purchase.landmark,
        region_code=region.code,
        province=region.province,
        regency=region.regency,
        district=region.district,
        village=region.village,
        postcode=region.postcode,
    )


def _region(code: str) -> Region:
    found = regions.find(code) if code else None
    if found is None or found.level < RegionLevel.DISTRICT:
        raise InvalidInput(_("Choose the village or the postcode from the list."), "region_code")
    return found


def _location(quote: Quote) -> int:
    chosen = quote.chosen
    assert chosen is not None
    if chosen.is_pickup:
        return chosen.location_id or stock.default_location().pk
    if quote.place_id is None:
        raise SplitNeeded(
            _("These products lie in different warehouses. Please order them one after the other.")
        )
    return quote.place_id
