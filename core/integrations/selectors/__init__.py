"""Questions about API keys, webhooks, and what happened in words for other systems."""

from core.integrations.selectors.happenings import Happening, happening_of
from core.integrations.selectors.keys import api_key_page, api_keys, features_in_use
from core.integrations.selectors.webhooks import (
    DeliveryFilter,
    delivery_by_public_id,
    delivery_page,
    endpoint_by_public_id,
    endpoint_page,
    endpoint_rows,
    is_heard,
    state_counts,
)

__all__ = [
    "DeliveryFilter",
    "Happening",
    "api_key_page",
    "api_keys",
    "delivery_by_public_id",
    "delivery_page",
    "endpoint_by_public_id",
    "endpoint_page",
    "endpoint_rows",
    "features_in_use",
    "happening_of",
    "is_heard",
    "state_counts",
]
