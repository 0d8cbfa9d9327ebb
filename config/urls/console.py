"""What the platform's staff see, on the console's own host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("billing.urls_console"))]
