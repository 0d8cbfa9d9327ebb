from django.apps import AppConfig
from django.conf import settings

from config.watch import reports


class WatchConfig(AppConfig):
    name = "config.watch"
    label = "watch"

    def ready(self) -> None:
        if settings.SENTRY_DSN:
            reports.start(settings.SENTRY_DSN, environment=settings.ENVIRONMENT, release=settings.RELEASE)
