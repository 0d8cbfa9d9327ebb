from operator import attrgetter

from django.apps import AppConfig, apps

from core.kernel import sealing


class IntegrationsConfig(AppConfig):
    name = "core.integrations"
    label = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        endpoint = apps.get_model("integrations", "WebhookEndpoint")
        sealing.keep_sealed(endpoint, "sealed_secrets", place=attrgetter("place"))
