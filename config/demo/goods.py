"""Fills a demo store's shelves: categories, products with variants and pictures, and first deliveries."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from config.demo.catalogue.parts import DemoCatalogue, DemoPicture, DemoProduct, DemoVariant
from config.demo.drawing import jpeg
from core.catalog import selectors as catalog_selectors
from core.catalog import services as catalog
from core.inventory import selectors as stock
from core.inventory import services as inventory
from core.kernel import history
from tenants.permissions import SYSTEM

# Units that were there before the story's sixty days of sales; what is sold is delivered on top of it.
_FIRST_DELIVERY = "Stok awal"


class _Upload(BytesIO):
    """A drawing as an upload that arrives."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.size: int | None = len(content)


def fill(catalogue: DemoCatalogue, *, opened_at: datetime) -> None:
    """Make every product, as if on the day the store opened. Pictures follow with `hang_pictures`."""
    with history.at(opened_at):
        shelves = _categories(catalogue)
        for product in catalogue.products:
            _product(product, shelves)


def _categories(catalogue: DemoCatalogue) -> dict[tuple[str, str], str]:
    """(parent, child) -> public id of the child."""
    made = {}
    for parent_name, children in catalogue.categories:
        parent = catalog.create_category(name=parent_name, parent=None, actor=SYSTEM)
        for child_name in children:
            child = catalog.create_category(name=child_name, parent=parent.public_id, actor=SYSTEM)
            made[(parent_name, child_name)] = child.public_id
    return made


def _product(product: DemoProduct, shelves: dict[tuple[str, str], str]) -> None:
    catalog.create_product(
        title=product.name,
        actor=SYSTEM,
        slug=product.slug,
        description=product.description,
        category=shelves[product.category],
        brand=product.brand,
        tags=product.tags,
        status="ACTIVE",
        options=[(option.name, option.values) for option in product.options],
        variants=[_row(variant) for variant in product.variants],
    )


def _row(variant: DemoVariant) -> Any:
    return {
        "values": variant.values,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price_amount": variant.price_amount,
        "compare_at_amount": variant.compare_at_amount,
        "cost_amount": variant.cost_amount,
        "weight_grams": variant.weight_grams,
    }


def deliver(catalogue: DemoCatalogue, *, sold: dict[str, int], at: datetime) -> None:
    """Bring each SKU its opening stock: what the story will sell, and what is left today.

    sold   SKU -> units that the story sells from the main location
    """
    places = [place.pk for place in stock.locations()][:2]
    with history.at(at):
        variants = [variant for product in catalogue.products for variant in product.variants]
        first = {variant.sku: variant.stock[0] + sold.get(variant.sku, 0) for variant in variants}
        second = {variant.sku: variant.stock[1] for variant in variants}
        for location_id, units in zip(places, (first, second), strict=True):
            inventory.receive_delivery(
                quantities={sku: quantity for sku, quantity in units.items() if quantity},
                location_id=location_id,
                reason=_FIRST_DELIVERY,
                actor=SYSTEM,
            )
    show_availability(catalogue)


def show_availability(catalogue: DemoCatalogue) -> None:
    """Let the storefront say what can be had, which the silent past did not tell it."""
    skus = [variant.sku for product in catalogue.products for variant in product.variants]
    ids = [variant.id for variant in catalog_selectors.variants_by_sku(skus).values()]
    catalog.note_availability(available=stock.available_to_sell(ids))


def hang_pictures(product: DemoProduct, *, most: int | None = None) -> None:
    """Upload a product's drawings, or the first few. One that hangs already stays as it is."""
    page = catalog_selectors.product_page(product.slug)
    for picture in product.pictures[:most]:
        _hang(page.id, page.variants, picture)


def _hang(product_id: int, variants: Iterable[Any], picture: DemoPicture) -> None:
    media = catalog.add_media(
        product_id=product_id, upload=_Upload(jpeg(picture.sketch)), alt_text=picture.alt, actor=SYSTEM
    )
    if picture.option is None:
        return
    edits = {
        variant.public_id: {"image": media.public_id}
        for variant in variants
        if picture.option[1] in variant.title.split(" / ")
    }
    if edits:
        catalog.edit_variants(product_id=product_id, edits=edits, actor=SYSTEM)
