"""What billing asks of whoever collects one invoice without a card. Amounts are whole rupiah."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One line before tax; negative for what is taken off. `kind` is a LineKind."""

    kind: str
    text: str
    net_amount: int
    quantity: int = 1


class CollectorUnavailable(Exception):
    """No answer that can be used. Money may have moved: ask `find` first."""


class CollectorRefused(Exception):
    """Understood, and refused."""


class NoticeForged(Exception):
    """Not from the provider. Keep nothing."""


class NoticeUnreadable(Exception):
    """From nobody we know, or nothing that we can read."""


@dataclass(frozen=True, slots=True)
class PayPage:
    """Where a person pays."""

    url: str
    external_ref: str


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """What became of one attempt. `event_id` repeats when the provider repeats itself.

    outcome   a PaymentState, or "REVERSED" when a bank took the money back
    """

    event_id: str
    reference: str
    outcome: str
    amount: int
    currency: str = "IDR"
    method: str = ""
    external_ref: str = ""
    happened_at: datetime | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


class BillingProvider(Protocol):
    """Collects one invoice at a time without a card: a page with virtual accounts and a QR code.

    Every method but `read_notice` goes over the network: call none while a transaction holds locks. All raise
    CollectorUnavailable when the outcome is unknown, and CollectorRefused when the answer is no.
    """

    name: str

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
        """Open the page where it is paid. The same reference is one page, and paid at most once.

        payer   a name and a mail address
        """

    def find(self, *, reference: str) -> PaymentNews | None:
        """Ask what became of an attempt: the only answer to act on. None if nobody chose a way to pay yet."""

    def call_off(self, *, reference: str) -> None:
        """Close the page, so that nobody pays what is paid already. Harmless when it is closed."""

    def refund(self, *, reference: str, refund_id: str, amount: int, reason: str) -> None:
        """Send money back. Repeating a `refund_id` is harmless."""

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> PaymentNews:
        """Verify and read a webhook without a call. Raises NoticeForged or NoticeUnreadable, nothing else."""
