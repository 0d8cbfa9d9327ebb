"""What a seller and their staff see, on the dashboard host of their store."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.api import dashboard_api
from config.gallery import gallery

# One line per room. Order does not matter: each room has a prefix of its own.
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", dashboard_api.urls),
    path("", include("tenants.urls_entry")),
    path("", include("core.analytics.urls")),
    path("settings/api-keys/", include("core.integrations.urls")),
]

if settings.DEVELOPMENT:
    urlpatterns.append(path("_gallery/", gallery, name="gallery"))
