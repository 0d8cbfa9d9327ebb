"""Things that exist in a store, by the name of the path parameter that asks for them."""

from django.utils import timezone

from core.checkout import services as checkout
from core.inventory import selectors as inventory
from tests.factories.catalog import make_category, make_shirt
from tests.factories.inventory import stock
from tests.factories.payments import open_payment
from tests.factories.shipping import flat_method


def known_ids() -> dict[str, list[str]]:
    """Make one of everything in the store in force."""
    shirt = make_shirt(category=make_category().public_id)
    variant = shirt.variants.order_by("pk").first()
    stock(9, variant=variant)
    cart = checkout.create_cart(language="id", now=timezone.now(), wanted=[(variant.public_id, 1)])
    order = open_payment().order
    everything = {
        "cart_id": [cart.public_id],
        "handle": [shirt.slug, shirt.public_id],
        "location_id": [inventory.default_location().public_id],
        "method_id": [flat_method().public_id],
        "order_id": [order.public_id],
        "product_id": [shirt.public_id],
        "sku": [variant.sku],
        "token": [order.token],
        "variant_id": [variant.public_id],
    }
    rest = [each[0] for each in everything.values()]
    return {**everything, "public_id": rest}
