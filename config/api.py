"""The two REST APIs: one for a store's own systems, one for its storefront. Errors are shaped here, once."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError

from core.catalog import api as catalog
from core.customers import api as customers
from core.fulfilment import api as fulfilment
from core.integrations import api as integrations
from core.integrations.auth import ApiKeyAuth
from core.inventory import api as inventory
from core.kernel import api as kernel
from core.orders import api as orders
from core.payments import api as payments
from core.shipping import api as shipping
from storefront import api as storefront
from storefront import dashboard_api as design
from tenants import api as tenants
from tenants.errors import CommerceError


class StoreAPI(NinjaAPI):
    """A ninja API whose creating requests may be repeated safely."""

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        response = super().create_response(request, data, **options)
        response.headers["Cache-Control"] = "no-store"
        return response


def problem(status: int, code: str, title: str, errors: list[dict] | None = None) -> HttpResponse:
    """A problem document (RFC 9457) with a stable `code`."""
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": title}
    if errors:
        body["errors"] = errors
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def build(name: str, routers: list[tuple[str, Router]], auth: Any = None) -> NinjaAPI:
    """Assemble one API from the rooms' routers."""
    api = StoreAPI(
        title=f"SmartSeller {name} API",
        version="1",
        urls_namespace=f"{name}-api",
        openapi_url="/openapi.json",
        docs_url=None,
        auth=auth,
    )
    for prefix, router in routers:
        api.add_router(prefix, router)
    _map_errors(api)
    return api


def _map_errors(api: NinjaAPI) -> None:
    @api.exception_handler(CommerceError)
    def refused(request: HttpRequest, refusal: CommerceError) -> HttpResponse:
        field = getattr(refusal, "field", "")
        errors = [{"field": field, "message": refusal.message}] if field else None
        return problem(refusal.http_status, refusal.code, refusal.message, errors)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in row["loc"][1:]), "message": row["msg"]}
            for row in error.errors
        ]
        return problem(422, "invalid_input", _("Some values are not valid."), errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem(401, "login_needed", _("Send a valid API key as a bearer token."))

    @api.exception_handler(HttpError)
    def broken(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "bad_request", str(error))

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(413, "too_large", _("The request is too large."))


# Rooms mount their routers here, one line each; their paths begin with the room's noun.
_ROOMS = [
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
    tenants.team,
    tenants.work,
]
dashboard_api = build("store", [("", router) for router in _ROOMS], auth=ApiKeyAuth())
storefront_api = build("storefront", [("", storefront.router)])
