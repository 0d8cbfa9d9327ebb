"""What every part of the adapter needs: the client, and the names of prices."""

from __future__ import annotations

from typing import Any, TypeVar

import stripe

from billing.ports import CardRefused, CardTrouble
from billing.providers.stripe import mapping
from billing.providers.stripe.client import in_our_words

Found = TypeVar("Found")


def keyed(key: str) -> Any:
    """The options of a call that is safe to repeat. https://docs.stripe.com/api/idempotent_requests"""
    return {"idempotency_key": key}


class Desk:
    """Knows the account, and which price is which."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client
        self._api = client.v1
        self._price_keys: dict[str, str] = {}
        self._price_refs: dict[str, str] = {}

    def key_of(self, price_ref: str) -> str:
        """Our name of a price. It never changes, so it is asked for once."""
        if price_ref not in self._price_keys:
            self._price_keys[price_ref] = mapping.price_key(self._api.prices.retrieve(price_ref))
        return self._price_keys[price_ref]

    def price_of(self, key: str) -> str:
        """Stripe's id of the price that we know by a key. Raises CardRefused when it was never told of it."""
        if key not in self._price_refs:
            found = self._api.prices.list({"lookup_keys": [key], "active": True, "limit": 1}).data
            if not found:
                raise CardRefused(CardTrouble.UNKNOWN, f"no price {key}")
            self._price_refs[key] = found[0].id
            self._price_keys[found[0].id] = key
        return self._price_refs[key]

    def tax_rates(self) -> list[str]:
        """The tax rates that new invoices carry."""
        found = self._api.tax_rates.list({"active": True, "limit": 100}).auto_paging_iter()
        return [rate.id for rate in found if rate.metadata and mapping.KEY in rate.metadata.to_dict()]


def asked(call: Any, *arguments: Any) -> Any:
    """The answer to a question, or None when there is no such thing."""
    try:
        with in_our_words():
            return call(*arguments)
    except CardRefused as refused:
        if refused.trouble is CardTrouble.UNKNOWN:
            return None
        raise
