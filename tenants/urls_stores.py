"""A person's stores: the list, a new one, and the way into each."""

from django.urls import path

from tenants.urls_accounts import leads_inside
from tenants.views import leaving, platform

app_name = "stores"
urlpatterns = [
    path("", platform.stores, name="list"),
    path("new/", leads_inside(platform.new_store), name="new"),
    path("<slug:slug>/opening/", platform.opening, name="opening"),
    path("<slug:slug>/enter/", platform.enter, name="enter"),
    path("<slug:slug>/prove/", leaving.prove, name="prove"),
    path("<slug:slug>/stay/", leaving.stay, name="stay"),
    path("<slug:slug>/archive/", leaving.last_archive, name="last_archive"),
]
