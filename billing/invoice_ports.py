"""What billing asks of whoever collects an invoice, and what a card provider tells us of its own invoices.

Nothing here knows a provider: amounts are in the unit that we count (whole rupiah, US cents).
"""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """One attempt to charge a card. `reference` is the provider's name for it; `state` a PaymentState."""

    reference: str
    state: str
    amount: int
    at: datetime
    method: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ProviderInvoice:
    """An invoice as its provider has it now, once it is final. It is copied, and numbered by us, once.

    provider   a Provider, with `external_ref` its name there
    reason     why there is one: subscription_create, subscription_cycle, subscription_update, manual
    state      an InvoiceState; the only thing, with payments, that may differ from one telling to the next
    tax_name   as printed, for example "PPN 11% (12% x 11/12)"
    """

    provider: str
    external_ref: str
    store_id: int
    reason: str
    state: str
    currency: str
    lines: Sequence[InvoiceItem]
    net_amount: int
    tax_amount: int
    issued_at: datetime
    due_at: datetime
    tax_name: str = ""
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    paid_amount: int = 0
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    payments: Sequence[ProviderPayment] = ()

    @property
    def total_amount(self) -> int:
        return self.net_amount + self.tax_amount


@dataclass(frozen=True, slots=True)
class ProviderCredit:
    """A credit note that the provider made on one of its invoices."""

    provider: str
    external_ref: str
    invoice_ref: str
    total_amount: int
    reason: str
    issued_at: datetime


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
