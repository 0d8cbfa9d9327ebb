"""Facts of a mail, as duties carry them, made readable again: moments and money."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.kernel.money import Money


def readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts, with moments where a name ends in `_at`, and `money` of amount and currency."""
    told: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in facts.items()
    }
    if "amount" in told and "currency" in told:
        told["money"] = Money(told["amount"], told["currency"])
    return told
