from django.urls import path

from core.shipping import dashboard, rates_pages

app_name = "shipping"
urlpatterns = [
    path("", dashboard.methods, name="methods"),
    path("quote/", dashboard.quote, name="quote"),
    path("order/", dashboard.arrange, name="arrange"),
    path("regions/", dashboard.regions, name="regions"),
    path("rates/row/", rates_pages.row, name="rate_row"),
    path("rates/pick/", rates_pages.pick, name="rate_pick"),
    path("new/<slug:kind>/", dashboard.new, name="new"),
    path("<slug:method_id>/", dashboard.edit, name="edit"),
    path("<slug:method_id>/switch/", dashboard.switch, name="switch"),
    path("<slug:method_id>/delete/", dashboard.delete, name="delete"),
    path("<slug:method_id>/rates/", rates_pages.rates, name="rates"),
    path("<slug:method_id>/rates/bring/", rates_pages.bring, name="rates_bring"),
    path("<slug:method_id>/rates/export/", rates_pages.take, name="rates_export"),
]
