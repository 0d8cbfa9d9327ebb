"""Addresses of the storefront. They are public for years: change none without a redirect."""

from django.urls import path

from storefront.views import (
    cart,
    checkout,
    crawlers,
    files,
    home,
    listing,
    orders,
    pages,
    product,
    saved_cart,
)

app_name = "storefront"

urlpatterns = [
    path("", home.home, name="home"),
    path("products/", listing.products, name="products"),
    path("products/<slug:slug>/", product.product, name="product"),
    path("categories/<slug:slug>/", listing.category, name="category"),
    path("search/", listing.search, name="search"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/choose/", cart.choose, name="cart_choose"),
    path("cart/change/", cart.change, name="cart_change"),
    path("cart/accept/", cart.accept, name="cart_accept"),
    path("cart/save/", saved_cart.save, name="cart_save"),
    path("cart/saved/<slug:cart_id>/", saved_cart.saved, name="cart_saved"),
    path("cart/saved/<slug:cart_id>/take/", saved_cart.take, name="cart_take"),
    path("cart/count/", cart.badge, name="cart_badge"),
    path("checkout/", checkout.checkout_page, name="checkout"),
    path("checkout/place/", checkout.place, name="place"),
    path("checkout/regions/", checkout.region_suggestions, name="regions"),
    path("orders/<str:token>/", orders.order, name="order"),
    path("orders/<str:token>/pay/", orders.pay, name="pay"),
    path("orders/<str:token>/method/", orders.change_method, name="order_method"),
    path("orders/<str:token>/check/", orders.check, name="order_check"),
    path("orders/<str:token>/state/", orders.state, name="order_state"),
    path("pages/<slug:slug>/", pages.page, name="page"),
    path("language/<slug:code>/", pages.language, name="language"),
    path("theme/<slug:version>.css", files.theme_stylesheet, name="stylesheet"),
    path("media/<path:path>", files.media, name="media"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-<int:after>.xml", crawlers.sitemap_part, name="sitemap_part"),
    path("robots.txt", crawlers.robots, name="robots"),
]
