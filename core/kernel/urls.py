from django.urls import path

from core.kernel import dashboard

app_name = "settings"
urlpatterns = [
    path("", dashboard.settings_page, name="profile"),
    path("regions/", dashboard.region_choices, name="regions"),
]
