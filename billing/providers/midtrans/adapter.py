"""Midtrans, on the platform's own account: the adapter that stores use, in billing's words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from billing.invoice_ports import (
    CollectorRefused,
    CollectorUnavailable,
    NoticeForged,
    NoticeUnreadable,
    PaymentNews,
    PayPage,
)
from core.kernel.money import Money
from core.payments import registry
from core.payments.ports import (
    GatewayConnection,
    GatewayLine,
    GatewayNotice,
    GatewayRefused,
    GatewayUnavailable,
    InvalidNotice,
    InvalidSignature,
    Outcome,
    Payer,
    PaymentGateway,
)

_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.PENDING: "PENDING",
    Outcome.AUTHORISED: "PENDING",
    Outcome.REVIEW: "PENDING",
    Outcome.PAID: "PAID",
    Outcome.REFUNDED: "PAID",
    Outcome.PARTLY_REFUNDED: "PAID",
    Outcome.FAILED: "FAILED",
    Outcome.CANCELLED: "FAILED",
    Outcome.EXPIRED: "EXPIRED",
    Outcome.REVERSED: "REVERSED",
    Outcome.DISPUTED: "REVERSED",
}


def build(connection: GatewayConnection) -> "MidtransBilling":
    """The platform's account. Raises CollectorRefused without a key."""
    with _in_our_words():
        return MidtransBilling(registry.gateway_for("midtrans", connection))


class MidtransBilling:
    """The BillingProvider of a Midtrans account. Rupiah only."""

    name = "MIDTRANS"

    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    def start(
        self,
        *,
        reference: str,
        amount: int,
        text: str,
        payer: tuple[str, str],
        return_url: str,
        notify_url: str,
        expires_at: datetime,
    ) -> PayPage:
        """Open a Snap page; asking again opens the same one."""
        name, email = payer
        with _in_our_words():
            session = self._gateway.start(
                reference=reference,
                amount=Money(amount),
                lines=[GatewayLine(reference, text[:50], amount)],
                customer=Payer(name, email),
                return_url=return_url,
                notify_url=notify_url,
                expires_at=expires_at,
            )
        return PayPage(session.redirect_url, session.provider_reference)

    def find(self, *, reference: str) -> PaymentNews | None:
        """Read the status."""
        with _in_our_words():
            found = self._gateway.find(reference=reference)
        return _news(found) if found else None

    def call_off(self, *, reference: str) -> None:
        """Close what is not paid."""
        with _in_our_words():
            self._gateway.cancel(reference=reference)

    def refund(self, *, reference: str, refund_id: str, amount: int, reason: str) -> None:
        """Send money back; not possible for virtual accounts, which a person has to pay by transfer."""
        with _in_our_words():
            self._gateway.refund(
                reference=reference, refund_id=refund_id, amount=Money(amount), reason=reason
            )

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> PaymentNews:
        """Verify a notification by the signature in its body."""
        try:
            return _news(self._gateway.read_notice(headers=headers, body=body))
        except InvalidSignature as forged:
            raise NoticeForged(str(forged)) from forged
        except InvalidNotice as unreadable:
            raise NoticeUnreadable(str(unreadable)) from unreadable


def _news(notice: GatewayNotice) -> PaymentNews:
    return PaymentNews(
        event_id=notice.event_id,
        reference=notice.reference,
        outcome=_OUTCOMES[notice.outcome],
        amount=notice.amount.amount,
        currency=notice.amount.currency,
        method=notice.method,
        external_ref=notice.provider_reference,
        happened_at=notice.occurred_at,
        raw=notice.raw,
    )


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except GatewayUnavailable as silent:
        raise CollectorUnavailable(str(silent)) from silent
    except GatewayRefused as refused:
        raise CollectorRefused(refused.message) from refused
