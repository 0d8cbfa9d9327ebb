"""Things that exist in a store, by the name of the path parameter that asks for them."""

from django.utils import timezone

from core.catalog import services as catalog
from core.checkout import services as checkout
from core.inventory import selectors as inventory
from storefront import selectors as shop_design
from tenants import context
from tenants.domains import services as domains
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_shirt, picture_file
from tests.factories.inventory import stock
from tests.factories.payments import open_payment
from tests.factories.shipping import flat_method
from tests.factories.webhooks import add_endpoint, delivery


def known_ids() -> dict[str, list[str]]:
    """Make one of everything in the store in force."""
    shelf = make_category()
    shirt = make_shirt(category=shelf.public_id, brand="Laras")
    variant = shirt.variants.order_by("pk").first()
    stock(9, variant=variant)
    cart = checkout.create_cart(language="id", now=timezone.now(), wanted=[(variant.public_id, 1)])
    order = open_payment().order
    claim = domains.add(store=context.require_store(), name="kopi-coba.com", actor=SYSTEM, now=timezone.now())
    media = catalog.add_media(product_id=shirt.pk, upload=picture_file(), actor=SYSTEM)
    webhook, _secret = add_endpoint()
    everything = {
        "brand_id": [shirt.brand.public_id],
        "cart_id": [cart.public_id],
        "category_id": [shelf.public_id],
        "code": ["MANUAL_TRANSFER", "COD", "MIDTRANS"],
        "customer_id": [order.customer.public_id],
        "domain_id": [str(claim.uid)],
        "delivery_id": [delivery(webhook, state="FAILED").public_id],
        "handle": [shirt.slug, shirt.public_id],
        "location_id": [inventory.default_location().public_id],
        "media_id": [media.public_id],
        "method_id": [flat_method().public_id],
        "order_id": [order.public_id],
        "page_id": [shop_design.all_pages()[0].public_id],
        "product_id": [shirt.public_id],
        "sku": [variant.sku],
        "token": [order.token],
        "variant_id": [variant.public_id],
        "webhook_id": [webhook.public_id],
    }
    rest = [each[0] for each in everything.values()]
    return {**everything, "public_id": rest}
