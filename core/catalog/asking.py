"""Who asks, and how they asked: what every door of the catalogue begins with."""

from core.catalog import selectors
from core.catalog.models import Product
from core.catalog.schemas import Reader
from tenants import hosts
from tenants.models import HostKind
from tenants.permissions import Permission
from tenants.requests import StoreRequest


def sees_costs(request: StoreRequest) -> bool:
    """Whether who asks may know what goods cost the store."""
    return request.actor.may(Permission.VIEW_COSTS)


def edits(request: StoreRequest) -> bool:
    """Whether who asks may change products."""
    return request.actor.may(Permission.EDIT_PRODUCTS)


def reader_of(request: StoreRequest) -> Reader:
    """What the answers of the API depend on."""
    store = request.store
    return Reader(sees_costs=sees_costs(request), origin=hosts.store_origin(store, HostKind.STOREFRONT))


def by_script(request: StoreRequest) -> bool:
    """Whether htmx or one of our scripts asks, and wants a piece of the page."""
    return "HX-Request" in request.headers


def product_of(public_id: str) -> Product:
    """The product that the address names. Raises NotFound."""
    return selectors.product_by_public_id(public_id)
