from django.urls import path

from core.payments import dashboard

app_name = "payments"
urlpatterns = [
    path("<str:public_id>/confirm/", dashboard.confirm, name="confirm"),
    path("<str:public_id>/check/", dashboard.check, name="check"),
    path("<str:public_id>/refund/", dashboard.refund, name="refund"),
]
