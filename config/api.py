"""The two REST APIs: one for a store's own systems, one for its storefront."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from config import api_words
from config.api_document import ApiDocument
from config.api_input import CarefulParser
from config.api_refusals import map_errors
from core.analytics import api as analytics
from core.analytics import audit_api as audit
from core.catalog import api as catalog
from core.customers import api as customers
from core.fulfilment import api as fulfilment
from core.integrations import api as integrations
from core.integrations.auth import ApiKeyAuth
from core.inventory import api as inventory
from core.kernel import api as kernel
from core.notifications import api as notifications
from core.orders import api as orders
from core.payments import api as payments
from core.shipping import api as shipping
from storefront import api as storefront
from storefront import dashboard_api as design
from tenants import api as tenants


class StoreAPI(NinjaAPI):
    """A ninja API whose answers nobody keeps, and whose document tells how it refuses."""

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        response = super().create_response(request, data, **options)
        response.headers["Cache-Control"] = "no-store"
        return response

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        return ApiDocument(self, path_prefix)


def build(name: str, routers: list[tuple[str, Router]], says: str, auth: Any = None) -> NinjaAPI:
    """Assemble one API from the rooms' routers."""
    api = StoreAPI(
        title=f"SmartSeller {name} API",
        version="1",
        description=says,
        urls_namespace=f"{name}-api",
        openapi_url="/openapi.json",
        docs_url=None,
        auth=auth,
        parser=CarefulParser(),
    )
    for prefix, router in routers:
        api.add_router(prefix, router)
    map_errors(api)
    return api


# Rooms mount their routers here, one line each; their paths begin with the room's noun.
_ROOMS = [
    analytics.router,
    audit.router,
    catalog.router,
    inventory.router,
    orders.router,
    payments.router,
    fulfilment.router,
    customers.router,
    shipping.router,
    design.router,
    kernel.router,
    integrations.router,
    notifications.router,
    tenants.team,
    tenants.domains,
    tenants.archive,
    tenants.work,
]
dashboard_api = build("store", [("", router) for router in _ROOMS], api_words.STORE, auth=ApiKeyAuth())
storefront_api = build("storefront", [("", storefront.router)], api_words.STOREFRONT)
