from importlib import import_module
from operator import attrgetter

from django.apps import AppConfig

from core.kernel import sealing


class PaymentsConfig(AppConfig):
    name = "core.payments"
    label = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        import_module("core.payments.handlers")
        import_module("core.payments.order_desk")
        models = import_module("core.payments.models")
        sealing.keep_sealed(models.PaymentMethod, "credentials", place=attrgetter("place"))
