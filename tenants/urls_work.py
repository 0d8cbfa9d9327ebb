"""The addresses of "Background work"."""

from django.urls import path

from tenants.views import work

app_name = "work"
urlpatterns = [
    path("", work.listing, name="list"),
    path("replay/", work.replay_all, name="replay_all"),
    path("<uuid:job_id>/replay/", work.replay, name="replay"),
    path("<uuid:job_id>/stop/", work.stop, name="stop"),
]
