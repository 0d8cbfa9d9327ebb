"""Addresses of the storefront. They are public for years: change none without a redirect."""

from django.urls import path

from storefront.views import files, home, pages

app_name = "storefront"

urlpatterns = [
    path("", home.home, name="home"),
    path("pages/<slug:slug>/", pages.page, name="page"),
    path("language/<slug:code>/", pages.language, name="language"),
    path("theme/<slug:version>.css", files.theme_stylesheet, name="stylesheet"),
    path("media/<path:path>", files.media, name="media"),
]
