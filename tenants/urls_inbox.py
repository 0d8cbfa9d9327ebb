"""The local inbox of development; mounted nowhere else."""

from django.urls import path

from tenants.views import inbox

app_name = "inbox"
urlpatterns = [
    path("", inbox.letters, name="list"),
    path("<slug:letter_id>/", inbox.letter, name="letter"),
    path("<slug:letter_id>/body/", inbox.body, name="body"),
]
