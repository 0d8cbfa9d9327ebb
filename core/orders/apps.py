from importlib import import_module

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "core.orders"
    label = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        import_module("core.orders.bulk")
        import_module("core.orders.customer_panel")
