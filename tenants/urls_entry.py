"""Routes that every dashboard host has besides its rooms: in, out, and the language."""

from django.urls import path
from django.views.i18n import set_language

from tenants.permissions import public
from tenants.views import entry

urlpatterns = [
    path("auth/enter/", entry.enter, name="enter"),
    path("auth/look-in/", entry.look_in, name="look_in"),
    path("auth/proof/", entry.prove, name="prove"),
    path("auth/leave/", entry.leave, name="leave"),
    path("language/", public(set_language), name="set_language"),
]
