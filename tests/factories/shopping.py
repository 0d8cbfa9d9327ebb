"""A shopper's browser and what it sends, for tests of the storefront."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from core.catalog import services as catalog
from core.catalog.models import Product, Variant
from core.orders.models import Order
from tenants import context
from tests.canaries import WatchedClient
from tests.factories.catalog import make_product
from tests.factories.inventory import stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method

DAGO = "32.73.02.1004"


class Shopper(WatchedClient):
    """A browser without scripts that reads English. The test stays in its store meanwhile."""

    def request(self, **request: Any) -> Any:
        with context.in_public():
            return super().request(**request)

    def read(self, path: str, **query: Any) -> str:
        """The text of a page that is there."""
        page = self.get(path, query)
        assert page.status_code == 200, page.status_code
        return page.content.decode()

    def put_in(self, variant: Variant, quantity: int = 1) -> HttpResponse:
        """Press "add to cart"."""
        return self.post("/cart/add/", {"variant": variant.public_id, "quantity": quantity})

    def place(self, **told: Any) -> HttpResponse:
        """Press "order and pay" on a form that is filled in; `told` says what is different."""
        return self.post("/checkout/place/", {**checkout_form(), **told})

    def buy(self, **told: Any) -> Order:
        """Order what is in the cart."""
        answer = self.place(**told)
        assert answer.status_code == 303, errors_of(answer)
        return Order.objects.get(token=answer.headers["Location"].split("/")[2])


def shopper_at(slug: str = "kopi", **more: Any) -> Shopper:
    """A new browser at a store."""
    host = f"{slug}.{settings.STOREFRONT_SUFFIX}"
    browser = Shopper(HTTP_HOST=host, SERVER_NAME=host, **more)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def errors_of(answer: HttpResponse) -> list[str]:
    """What the summary of a form complains about, without its markup."""
    summary = re.search(r"error-summary__title.*?</div>", answer.content.decode(), re.DOTALL)
    told = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else []
    return [re.sub(r"<[^>]+>", "", each) for each in told]


def notices_of(answer: HttpResponse) -> list[str]:
    """The texts of the notices on a page."""
    return re.findall(r'banner__body"><p>(.*?)</p>', answer.content.decode())


def sellable(on_hand: int = 5, price_amount: int = 50_000, **facts: Any) -> Variant:
    """The only variant of a product that can be bought."""
    variant = make_product(price_amount=price_amount, **facts).variants.get()
    _shelve(variant, on_hand)
    return variant


def stocked(product: Product, on_hand: int = 5) -> list[Variant]:
    """Bring every variant of a product to the shelf."""
    variants = list(product.variants.order_by("position", "pk"))
    for variant in variants:
        _shelve(variant, on_hand)
    return variants


def _shelve(variant: Variant, on_hand: int) -> None:
    """Bring it, and tell the catalogue, as the worker does a moment later."""
    stock(on_hand, variant=variant)
    catalog.note_availability(available={variant.pk: on_hand})


def checkout_form(payment: str = "MANUAL_TRANSFER") -> dict[str, Any]:
    """A form that is complete: Dewi in Dago, one flat fee of Rp18.000."""
    return {
        "phone": "0812-3456-7890",
        "name": "Dewi Lestari",
        "email": "dewi@example.com",
        "area": "",
        "region_code": DAGO,
        "address_line": "Jl. Ir. H. Juanda 12",
        "landmark": "",
        "note": "",
        "shipping_method": flat_method().public_id,
        "payment_method": method(payment).code,
        "expected_amount": "",
    }
