from django.urls import path, re_path

from core.analytics import dashboard

app_name = "dashboard"
urlpatterns = [
    path("", dashboard.home, name="home"),
    path("look/", dashboard.look, name="look"),
    path("opening/close/", dashboard.close, name="close"),
    path("share/", dashboard.share, name="share"),
    re_path(r"^share/qr\.(?P<form>svg|png)$", dashboard.qr_code, name="qr"),
]
