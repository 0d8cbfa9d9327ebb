from django.urls import path

from core.customers import dashboard

app_name = "customers"
urlpatterns = [
    path("", dashboard.customer_list, name="list"),
    path("export.csv", dashboard.export, name="export"),
    path("<str:public_id>/", dashboard.detail, name="detail"),
    path("<str:public_id>/edit/", dashboard.edit, name="edit"),
]
