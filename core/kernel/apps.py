from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "core.kernel"
    label = "kernel"
    verbose_name = "Kernel"
