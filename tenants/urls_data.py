"""Taking a store along, bringing it back, leaving."""

from django.urls import path

from tenants.views import data

app_name = "data"
urlpatterns = [
    path("", data.overview, name="overview"),
    path("archives/make/", data.make, name="make"),
    path("archives/<uuid:uid>/", data.fetch, name="fetch"),
    path("backups/make/", data.back_up, name="back_up"),
    path("backups/<uuid:uid>/", data.backup, name="backup"),
    path("backups/<uuid:uid>/restore/", data.restore, name="restore"),
    path("backups/<uuid:uid>/products/<slug:thing_id>/", data.bring_back, name="bring_back"),
    path("restorations/<uuid:uid>/undo/", data.undo, name="undo"),
    path("leave/", data.leave, name="leave"),
]
