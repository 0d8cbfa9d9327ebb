"""The carriers that this house can speak to, by name. None yet: rates come from the store's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.shipping.ports import Carrier

CARRIERS: dict[str, Callable[[Mapping[str, str]], Carrier]] = {}


class UnknownCarrier(LookupError):
    """No adapter has this name."""


def carrier_for(name: str, credentials: Mapping[str, str]) -> Carrier:
    """The carrier called `name`, on one store's account. Raises UnknownCarrier."""
    try:
        build = CARRIERS[name]
    except KeyError:
        raise UnknownCarrier(name) from None
    return build(credentials)
