"""The audit log's pages."""

from django.urls import path

from core.analytics import audit_pages

app_name = "audit"
urlpatterns = [
    path("", audit_pages.audit_log, name="list"),
    path("export.csv", audit_pages.export, name="export"),
]
