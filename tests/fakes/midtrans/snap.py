"""What the fake Midtrans accepts, and the words with which it refuses.

https://docs.midtrans.com/reference/request-body-json-parameter
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests.fakes.midtrans.ledger import DEAD, Ledger, Refused, Session
from tests.fakes.server import Request

DEFAULT_PAGE = timedelta(hours=24)
_ORDER_ID = re.compile(r"[A-Za-z0-9_~.-]{1,50}")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def read_session(ledger: Ledger, server_key: str, request: Request) -> Session:
    """Check a request for a Snap page. Raises Refused with Midtrans's own words where they are known."""
    wish = _object(request)
    details = _part(wish, "transaction_details")
    order_id, gross = details.get("order_id"), details.get("gross_amount")
    if not isinstance(order_id, str) or not _ORDER_ID.fullmatch(order_id):
        raise Refused(400, "transaction_details.order_id is required")
    if not isinstance(gross, int) or isinstance(gross, bool) or gross < 1:
        raise Refused(400, "transaction_details.gross_amount is not a number")
    items = _items(wish, gross)
    _check_unused(ledger, server_key, order_id)

    now = ledger.now()
    page, expiry = _part(wish, "page_expiry"), _part(wish, "expiry")
    return Session(
        server_key=server_key,
        order_id=order_id,
        gross_amount=gross,
        items=items,
        finish_url=str(_part(wish, "callbacks").get("finish", "")),
        notify_urls=_notify_urls(request),
        closes_at=now + (_span(page) if page else DEFAULT_PAGE),
        expires_at=_start(expiry, now) + _span(expiry) if expiry else None,
    )


def read_refund(request: Request) -> tuple[str, int, str]:
    """Refund key, amount and reason. Raises Refused."""
    wish = _object(request)
    key, amount = wish.get("refund_key"), wish.get("amount")
    if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", key):
        raise Refused(400, "refund_key is invalid")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
        raise Refused(400, "amount is not a number")
    return key, amount, str(wish.get("reason", ""))


def _check_unused(ledger: Ledger, server_key: str, order_id: str) -> None:
    payment = ledger.current(server_key, order_id)
    if payment is None or payment.status in DEAD:
        return
    if payment.status == "pending":
        raise Refused(400, "transaction_details.order_id sudah digunakan")
    raise Refused(400, "transaction_details.order_id has been paid and utilized, please use another order ID")


def _items(wish: dict[str, object], gross: int) -> list[dict[str, object]]:
    items = wish.get("item_details", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "item_details is not a list")
    total = 0
    for item in items:
        price, quantity, name = item.get("price"), item.get("quantity"), item.get("name")
        if not isinstance(price, int) or not isinstance(quantity, int):
            raise Refused(400, "item_details price and quantity must be whole numbers")
        if not isinstance(name, str) or not 1 <= len(name) <= 50:
            raise Refused(400, "item_details Name must not exceed 50 characters")
        total += price * quantity
    if items and total != gross:
        raise Refused(400, "transaction_details.gross_amount is not equal to the sum of item_details")
    return items


def _notify_urls(request: Request) -> list[str]:
    told = (
        request.headers.get("x-override-notification") or request.headers.get("x-append-notification") or ""
    )
    return [url.strip() for url in told.split(",") if url.strip()][:3]


def _span(part: dict[str, object]) -> timedelta:
    unit, duration = str(part.get("unit", "minute")).removesuffix("s"), part.get("duration")
    if unit not in _UNITS or not isinstance(duration, int) or duration < 1:
        raise Refused(400, "expiry unit or duration is invalid")
    return timedelta(seconds=duration * _UNITS[unit])


def _start(expiry: dict[str, object], now: datetime) -> datetime:
    if "start_time" not in expiry:
        return now
    try:
        return datetime.strptime(str(expiry["start_time"]), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        raise Refused(400, "expiry.start_time format is invalid") from None


def _part(wish: dict[str, object], name: str) -> dict[str, object]:
    part = wish.get(name, {})
    if not isinstance(part, dict):
        raise Refused(400, f"{name} is not an object")
    return part


def _object(request: Request) -> dict[str, object]:
    try:
        wish = request.json()
    except ValueError:
        wish = None
    if not isinstance(wish, dict):
        raise Refused(400, "There was a problem in the JSON you submitted")
    return wish
