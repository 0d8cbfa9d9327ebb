"""Addresses under /.well-known/, on every kind of host."""

from django.urls import path

from tenants.views import wellknown

urlpatterns = [path("security.txt", wellknown.security_txt, name="security_txt")]
