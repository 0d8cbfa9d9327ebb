from importlib import import_module

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "core.inventory"
    label = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        import_module("core.inventory.handlers")
