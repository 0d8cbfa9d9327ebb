from django.urls import path

from core.fulfilment import dashboard

app_name = "fulfilment"
urlpatterns = [
    path("of/<str:order_id>/ship/", dashboard.ship, name="ship"),
    path("<str:public_id>/waybill/", dashboard.edit_waybill, name="edit_waybill"),
    path("<str:public_id>/delivered/", dashboard.deliver, name="deliver"),
]
