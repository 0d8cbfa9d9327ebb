"""Addresses of the design editor and of the shop's texts, on the dashboard."""

from django.urls import path

from storefront import dashboard, dashboard_pages

app_name = "design"
urlpatterns = [
    path("", dashboard.edit, name="edit"),
    path("draft/", dashboard.draft, name="draft"),
    path("undo/", dashboard.undo, name="undo"),
    path("discard/", dashboard.discard, name="discard"),
    path("logo/", dashboard.logo, name="logo"),
    path("logo/remove/", dashboard.remove_logo, name="remove_logo"),
    path("products/", dashboard.products, name="products"),
    path("pages/", dashboard_pages.pages, name="pages"),
    path("pages/new/", dashboard_pages.new, name="new_page"),
    path("pages/order/", dashboard_pages.order, name="order_pages"),
    path("pages/shown/", dashboard_pages.shown, name="shown_page"),
    path("pages/<slug:public_id>/", dashboard_pages.edit, name="page"),
    path("pages/<slug:public_id>/remove/", dashboard_pages.remove, name="remove_page"),
]
