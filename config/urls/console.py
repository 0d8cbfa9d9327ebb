"""What the platform's staff see, on the console's own host."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from tenants.permissions import public

handler500 = "tenants.refusals.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", public(set_language), name="set_language"),
    path(".well-known/", include("tenants.urls_wellknown")),
    path("", include("billing.urls_console")),
]
