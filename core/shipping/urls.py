from django.urls import path

from core.shipping import dashboard

app_name = "shipping"
urlpatterns = [
    path("regions/", dashboard.regions, name="regions"),
]
