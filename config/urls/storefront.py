"""What shoppers see, on the storefront hosts of a store."""

from django.urls import URLPattern, URLResolver, include, path

from config.api import storefront_api

handler500 = "tenants.refusals.broken"
handler400 = "storefront.views.errors.unreadable"
handler404 = "storefront.views.errors.not_found"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/storefront/v1/", storefront_api.urls),
    path("hooks/", include("core.payments.urls_hooks")),
    path(".well-known/", include("tenants.urls_wellknown")),
    path("", include("storefront.urls")),
]
