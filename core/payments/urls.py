from django.urls import path

from core.payments import dashboard, settings_pages

app_name = "payments"
urlpatterns = [
    path("", settings_pages.methods, name="methods"),
    path("order/", settings_pages.arrange, name="arrange"),
    path("hours/", settings_pages.set_hours, name="hours"),
    path("accounts/add/", settings_pages.add_account, name="add_account"),
    path("accounts/<slug:public_id>/remove/", settings_pages.remove_account, name="remove_account"),
    path("methods/<slug:code>/", settings_pages.method, name="method"),
    path("methods/<slug:code>/switch/", settings_pages.switch, name="switch"),
    path("methods/<slug:code>/connect/", settings_pages.connect, name="connect"),
    path("methods/<slug:code>/test/", settings_pages.check, name="test"),
    path("methods/<slug:code>/disconnect/", settings_pages.disconnect, name="disconnect"),
    path("<str:public_id>/confirm/", dashboard.confirm, name="confirm"),
    path("<str:public_id>/check/", dashboard.check, name="check"),
    path("<str:public_id>/refund/", dashboard.refund, name="refund"),
]
