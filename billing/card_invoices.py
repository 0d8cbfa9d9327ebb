"""What a provider that charges cards tells us of its invoices, in our own words and our own units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CardInvoiceLine:
    """`kind` is a LineKind; before tax. Discounts are lines of their own, below nothing."""

    kind: str
    text: str
    quantity: int
    net_amount: int


@dataclass(frozen=True, slots=True)
class CardPayment:
    """One payment of an invoice that was tried or made. `state` is a PaymentState.

    `is_elsewhere`: we told the provider that the money came to us by another way.
    """

    ref: str
    state: str
    amount: int
    method: str
    trouble: str
    at: datetime
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class CardRefund:
    """Money that went back to the card. `reference` is the uid of our InvoiceRefund if we asked for it."""

    ref: str
    payment_ref: str
    reference: str
    amount: int
    is_done: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class CardCreditNote:
    """A correction that the provider made of an invoice, or made for us."""

    ref: str
    reference: str
    net_amount: int
    tax_amount: int
    total_amount: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardInvoice:
    """An invoice as the provider has it at the moment of asking.

    `state` is an InvoiceState, or "" for a draft, which counts for nothing. Net + tax = total, and the lines
    sum to net.
    """

    ref: str
    customer_ref: str
    subscription_ref: str
    state: str
    # CREATE, CYCLE, UPDATE or MANUAL
    reason: str
    currency: str
    lines: tuple[CardInvoiceLine, ...]
    net_amount: int
    tax_amount: int
    total_amount: int
    paid_amount: int
    period_starts_at: datetime
    period_ends_at: datetime
    issued_at: datetime
    due_at: datetime
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    # When the provider tries the card again; None when it does not.
    next_try_at: datetime | None = None
    # The provider's page where this invoice is paid.
    url: str = ""
    payments: tuple[CardPayment, ...] = ()
    refunds: tuple[CardRefund, ...] = ()
    credit_notes: tuple[CardCreditNote, ...] = ()
