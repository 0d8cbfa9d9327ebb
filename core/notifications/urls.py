from django.urls import path

from core.notifications import dashboard

app_name = "notifications"
urlpatterns = [
    path("", dashboard.overview, name="overview"),
    path("mine/", dashboard.mine, name="mine"),
    path("sent/", dashboard.sent, name="sent"),
    path("sent/<slug:public_id>/again/", dashboard.again, name="again"),
    path("staff/<slug:member_id>/", dashboard.choose, name="choose"),
    path("preview/<slug:code>/", dashboard.preview, name="preview"),
    path("preview/<slug:code>/mail/", dashboard.letter, name="letter"),
]
