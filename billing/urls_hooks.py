"""Where billing's providers report to, on the platform's host."""

from django.urls import path

from billing import hooks, invoice_hooks

urlpatterns = [
    path("stripe/", hooks.stripe, name="hook_stripe"),
    path("midtrans/", invoice_hooks.midtrans, name="hook_midtrans"),
]
