from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "config.demo"
    label = "demo"
    verbose_name = "Demo stores"

    def ready(self) -> None:
        import_module("config.demo.tasks")
