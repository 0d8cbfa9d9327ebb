"""Questions about API keys."""

from django.db.models import F

from core.integrations.models import ApiKey, WebhookEndpoint
from core.kernel import paging


def api_keys() -> list[ApiKey]:
    """Every key of the store, those that were not revoked first, newest first."""
    return list(ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "-created_at"))


def api_key_page(*, after: str = "", limit: int = 50) -> tuple[list[ApiKey], str | None]:
    """A page of keys, newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    return paging.page(ApiKey.objects.all(), after=after, limit=limit)


def features_in_use() -> list[str]:
    """Which of this room's features the store uses, for the platform's own figures."""
    rows = {"api_keys": ApiKey.objects.all(), "webhooks": WebhookEndpoint.objects.all()}
    return [name for name, found in rows.items() if found.exists()]
