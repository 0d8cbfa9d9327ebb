"""Questions about API keys."""

from core.integrations.models import ApiKey


def api_keys() -> list[ApiKey]:
    """Every key of the store, those that still work first, newest first."""
    return list(ApiKey.objects.order_by("revoked_at", "-created_at"))
