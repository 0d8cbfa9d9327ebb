from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "core.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Load every room's handlers, tasks and rules: a worker knows only what modules have registered."""
        autodiscover_modules("handlers", "tasks", "invariants")
