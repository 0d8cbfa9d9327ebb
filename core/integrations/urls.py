from django.urls import path

from core.integrations import dashboard

app_name = "integrations"
urlpatterns = [
    path("", dashboard.keys, name="keys"),
    path("create/", dashboard.create, name="create"),
    path("<slug:public_id>/revoke/", dashboard.revoke, name="revoke"),
]
