"""The payment gateways that this house can speak to, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.payments.gateways.midtrans import adapter as midtrans
from core.payments.ports import GatewayConnection, PaymentGateway


class UnknownGateway(LookupError):
    """No adapter has this name."""


@dataclass(frozen=True, slots=True)
class RegisteredGateway:
    """How to show a gateway to a seller, what to ask for, and how to build it.

    `optional` credentials may be left empty; the factory ignores any other key.
    """

    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    build: Callable[[GatewayConnection], PaymentGateway]


GATEWAYS: dict[str, RegisteredGateway] = {
    "midtrans": RegisteredGateway("Midtrans", ("server_key",), ("signature_key",), midtrans.build),
}


def gateway_for(name: str, connection: GatewayConnection) -> PaymentGateway:
    """The gateway called `name`, on one store's account. Raises UnknownGateway."""
    try:
        registered = GATEWAYS[name]
    except KeyError:
        raise UnknownGateway(name) from None
    return registered.build(connection)
