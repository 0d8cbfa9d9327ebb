"""The dials of the fake Midtrans, for scripts (JSON) and for people (a page).

POST /_control takes any of these together, as JSON or as form fields:
  dials            object of the fields of Dials, e.g. {"duplicates": 3, "bad_signature": true}
  act, order_id    settle, deny, expire, cancel, challenge or dispute one payment; `method` chooses one first
  fault            {"kind": "silent", "operation": "refund", "times": 1, "status": 503}
  release          "in_order" or "backwards": post what `hold` kept back
  advance_seconds  turn the clock
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from html import escape
from typing import TYPE_CHECKING

from tests.fakes.midtrans.ledger import Payment, Refused
from tests.fakes.server import FaultKind, Request, Response, html_response, json_response, redirect

if TYPE_CHECKING:
    from tests.fakes.midtrans.provider import FakeMidtrans

ACTS = ("settle", "deny", "expire", "cancel", "challenge", "dispute")
RELEASES = ("in_order", "backwards")


def answer(fake: FakeMidtrans, request: Request) -> Response:
    """Show the dials, or turn them."""
    by_script = "json" in request.headers.get("content-type", "") + request.headers.get("accept", "")
    if request.method != "POST":
        return json_response(200, state(fake)) if by_script else html_response(_page(fake))
    try:
        command = request.json() if by_script else _from_form(request.form())
        if not isinstance(command, dict):
            raise ValueError("a command is an object")
        turn(fake, command)
    except (ValueError, KeyError, TypeError, Refused) as refusal:
        return json_response(400, {"error": str(refusal)})
    return json_response(200, state(fake)) if by_script else redirect(f"{request.root}/_control")


def turn(fake: FakeMidtrans, command: Mapping[str, object]) -> None:
    """Carry out one command. Raises ValueError, KeyError, TypeError or Refused."""
    known = {field.name for field in fields(fake.dials)}
    for name, value in _mapping(command.get("dials", {})).items():
        if name not in known:
            raise KeyError(name)
        number = int(value) if isinstance(value, bool) else int(str(value))
        setattr(fake.dials, name, type(getattr(fake.dials, name))(number))
    if fault := _mapping(command.get("fault", {})):
        fake.break_next(
            FaultKind(str(fault["kind"])),
            str(fault.get("operation", "*")),
            times=int(str(fault.get("times", 1))),
            status=int(str(fault.get("status", 503))),
        )
    if "act" in command:
        _act(fake, str(command["act"]), str(command["order_id"]), str(command.get("method") or "qris"))
    if "advance_seconds" in command:
        fake.ledger.advance(int(str(command["advance_seconds"])))
    if "release" in command:
        fake.release_notices(backwards=command["release"] == "backwards")


def state(fake: FakeMidtrans) -> dict[str, object]:
    """Everything a script wants to know."""
    return {
        "now": fake.ledger.now().isoformat(),
        "dials": asdict(fake.dials),
        "sessions": [
            {"order_id": session.order_id, "token": session.token, "gross_amount": session.gross_amount}
            for session in fake.ledger.sessions.values()
        ],
        "payments": [_payment(payment) for payment in _payments(fake)],
        "told": [
            {
                "operation": exchange.operation,
                "path": exchange.request.path,
                "body": exchange.request.body.decode(errors="replace"),
                "status": exchange.response.status if exchange.response else None,
                "answer": exchange.response.body.decode(errors="replace") if exchange.response else None,
                "fault": exchange.fault,
            }
            for exchange in fake.history[-100:]
        ],
        "posted": [
            {
                "url": posted.url,
                "status": posted.status,
                "attempt": posted.attempt,
                "body": json.loads(posted.body),
            }
            for posted in fake.sender.posted[-100:]
        ],
    }


def _act(fake: FakeMidtrans, act: str, order_id: str, method: str) -> None:
    acts = {name: getattr(fake.ledger, name) for name in ACTS}
    if act not in acts:
        raise ValueError(f"{act} is none of {', '.join(ACTS)}")
    session = fake.session_of(order_id)
    payment = fake.ledger.current(session.server_key, order_id)
    acts[act](payment or fake.payment_of(order_id, method))


def _payments(fake: FakeMidtrans) -> list[Payment]:
    with fake.ledger.lock:
        return [payment for payments in fake.ledger.payments.values() for payment in payments]


def _payment(payment: Payment) -> dict[str, object]:
    return {
        "order_id": payment.session.order_id,
        "transaction_id": payment.id,
        "method": payment.method,
        "status": payment.status,
        "fraud_status": payment.fraud_status,
        "refunded": payment.refunded,
    }


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return value


def _from_form(form: Mapping[str, str]) -> dict[str, object]:
    command: dict[str, object] = {}
    for name, value in form.items():
        group, dot, field = name.partition(".")
        if dot:
            part = command.setdefault(group, {})
            assert isinstance(part, dict)
            part[field] = value
        else:
            command[name] = value
    return command


def _page(fake: FakeMidtrans) -> str:
    dials = "".join(
        f'<label>{name} <input name="dials.{name}" value="{int(value)}" size="4"></label> '
        for name, value in asdict(fake.dials).items()
    )
    fault = (
        _select("fault.kind", FaultKind)
        + _select("fault.operation", ("*", "start", "find", "cancel", "expire", "refund"))
        + '<input name="fault.times" value="1" size="3"> <button>break</button>'
    )
    posted = "".join(
        f"<tr><td>{escape(letter.url)}<td>{letter.status}<td>{letter.attempt}"
        for letter in reversed(fake.sender.posted[-30:])
    )
    parts = {
        "Notifications": _form(dials + "<button>turn</button>") + _form(_buttons("release", RELEASES)),
        "Break the next answers": _form(fault),
        "Clock": _form('<input name="advance_seconds" value="900" size="6"> <button>advance</button>'),
        "Payments": f"<table>{''.join(map(_payment_row, reversed(_payments(fake))))}</table>",
        "Posted": f"<table>{posted}</table>",
    }
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Midtrans dials</title>'
        "<style>body{font:15px/1.6 system-ui;margin:1rem;max-width:70rem}td{padding:0 .75rem 0 0}</style>"
        f"<h1>Fake Midtrans</h1><p>{fake.ledger.now():%Y-%m-%d %H:%M:%S} UTC</p>"
        + "".join(f"<h2>{title}</h2>{part}" for title, part in parts.items())
        + "</html>"
    )


def _payment_row(payment: Payment) -> str:
    order_id = escape(payment.session.order_id)
    hidden = f'<input type="hidden" name="order_id" value="{order_id}">'
    acts = _form(hidden + _buttons("act", ACTS))
    return f"<tr><td>{order_id}<td>{payment.method}<td>{payment.status}<td>{acts}"


def _select(name: str, choices: Iterable[str]) -> str:
    return f'<select name="{name}">{"".join(f"<option>{choice}</option>" for choice in choices)}</select> '


def _buttons(name: str, choices: Iterable[str]) -> str:
    return "".join(f'<button name="{name}" value="{choice}">{choice}</button> ' for choice in choices)


def _form(inside: str) -> str:
    return f'<form method="post">{inside}</form>'
