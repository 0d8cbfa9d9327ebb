"""What a shopper's app may do: look, fill a cart, order, and follow the order. Nobody logs in.

A cart belongs to whoever knows its id, an order to whoever knows its token; both are unguessable.
"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Status

from core.catalog import selectors as catalog
from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.fulfilment import selectors as fulfilment
from core.inventory import selectors as inventory
from core.kernel import regions
from core.kernel.errors import CommerceError, NotFound
from core.kernel.schemas import Problem, PublicId
from core.orders import selectors as orders
from core.payments import selectors as payments
from core.payments import services as paying
from storefront import areas, order_shapes, schemas
from storefront.purchase_schemas import (
    CartIn,
    CartOut,
    LineIn,
    OrderIn,
    OrderOut,
    QuantityIn,
    QuoteIn,
    QuoteOut,
)
from storefront.schemas import Handle, Token
from storefront.views.frame import origin_of
from tenants.permissions import SHOPPER, public

router = Router(tags=["Storefront"])
_REFUSALS = {404: Problem, 409: Problem, 410: Problem, 422: Problem}


@router.get(
    "/products", response={200: schemas.ProductsOut, 404: Problem}, operation_id="storefront_list_products"
)
@public
def list_products(request: HttpRequest, told: Query[schemas.ProductsAsked]) -> schemas.ProductsOut:
    """What is on sale, narrowed and sorted."""
    return _page(
        catalog.product_cards(
            category=told.category, filters=told.filters, sort=told.sort, after=told.after, limit=told.limit
        )
    )


@router.get("/search", response=schemas.ProductsOut, operation_id="storefront_search")
@public
def search(request: HttpRequest, told: Query[schemas.SearchAsked]) -> schemas.ProductsOut:
    """What fits the words, best first; near misses when nothing fits."""
    if not told.q:
        return schemas.ProductsOut(items=[], next=None)
    return _page(catalog.product_cards(query=told.q, sort=told.sort, after=told.after, limit=told.limit))


@router.get(
    "/products/{handle}",
    response={200: schemas.ProductOut, 404: Problem},
    operation_id="storefront_get_product",
)
@public
def get_product(request: HttpRequest, handle: Handle) -> schemas.ProductOut:
    """One product, by its slug (old ones too) or its id."""
    slug = catalog.product_by_public_id(handle).slug if handle.startswith("prd_") else handle
    try:
        page = catalog.product_page(slug)
    except NotFound:
        moved = catalog.moved_to(slug)
        if moved is None:
            raise
        page = catalog.product_page(moved)
    stock = inventory.available_to_sell([variant.id for variant in page.variants])
    return schemas.ProductOut.of(page, stock)


@router.get("/categories", response=schemas.CategoriesOut, operation_id="storefront_list_categories")
@public
def list_categories(request: HttpRequest) -> schemas.CategoriesOut:
    """The shelves that hold something, as a tree."""
    return schemas.CategoriesOut(items=[schemas.CategoryOut.of(shelf) for shelf in catalog.shelves()])


@router.get("/regions", response=schemas.RegionsOut, operation_id="storefront_list_regions")
@public
def list_regions(request: HttpRequest, told: Query[schemas.RegionsAsked]) -> schemas.RegionsOut:
    """Villages and districts that `q` (a name or a postcode) may mean; else what lies below `parent`."""
    found = areas.found(told.q) if told.q else _below(told.parent)
    return schemas.RegionsOut(items=[schemas.RegionOut.of(region) for region in found])


@router.post("/carts", response={201: CartOut, **_REFUSALS}, operation_id="storefront_create_cart")
@public
def create_cart(request: HttpRequest, body: CartIn | None = None) -> Status:
    """An empty cart, or one with these lines."""
    now = timezone.now()
    wanted = [(line.variant_id, line.quantity) for line in body.lines] if body else []
    cart = checkout.create_cart(language=_language(), now=now, wanted=wanted)
    return Status(201, _cart(cart.public_id, now))


@router.get("/carts/{cart_id}", response={200: CartOut, 404: Problem}, operation_id="storefront_get_cart")
@public
def get_cart(request: HttpRequest, cart_id: PublicId) -> CartOut:
    """A cart at today's prices, and what has changed since it was filled."""
    return _cart(cart_id, timezone.now())


@router.post(
    "/carts/{cart_id}/lines",
    response={201: CartOut, **_REFUSALS},
    operation_id="storefront_add_line",
)
@public
def add_line(request: HttpRequest, cart_id: PublicId, body: LineIn) -> Status:
    """Put so many more of a variant into the cart."""
    now = timezone.now()
    checkout.add_line(cart_id=cart_id, now=now, **body.model_dump())
    return Status(201, _cart(cart_id, now))


