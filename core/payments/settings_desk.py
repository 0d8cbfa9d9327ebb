"""The ways to pay as a seller sees them, for the pages and the API alike."""

from dataclasses import dataclass

from core.payments import selectors
from core.payments.models import MethodCode, PaymentMethod
from core.payments.services import connections


@dataclass(frozen=True, slots=True)
class MethodSetting:
    """One way to pay. Keys are never part of it, only whether there are any.

    has_gateway       it needs an account at a provider
    is_ready          nothing is missing: it can be offered
    notification_url  where the provider reports to; empty without a gateway
    """

    code: str
    title: str
    instructions: str
    is_enabled: bool
    is_live: bool
    has_gateway: bool
    is_connected: bool
    is_ready: bool
    notification_url: str


def method_settings() -> list[MethodSetting]:
    """Every way to pay, in the seller's order."""
    has_account = selectors.bank_accounts().exists()
    return [_setting(row, has_account) for row in selectors.methods()]


def method_setting(code: str) -> MethodSetting:
    """One way to pay. Raises NotFound."""
    return _setting(selectors.method(code), selectors.bank_accounts().exists())


def _setting(row: PaymentMethod, has_account: bool) -> MethodSetting:
    has_gateway = row.code in connections.GATEWAY_OF
    has_keys = bool(row.credentials)
    return MethodSetting(
        code=row.code,
        title=row.title,
        instructions=row.instructions,
        is_enabled=row.is_enabled,
        is_live=row.is_live,
        has_gateway=has_gateway,
        is_connected=has_gateway and has_keys,
        is_ready=has_keys if has_gateway else has_account or row.code != MethodCode.MANUAL_TRANSFER,
        notification_url=connections.notify_url(row) if has_gateway else "",
    )
