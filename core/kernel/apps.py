from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "core.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Load every room's handlers and tasks: a worker knows only the duties of modules that are loaded."""
        autodiscover_modules("handlers", "tasks")
