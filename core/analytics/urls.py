from django.urls import path

from core.analytics import dashboard

app_name = "dashboard"
urlpatterns = [
    path("", dashboard.home, name="home"),
    path("share/", dashboard.share, name="share"),
]
