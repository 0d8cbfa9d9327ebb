from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # A worker knows only the duties of modules that are loaded.
        from billing import (  # noqa: PLC0415
            arrival,  # noqa: F401
            card_tasks,  # noqa: F401
            handlers,  # noqa: F401
            invoice_tasks,  # noqa: F401
            refund_tasks,  # noqa: F401
            tasks,  # noqa: F401
        )
