"""What core asks of a payment gateway, in core's own words.

A `reference` names one attempt to pay: `<order number>-<attempt>`, such as `SO-1043-1`. A gateway
charges one reference at most once, so a shopper who starts over after a refusal gets a new attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.kernel.money import Money


class Outcome(StrEnum):
    """What became of a payment, whatever the gateway calls it.

    FAILED, CANCELLED and EXPIRED do not end the gateway's page: a shopper may try another method on
    it, so PAID can still follow. FAILED after PAID is a bank taking the money back: a reversal,
    which only the caller can tell, since it alone knows what came before.
    """

    PENDING = "PENDING"
    AUTHORISED = "AUTHORISED"
    PAID = "PAID"
    REVIEW = "REVIEW"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REFUNDED = "REFUNDED"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REVERSED = "REVERSED"
    DISPUTED = "DISPUTED"


class Refusal(StrEnum):
    """Why a gateway said no. `GatewayRefused.code` is one of these."""

    UNAUTHORISED = "unauthorised"
    INVALID_REQUEST = "invalid_request"
    REFERENCE_USED = "reference_used"
    UNKNOWN_REFERENCE = "unknown_reference"
    NOT_ALLOWED = "not_allowed"
    METHOD_UNAVAILABLE = "method_unavailable"
    NOT_REFUNDABLE = "not_refundable"
    REFUND_TOO_LARGE = "refund_too_large"
    REFUND_ID_USED = "refund_id_used"


class GatewayUnavailable(Exception):
    """Timeout, 5xx or an answer nobody can read. The money may have moved: ask `find` first."""


class GatewayRefused(Exception):
    """The gateway understood and said no; asking again unchanged gets the same answer."""

    def __init__(self, code: Refusal, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


class ReferenceUsed(GatewayRefused):
    """This reference is already being paid. `notice` tells how far it got, if the gateway says."""

    def __init__(self, message: str, notice: GatewayNotice | None) -> None:
        self.notice = notice
        super().__init__(Refusal.REFERENCE_USED, message)


class InvalidSignature(Exception):
    """The message is not from the gateway, or not for this store. Change nothing."""


class InvalidNotice(Exception):
    """The message cannot be understood. Change nothing, and keep it for a person to read."""


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """One line of what is paid for. A discount is a line with a negative unit amount."""

    id: str
    name: str
    unit_amount: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as the gateway needs to know. Empty text is left out."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class GatewaySession:
    """A page at the gateway where the shopper pays."""

    redirect_url: str
    provider_reference: str


@dataclass(frozen=True, slots=True)
class GatewayNotice:
    """One thing the gateway told us. `event_id` repeats when the gateway repeats itself.

    `amount` is what the whole payment was for, also when part of it has been refunded;
    `refunded` is the sum of all refunds so far, and `refund_ids` names those we asked for.
    """

    event_id: str
    reference: str  # ours, not the gateway's
    outcome: Outcome
    amount: Money
    provider_reference: str = ""
    method: str = ""
    refunded: Money = field(default_factory=Money.zero)
    refund_ids: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class GatewayConnection:
    """One store's account at one gateway, as a registry factory takes it.

    `base_url` replaces the gateway's own hosts, for the fakes; it comes from the platform's
    settings and never from a seller. `timeout_seconds` bounds one wait for the gateway, and twice
    that bounds a whole answer.
    """

    credentials: Mapping[str, str] = field(repr=False)
    live: bool = False
    base_url: str | None = None
    timeout_seconds: int = 10


class PaymentGateway(Protocol):
    """Talks HTTP and nothing else: no ORM, no settings, no memory between calls.

    Every method but `read_notice` goes over the network, so none may be called while a database
    transaction holds locks. All raise GatewayUnavailable when the outcome is unknown and
    GatewayRefused when the gateway said no. No amount is ever rounded or converted silently.
    """

    name: str

    def start(
        self,
        *,
        reference: str,
        amount: Money,
        lines: Sequence[GatewayLine],
        customer: Payer,
        return_url: str,
        notify_url: str,
        expires_at: datetime,
    ) -> GatewaySession:
        """Open the page where the shopper pays. Asking again pays the same reference, never a second.

        The lines must add up to `amount`. May not take money by itself, and what the shopper's
        browser brings back to `return_url` proves nothing. Raises ReferenceUsed once the shopper
        has chosen a method there.
        """

    def find(self, *, reference: str) -> GatewayNotice | None:
        """Ask what became of a payment: the only answer to act on. May not change anything.

        None if the gateway never heard of it, which includes a page where the shopper has not yet
        chosen a method. Works as a check of credentials: Refusal.UNAUTHORISED when they are wrong.
        """

    def cancel(self, *, reference: str) -> GatewayNotice | None:
        """Call off a payment that is not settled; harmless when it is already off.

        May not give money back: a settled payment is Refusal.NOT_ALLOWED. None if the gateway never
        heard of it; the page may then still be open, so a late PAID stays possible.
        """

    def expire(self, *, reference: str) -> GatewayNotice | None:
        """Let a pending payment lapse now; harmless when it has lapsed. Otherwise as `cancel`."""

    def refund(self, *, reference: str, refund_id: str, amount: Money, reason: str) -> None:
        """Return `amount` to the shopper. `refund_id` makes a retry harmless.

        May not refund more than is left, nor reuse a `refund_id` for another amount. Refusal
        NOT_REFUNDABLE means that a person has to send the money back by bank transfer.
        """

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> GatewayNotice:
        """Verify and decode a webhook without a network call.

        What comes back is a claim: it names a payment of this store and its amount, and may lie
        about the outcome, so ask `find` before acting on it. Raises InvalidSignature or
        InvalidNotice, and nothing else, whatever the body holds.
        """
