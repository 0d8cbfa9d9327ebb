from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # A worker knows only the duties of modules that are loaded.
        from billing import arrival, handlers, invoice_tasks, tasks  # noqa: F401, PLC0415
