"""Questions about API keys."""

from django.db.models import F

from core.integrations.models import ApiKey
from core.kernel import paging


def api_keys() -> list[ApiKey]:
    """Every key of the store, those that were not revoked first, newest first."""
    return list(ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "-created_at"))


def api_key_page(*, after: str = "", limit: int = 50) -> tuple[list[ApiKey], str | None]:
    """A page of keys, newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    return paging.page(ApiKey.objects.all(), after=after, limit=limit)
