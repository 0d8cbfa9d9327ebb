"""A person's stores: the list, a new one, and the way into each."""

from django.urls import path

from tenants.views import platform

app_name = "stores"
urlpatterns = [
    path("", platform.stores, name="list"),
    path("new/", platform.new_store, name="new"),
    path("<slug:slug>/opening/", platform.opening, name="opening"),
    path("<slug:slug>/enter/", platform.enter, name="enter"),
]
