"""What a seller and their staff see, on the dashboard host of their store."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.api import dashboard_api
from config.gallery import gallery

handler500 = "tenants.refusals.broken"
# One line per room. Order does not matter: each room has a prefix of its own.
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", dashboard_api.urls),
    path("", include("tenants.urls_entry")),
    path("", include("core.analytics.urls")),
    path("search/", include("core.analytics.urls_search")),
    path("products/", include("core.catalog.urls")),
    path("stock/", include("core.inventory.urls")),
    path("orders/", include("core.orders.urls")),
    path("parcels/", include("core.fulfilment.urls")),
    path("payments/", include("core.payments.urls")),
    path("customers/", include("core.customers.urls")),
    path("shipping/", include("core.shipping.urls")),
    path("storefront/", include("storefront.dashboard_urls")),
    path("settings/", include("core.kernel.urls")),
    path("settings/messages/", include("core.notifications.urls")),
    path("settings/api-keys/", include("core.integrations.urls")),
    path("settings/webhooks/", include("core.integrations.urls_webhooks")),
    path("settings/team/", include("tenants.urls_team")),
    path("settings/audit/", include("core.analytics.urls_audit")),
    path("plan/", include("billing.urls_plan")),
    path("settings/data/", include("tenants.urls_data")),
    path("settings/domains/", include("tenants.urls_domains")),
    path("work/", include("tenants.urls_work")),
    path(".well-known/", include("tenants.urls_wellknown")),
]

if settings.DEVELOPMENT:
    urlpatterns.append(path("_gallery/", gallery, name="gallery"))
