from importlib import import_module

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "core.checkout"
    label = "checkout"
    verbose_name = "Checkout"

    def ready(self) -> None:
        import_module("core.checkout.pickups")