@router.patch(
    "/carts/{cart_id}/lines/{variant_id}",
    response={200: CartOut, **_REFUSALS},
    operation_id="storefront_update_line",
)
@public
def update_line(request: HttpRequest, cart_id: PublicId, variant_id: PublicId, body: QuantityIn) -> CartOut:
    """Make a line hold another quantity; 0 takes it out."""
    now = timezone.now()
    checkout.set_line(cart_id=cart_id, variant_id=variant_id, quantity=body.quantity, now=now)
    return _cart(cart_id, now)


@router.delete(
    "/carts/{cart_id}/lines/{variant_id}",
    response={200: CartOut, **_REFUSALS},
    operation_id="storefront_remove_line",
)
@public
def remove_line(request: HttpRequest, cart_id: PublicId, variant_id: PublicId) -> CartOut:
    """Take a variant out of the cart. Doing it twice is harmless."""
    now = timezone.now()
    checkout.set_line(cart_id=cart_id, variant_id=variant_id, quantity=0, now=now)
    return _cart(cart_id, now)


@router.post(
    "/carts/{cart_id}/accept",
    response={200: CartOut, **_REFUSALS},
    operation_id="storefront_accept_changes",
)
@public
def accept_changes(request: HttpRequest, cart_id: PublicId) -> CartOut:
    """Take today's prices, and what is left of what ran short."""
    now = timezone.now()
    checkout.accept_changes(cart_id=cart_id, now=now)
    return _cart(cart_id, now)


@router.post("/carts/{cart_id}/quote", response={200: QuoteOut, **_REFUSALS}, operation_id="storefront_quote")
@public
def quote(request: HttpRequest, cart_id: PublicId, body: QuoteIn | None = None) -> QuoteOut:
    """All costs, and the ways to send and to pay. A way to send that is the only one is chosen."""
    told = body or QuoteIn()
    cart = carts.open_cart(cart_id, now=timezone.now())
    region = regions.find(told.region_code) if told.region_code else None
    code = region.code if region else ""
    found = carts.quote(cart, region_code=code, method_id=told.shipping_method_id or "")
    if found.chosen is None and len(found.options) == 1:
        found = carts.quote(cart, region_code=code, method_id=found.options[0].public_id)
    return QuoteOut.priced(found, region, payments.methods_for_checkout(found.total_amount))


@router.post(
    "/carts/{cart_id}/order",
    response={201: OrderOut, **_REFUSALS},
    operation_id="storefront_place_order",
)
@public
def place_order(request: HttpRequest, cart_id: PublicId, body: OrderIn) -> Status:
    """Order the cart, and say how to pay. Ordering a cart twice answers with the first order."""
    told = body.model_dump()
    purchase = checkout.Purchase(
        shipping_method=told.pop("shipping_method_id"), language=_language(), source="API", **told
    )
    placed = checkout.place_order(cart_id=cart_id, purchase=purchase, now=timezone.now(), actor=SHOPPER)
    _start_payment(request, placed.pk, placed.token)
    return Status(201, _order(request, placed.token))


@router.get("/orders/{token}", response={200: OrderOut, 404: Problem}, operation_id="storefront_get_order")
@public
def get_order(request: HttpRequest, token: Token) -> OrderOut:
    """Where an order stands, how to pay it, and where its parcels are."""
    return _order(request, token)


def _page(found: catalog.CardPage) -> schemas.ProductsOut:
    return schemas.ProductsOut(
        items=[schemas.ProductCardOut.of(card) for card in found.cards], next=found.next
    )


def _below(parent: str) -> tuple[regions.Region, ...]:
    region = regions.find(parent) if parent else None
    if region is None:
        return () if parent else regions.provinces()
    children = {1: regions.regencies, 2: regions.districts, 3: regions.villages}
    return children[region.level](region.code) if region.level in children else ()


def _cart(cart_id: str, now: datetime) -> CartOut:
    return CartOut.of(carts.quote(carts.open_cart(cart_id, now=now)))


def _start_payment(request: HttpRequest, order_id: int, token: str) -> None:
    """Ask the gateway for its page. One that is silent now is asked again at `pay_url`."""
    payment = payments.payment_of(order_id)
    if payment is None or not payment.is_open:
        return
    status_url = f"{origin_of(request)}/orders/{token}/"
    try:
        paying.start(payment_id=payment.pk, return_url=status_url, now=timezone.now())
    except CommerceError:
        return


def _order(request: HttpRequest, token: str) -> OrderOut:
    order = orders.order_by_token(token)
    return order_shapes.shaped(
        order,
        payment=payments.payment_of(order.pk),
        parcels=fulfilment.fulfilments_of(order.pk),
        origin=origin_of(request),
    )


def _language() -> str:
    return get_language() or "id"
