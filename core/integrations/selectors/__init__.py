"""Questions about integrations."""

from core.integrations.selectors.keys import api_key_page, api_keys

__all__ = ["api_key_page", "api_keys"]
