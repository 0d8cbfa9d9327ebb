from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from core.kernel import sealing


class KernelConfig(AppConfig):
    name = "core.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Load every room's handlers, tasks and rules: a worker knows only what modules have registered."""
        autodiscover_modules("handlers", "tasks", "invariants", "arrival")
        audit_chain = import_module("core.kernel.audit_chain")
        sealing.keep_sealed(audit_chain.AuditHead, "key", place=lambda _head: audit_chain.KEY_PLACE)
