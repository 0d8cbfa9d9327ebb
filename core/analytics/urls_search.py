"""The palette's address."""

from django.urls import path

from core.analytics import dashboard

app_name = "search"
urlpatterns = [path("", dashboard.search, name="search")]
