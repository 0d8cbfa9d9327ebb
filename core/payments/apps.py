from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "core.payments"
    label = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        import_module("core.payments.handlers")
        import_module("core.payments.order_desk")
