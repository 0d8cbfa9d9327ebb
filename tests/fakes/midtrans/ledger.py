"""What the fake Midtrans knows: pages, payments and refunds of many merchants, under a clock one can turn.

Moves between statuses: https://docs.midtrans.com/docs/transaction-status-cycle
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

METHODS = ("qris", "bca_va", "gopay", "credit_card")
REFUNDABLE = frozenset({"qris", "gopay", "credit_card"})
EXPIRY_MINUTES = {"qris": 15, "gopay": 15, "bca_va": 24 * 60, "credit_card": 24 * 60}
DEAD = frozenset({"deny", "cancel", "expire", "failure"})


class Refused(Exception):
    """An answer other than success, with the status_code of the Core API."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(f"{status} {message}")


@dataclass(slots=True)
class Refund:
    """Money that went back."""

    key: str
    amount: int
    reason: str
    number: int
    created_at: datetime
    confirmed_at: datetime | None = None


@dataclass(slots=True)
class Payment:
    """One try with one method on one page."""

    session: Session
    method: str
    created_at: datetime
    expires_at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    fraud_status: str = "accept"
    settled_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)


@dataclass(slots=True)
class Session:
    """One Snap page of one merchant."""

    server_key: str
    order_id: str
    gross_amount: int
    items: list[dict[str, object]]
    finish_url: str
    notify_urls: list[str]
    closes_at: datetime
    expires_at: datetime | None
    token: str = field(default_factory=lambda: str(uuid.uuid4()))


class Ledger:
    """Every change goes through here and is told to `on_change`."""

    def __init__(self, on_change: Callable[[Payment], None]) -> None:
        self.sessions: dict[str, Session] = {}
        self.payments: dict[tuple[str, str], list[Payment]] = {}
        self.lock = threading.RLock()
        self._on_change = on_change
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The fake's own time."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: int) -> None:
        """Turn the clock forward, and let lapse what is due."""
        with self.lock:
            self._ahead += timedelta(seconds=seconds)
            self.lapse_due()

    def lapse_due(self) -> None:
        """Expire every pending payment whose time is over."""
        with self.lock:
            now = self.now()
            for payments in self.payments.values():
                for payment in payments:
                    if payment.status == "pending" and payment.expires_at <= now:
                        self._become(payment, "expire")

    def current(self, server_key: str, id: str) -> Payment | None:
        """The latest payment of an order_id, or the one with this transaction_id."""
        with self.lock:
            self.lapse_due()
            if own := self.payments.get((server_key, id)):
                return own[-1]
            for (key, _), payments in self.payments.items():
                for payment in payments:
                    if key == server_key and payment.id == id:
                        return payment
        return None

    def add_session(self, session: Session) -> None:
        """Open a page. Two pages may stand open for one order; only one gets paid."""
        with self.lock:
            self.sessions[session.token] = session

    def is_open(self, session: Session) -> bool:
        """Whether the shopper may still choose a method on this page."""
        with self.lock:
            now = self.now()
            last = self.current(session.server_key, session.order_id)
            in_time = now < session.closes_at and (session.expires_at is None or now < session.expires_at)
            return in_time and (last is None or last.status in DEAD)

    def choose(self, session: Session, method: str) -> Payment:
        """The shopper picks a method: only now does the Core API know the order."""
        with self.lock:
            if method not in METHODS or not self.is_open(session):
                raise Refused(406, "this page takes no more payments")
            now = self.now()
            expires_at = session.expires_at or now + timedelta(minutes=EXPIRY_MINUTES[method])
            payment = Payment(session, method, created_at=now, expires_at=expires_at)
            self.payments.setdefault((session.server_key, session.order_id), []).append(payment)
            self._on_change(payment)
            return payment

    def settle(self, payment: Payment) -> None:
        """The money arrives: cards are captured first and settle the next day."""
        with self.lock:
            self._expect(payment, "pending", "capture", "authorize")
            captures = payment.method == "credit_card" and payment.status == "pending"
            payment.fraud_status = "accept"
            payment.settled_at = payment.settled_at or (None if captures else self.now())
            self._become(payment, "capture" if captures else "settlement")

    def challenge(self, payment: Payment) -> None:
        """A card payment that a person at the merchant has to look at."""
        with self.lock:
            self._expect(payment, "pending")
            payment.fraud_status = "challenge"
            self._become(payment, "capture")

    def deny(self, payment: Payment) -> None:
        """The bank says no, or takes a settled payment back (a reversal)."""
        with self.lock:
            self._expect(payment, "pending", "authorize", "capture", "settlement")
            self._become(payment, "deny")

    def dispute(self, payment: Payment) -> None:
        """The shopper asks the bank for the money."""
        with self.lock:
            self._expect(payment, "settlement", "partial_refund")
            self._become(payment, "chargeback")

    def cancel(self, payment: Payment) -> None:
        """https://docs.midtrans.com/reference/cancel-transaction"""
        with self.lock:
            self._expect(payment, "pending", "authorize", "capture")
            self._become(payment, "cancel")

    def expire(self, payment: Payment) -> None:
        """https://docs.midtrans.com/reference/expire-transaction"""
        with self.lock:
            if payment.status == "expire":
                raise Refused(407, "Transaction has expired")
            self._expect(payment, "pending")
            self._become(payment, "expire")

    def refund(self, payment: Payment, key: str, amount: int, reason: str) -> Refund:
        """https://docs.midtrans.com/reference/refund-transaction

        The merchant hears of it twice: now, and when the bank has confirmed it.
        """
        with self.lock:
            if any(refund.key == key for refund in payment.refunds):
                raise Refused(406, "Refund with the same refund_key already exists")
            if payment.method not in REFUNDABLE:
                raise Refused(412, "Merchant cannot modify the status of the transaction")
            self._expect(payment, "settlement", "partial_refund")
            if amount > payment.session.gross_amount - payment.refunded:
                raise Refused(414, "Refund amount is more than what is left of the transaction")
            refund = Refund(key, amount, reason, number=len(payment.refunds) + 1, created_at=self.now())
            payment.refunds.append(refund)
            left = payment.session.gross_amount - payment.refunded
            self._become(payment, "partial_refund" if left else "refund")
            refund.confirmed_at = self.now()
            self._on_change(payment)
            return refund

    def _expect(self, payment: Payment, *statuses: str) -> None:
        if payment.status not in statuses:
            raise Refused(412, "Merchant cannot modify the status of the transaction")

    def _become(self, payment: Payment, status: str) -> None:
        payment.status = status
        self._on_change(payment)
