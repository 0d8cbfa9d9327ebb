"""The domains of a store."""

from django.urls import path

from tenants.views import domains

app_name = "domains"
urlpatterns = [
    path("", domains.listing, name="list"),
    path("free-address/", domains.free_address, name="free_address"),
    path("<uuid:uid>/", domains.domain, name="domain"),
    path("<uuid:uid>/check/", domains.check, name="check"),
    path("<uuid:uid>/main/", domains.make_primary, name="make_primary"),
    path("<uuid:uid>/remove/", domains.remove, name="remove"),
]
