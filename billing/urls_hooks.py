"""Where billing's providers report to, on the platform's host."""

from django.urls import path

from billing import hooks

urlpatterns = [
    path("stripe/", hooks.stripe, name="hook_stripe"),
]
