from importlib import import_module

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "core.catalog"
    label = "catalog"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        import_module("core.catalog.handlers")
