from importlib import import_module

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "core.fulfilment"
    label = "fulfilment"
    verbose_name = "Fulfilment"

    def ready(self) -> None:
        import_module("core.fulfilment.order_desk")
