"""Midtrans: opens a Snap page, and asks the Core API what became of it.

https://docs.midtrans.com/reference/backend-integration
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import httpx

from core.kernel.money import Money
from core.payments.gateways.midtrans import mapping
from core.payments.gateways.midtrans.client import (
    LIVE,
    MAX_REQUEST_BYTES,
    SANDBOX,
    Answer,
    MidtransClient,
    MidtransCredentials,
    MidtransHosts,
    encoded,
    shared_http,
)
from core.payments.ports import (
    GatewayConnection,
    GatewayLine,
    GatewayNotice,
    GatewayRefused,
    GatewaySession,
    GatewayUnavailable,
    InvalidNotice,
    Outcome,
    Payer,
    ReferenceUsed,
    Refusal,
)

_REFUSALS = {
    401: Refusal.UNAUTHORISED,
    402: Refusal.METHOD_UNAVAILABLE,
    403: Refusal.UNAUTHORISED,
    404: Refusal.UNKNOWN_REFERENCE,
    406: Refusal.REFERENCE_USED,
    407: Refusal.NOT_ALLOWED,
    410: Refusal.UNAUTHORISED,
    412: Refusal.NOT_ALLOWED,
}
_REFUND_REFUSALS = {**_REFUSALS, 412: Refusal.NOT_REFUNDABLE, 414: Refusal.REFUND_TOO_LARGE}
_REFERENCE_USED = re.compile(r"order_id .*(paid|utilized|digunakan|already)", re.IGNORECASE)
_REFUND_ID = re.compile(r"[A-Za-z0-9_-]{1,50}")


def build(connection: GatewayConnection) -> MidtransGateway:
    """Make the gateway of one store. Raises GatewayRefused when the server key is missing."""
    server_key = connection.credentials.get("server_key", "").strip()
    if not server_key:
        raise GatewayRefused(Refusal.UNAUTHORISED, "the server key is missing")
    signature_key = connection.credentials.get("signature_key", "").strip()
    hosts = LIVE if connection.live else SANDBOX
    if connection.base_url:
        hosts = MidtransHosts.under(connection.base_url)
    return MidtransGateway(
        MidtransCredentials(server_key, signature_key),
        # A fake is on this machine, where an outgoing proxy has no business.
        shared_http(trust_env=connection.base_url is None),
        hosts=hosts,
        timeout_seconds=connection.timeout_seconds,
    )


def _now() -> datetime:
    return datetime.now(UTC)


class MidtransGateway:
    """The PaymentGateway of one Midtrans merchant. Takes rupiah only."""

    name = "midtrans"

    def __init__(
        self,
        credentials: MidtransCredentials,
        client: httpx.Client | None = None,
        *,
        hosts: MidtransHosts = SANDBOX,
        timeout_seconds: int = 10,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._client = MidtransClient(
            credentials, hosts, client or shared_http(), timeout_seconds=timeout_seconds
        )

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
        """Open a Snap page; a second call reopens it, until the shopper chooses a method."""
        _check_order(reference, amount, lines)
        order = mapping.snap_order(
            reference=reference, amount=amount, lines=lines, customer=customer, return_url=return_url
        )
        expiry = mapping.snap_expiry(now=self._clock(), expires_at=expires_at)
        if len(encoded({**order, **expiry})) > MAX_REQUEST_BYTES:
            order["item_details"] = mapping.in_one_line(reference, amount)

        answer = self._client.post(
            f"{self._client.hosts.snap}/transactions",
            {**order, **expiry},
            {"X-Override-Notification": notify_url, "Idempotency-Key": _idempotency_key("start", order)},
        )
        if answer.status == 406 or (answer.status == 400 and _REFERENCE_USED.search(answer.message)):
            raise ReferenceUsed(answer.message, self.find(reference=reference))
        if answer.status >= 400:
            raise _refused(answer, _REFUSALS)
        return self._session(answer)

    def find(self, *, reference: str) -> GatewayNotice | None:
        """Read the status; None while no method has been chosen on the Snap page."""
        answer = self._client.get(self._url(reference, "status"))
        if "transaction_status" in answer.body:
            return _notice(answer, reference)
        if answer.status == 404:
            return None
        raise _refused(answer, _REFUSALS)

    def cancel(self, *, reference: str) -> GatewayNotice | None:
        """Call off a pending payment, or a card payment before settlement."""
        return self._close(reference, "cancel")

    def expire(self, *, reference: str) -> GatewayNotice | None:
        """Let a pending payment lapse now."""
        return self._close(reference, "expire")

    def refund(self, *, reference: str, refund_id: str, amount: Money, reason: str) -> None:
        """Refund a settled payment, in full or in part; not for virtual accounts and shops."""
        if not _REFUND_ID.fullmatch(refund_id) or amount <= Money.zero():
            raise GatewayRefused(Refusal.INVALID_REQUEST, f"cannot refund {amount} as {refund_id!r}")
        wish = {"refund_key": refund_id, "amount": amount.amount, "reason": reason}
        answer = self._client.post(
            self._url(reference, "refund"),
            wish,
            {"Idempotency-Key": _idempotency_key("refund", [reference, wish])},
        )
        if answer.status == 406:
            self._confirm_refund(reference, refund_id, amount)
            return
        status = str(answer.body.get("transaction_status", "")).lower()
        if answer.status >= 400:
            raise _refused(answer, _REFUND_REFUSALS)
        if answer.status != 200 or status not in {"refund", "partial_refund"}:
            raise GatewayRefused(Refusal.NOT_REFUNDABLE, answer.message)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> GatewayNotice:
        """Verify a notification by the signature in its body; Midtrans signs no header."""
        return mapping.read_signed(body, key=self._credentials.signs_with)

    def _url(self, reference: str, action: str) -> str:
        if not mapping.is_reference(reference):
            raise GatewayRefused(Refusal.INVALID_REQUEST, f"{reference!r} is no order_id")
        return f"{self._client.hosts.core}/{reference}/{action}"

    def _session(self, answer: Answer) -> GatewaySession:
        token, page = answer.body.get("token"), answer.body.get("redirect_url")
        if not isinstance(token, str) or not isinstance(page, str) or not self._is_ours(page):
            raise GatewayUnavailable("Midtrans: a session without a page of its own")
        return GatewaySession(redirect_url=page, provider_reference=token)

    def _is_ours(self, page: str) -> bool:
        """Whether the shopper may be sent there: a broken answer must not redirect anywhere."""
        try:
            target, snap = httpx.URL(page), httpx.URL(self._client.hosts.snap)
        except httpx.InvalidURL:
            return False
        known = target.host == snap.host or target.host.endswith(".midtrans.com")
        return target.scheme == snap.scheme and known

    def _close(self, reference: str, action: str) -> GatewayNotice | None:
        answer = self._client.post(self._url(reference, action))
        if "transaction_status" in answer.body:
            return _notice(answer, reference)
        if answer.status == 404:
            return None
        if answer.status in {407, 412}:
            notice = self.find(reference=reference)
            if notice and notice.outcome in {Outcome.CANCELLED, Outcome.EXPIRED, Outcome.FAILED}:
                return notice
        raise _refused(answer, _REFUSALS)

    def _confirm_refund(self, reference: str, refund_id: str, amount: Money) -> None:
        """A repeated refund_key is fine if it is this very refund."""
        notice = self.find(reference=reference)
        refunded = mapping.refunds_of(notice.raw).get(refund_id) if notice else None
        if refunded is None:
            raise GatewayUnavailable(f"Midtrans: refund {refund_id} exists but is not listed yet")
        if refunded != amount.amount:
            raise GatewayRefused(Refusal.REFUND_ID_USED, f"{refund_id} was for {refunded} rupiah")


def _check_order(reference: str, amount: Money, lines: Sequence[GatewayLine]) -> None:
    total = sum(line.unit_amount * line.quantity for line in lines)
    if not mapping.is_reference(reference):
        raise GatewayRefused(Refusal.INVALID_REQUEST, f"{reference!r} is no order_id")
    if amount.currency != "IDR" or amount.amount <= 0:
        raise GatewayRefused(Refusal.INVALID_REQUEST, f"cannot ask for {amount}")
    if total != amount.amount:
        raise GatewayRefused(Refusal.INVALID_REQUEST, f"the lines add up to {total}, not {amount.amount}")


def _notice(answer: Answer, reference: str) -> GatewayNotice:
    try:
        notice = mapping.notice_of(answer.body)
    except InvalidNotice as failure:
        raise GatewayUnavailable(f"Midtrans: {failure}") from failure
    if notice.reference != reference:
        raise GatewayUnavailable(f"Midtrans: asked about {reference}, heard about {notice.reference}")
    return notice


def _refused(answer: Answer, codes: Mapping[int, Refusal]) -> GatewayRefused:
    return GatewayRefused(codes.get(answer.status, Refusal.INVALID_REQUEST), answer.message)


def _idempotency_key(purpose: str, wish: object) -> str:
    """Equal wishes, equal keys: Midtrans replays its answer for five minutes, whatever the body says."""
    return hashlib.sha256(purpose.encode() + encoded(wish)).hexdigest()[:46]
