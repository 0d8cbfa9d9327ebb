from django.apps import AppConfig


class ShippingConfig(AppConfig):
    name = "core.shipping"
    label = "shipping"
    verbose_name = "Shipping"
