"""Pages of the webhooks that go out."""

from django.urls import path

from core.integrations import webhooks_pages as pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.every, name="list"),
    path("new/", pages.new, name="new"),
    path("<slug:public_id>/", pages.detail, name="detail"),
    path("<slug:public_id>/edit/", pages.edit, name="edit"),
    path("<slug:public_id>/pause/", pages.pause, name="pause"),
    path("<slug:public_id>/resume/", pages.resume, name="resume"),
    path("<slug:public_id>/remove/", pages.remove, name="remove"),
    path("<slug:public_id>/secret/", pages.rotate, name="rotate"),
    path("<slug:public_id>/ping/", pages.ping, name="ping"),
    path("<slug:public_id>/replay/", pages.replay_since, name="replay_since"),
    path("<slug:public_id>/log/<slug:delivery_id>/", pages.replay, name="replay"),
]
