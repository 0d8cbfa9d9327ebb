"""Routes for gateways, on the storefront host."""

from django.urls import path

from core.payments import webhooks

app_name = "hooks"
urlpatterns = [path("<slug:provider>/<slug:endpoint_id>/", webhooks.notify, name="notify")]
