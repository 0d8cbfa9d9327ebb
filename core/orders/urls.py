from django.urls import path

from core.orders import bulk_pages, dashboard

app_name = "orders"
urlpatterns = [
    path("", dashboard.order_list, name="list"),
    path("export.csv", dashboard.export, name="export"),
    path("views/", dashboard.save_view, name="save_view"),
    path("views/<str:public_id>/delete/", dashboard.delete_view, name="delete_view"),
    path("places/", dashboard.places, name="places"),
    path("bulk/", bulk_pages.prepare, name="bulk"),
    path("bulk/start/", bulk_pages.start, name="bulk_start"),
    path("bulk/<str:public_id>/", bulk_pages.run, name="bulk_run"),
    path("bulk/<str:public_id>/stop/", bulk_pages.stop, name="bulk_stop"),
    path("bulk/<str:public_id>/invoices.pdf", bulk_pages.invoices, name="bulk_invoices"),
    path("<str:public_id>/", dashboard.detail, name="detail"),
    path("<str:public_id>/note/", dashboard.note, name="note"),
    path("<str:public_id>/tags/", dashboard.tags, name="tags"),
    path("<str:public_id>/address/", dashboard.address, name="address"),
    path("<str:public_id>/cancel/", dashboard.cancel, name="cancel"),
    path("<str:public_id>/packing-slip.pdf", dashboard.packing_slip, name="packing_slip"),
    path("<str:public_id>/invoice.pdf", dashboard.invoice, name="invoice"),
]
