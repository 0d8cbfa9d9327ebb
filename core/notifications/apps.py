from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "core.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        import_module("core.notifications.handlers")
        import_module("core.notifications.order_desk")
