"""The dials of the fake Stripe, for scripts (JSON) and for people (a page).

POST /_control takes any of these together, as JSON or as form fields:
  dials            object of the fields of Dials, e.g. {"duplicates": 3, "after_retries": "cancel"}
  advance_seconds  turn the account's clock forward; advance_days as well; what falls due happens
  test_clock       with advance_seconds: the test clock to advance instead
  mood             {"customer": "cus_...", "code": "insufficient_funds"}: what the bank says from now on of
                   all cards of a customer; "ok" pays, "" is the card's own nature
  act, id          expire_session, dispute_charge, dispute_won, dispute_lost, finalize_invoice, retry_invoice
  fault            {"kind": "silent", "operation": "subscriptions.create", "times": 1, "status": 503}
  mend             forget the faults not used yet
  release          "in_order", "backwards" or "shuffled": post what `hold` kept back
  resend           an event's id: post it again
  listen           {"url": ..., "secret": ...}: where events go
GET /_control gives the state; /_control?objects=subscription lists every object of a kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from tests.fakes.server import FaultKind, Request, Response, json_response, redirect
from tests.fakes.stripe.account import AFTER_RETRIES, Account
from tests.fakes.stripe.calls import events, money_back
from tests.fakes.stripe.engine import charging, collecting, cycle, invoicing
from tests.fakes.stripe.errors import StripeRefused
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.pages import dials
from tests.fakes.stripe.shapes import Obj, public

if TYPE_CHECKING:
    from tests.fakes.stripe.provider import FakeStripe

MAX_ADVANCE = 3 * 366 * DAY


def answer(fake: FakeStripe, request: Request) -> Response:
    """Show the dials, or turn them."""
    by_script = "json" in request.headers.get("content-type", "") + request.headers.get("accept", "")
    if request.method != "POST":
        if kind := request.query.get("objects"):
            return json_response(200, [public(row) for row in fake.account.books.all(kind)])
        return json_response(200, state(fake)) if by_script else dials.show(fake)
    try:
        command = request.json() if by_script else _from_form(request.form())
        if not isinstance(command, dict):
            raise ValueError("a command is an object")
        turn(fake, command)
    except (ValueError, KeyError, TypeError, StripeRefused) as refusal:
        return json_response(400, {"error": str(refusal)}) if by_script else dials.show(fake, str(refusal))
    return json_response(200, state(fake)) if by_script else redirect(f"{request.root}/_control")


def turn(fake: FakeStripe, command: Mapping[str, object]) -> None:
    """Carry out one command. Raises ValueError, KeyError, TypeError or StripeRefused."""
    _set_dials(fake.account, _mapping(command.get("dials", {})))
    if fault := _mapping(command.get("fault", {})):
        fake.break_next(
            FaultKind(str(fault["kind"])),
            str(fault.get("operation", "*")),
            times=int(str(fault.get("times", 1))),
            status=int(str(fault.get("status", 503))),
        )
    if command.get("mend"):
        fake.mend()
    if listen := _mapping(command.get("listen", {})):
        fake.listen(str(listen["url"]), str(listen["secret"]))
    if mood := _mapping(command.get("mood", {})):
        _set_mood(fake.account, str(mood["customer"]), str(mood.get("code") or ""))
    if "act" in command:
        _act(fake.account, str(command["act"]), str(command.get("id", "")))
    seconds = int(str(command.get("advance_seconds") or 0)) + DAY * int(str(command.get("advance_days") or 0))
    if seconds:
        _advance(fake, seconds, str(command.get("test_clock") or ""))
    if "resend" in command:
        fake.postbox.post(fake.account.books.get("event", command["resend"]))
    if "release" in command:
        fake.postbox.release(str(command["release"]))


def state(fake: FakeStripe) -> dict[str, object]:
    """Everything a script wants to know."""
    books = fake.account.books
    return {
        "now": books.now(),
        "ahead_seconds": books.ahead,
        "dials": asdict(fake.account.dials),
        "counts": {kind: len(rows) for kind, rows in books.kinds.items()},
        "endpoints": [public(row) for row in books.all("webhook_endpoint")],
        "told": [
            {
                "operation": exchange.operation,
                "path": exchange.request.path,
                "body": exchange.request.body.decode(errors="replace"),
                "idempotency_key": exchange.request.headers.get("idempotency-key"),
                "status": exchange.response.status if exchange.response else None,
                "fault": exchange.fault,
            }
            for exchange in fake.history[-100:]
        ],
        "posted": [
            {
                "url": posted.url,
                "status": posted.status,
                "attempt": posted.attempt,
                "type": json.loads(posted.body)["type"],
                "id": json.loads(posted.body)["id"],
            }
            for posted in fake.postbox.sender.posted[-100:]
        ],
    }


def _set_dials(account: Account, wishes: Mapping[str, object]) -> None:
    known = {field.name for field in fields(account.dials)}
    for name, value in wishes.items():
        if name not in known:
            raise KeyError(name)
        kind = type(getattr(account.dials, name))
        if kind is str:
            made: object = str(value)
        else:
            made = kind(int(value) if isinstance(value, bool) else int(str(value)))
        if name == "after_retries" and made not in AFTER_RETRIES:
            raise ValueError(f"{made} is none of {', '.join(AFTER_RETRIES)}")
        if name == "retry_days":
            [int(word) for word in str(made).split(",") if word.strip()]
        setattr(account.dials, name, made)


def _set_mood(account: Account, customer: str, code: str) -> None:
    account.books.get("customer", customer)
    for method in account.books.all("payment_method", customer=customer):
        method["_mood"] = code


def _advance(fake: FakeStripe, seconds: int, clock: str) -> None:
    if not 0 < seconds <= MAX_ADVANCE:
        raise ValueError("the clock moves forward, at most three years")
    if clock:
        now = fake.account.books.get("test_helpers.test_clock", clock)["frozen_time"]
        events.advance(fake.account, {"frozen_time": now + seconds}, clock)
    else:
        fake.advance(seconds)


def _act(account: Account, act: str, id: str) -> None:
    acts: dict[str, tuple[str, Callable[[Account, Obj], object]]] = {
        "expire_session": ("checkout.session", cycle.expire_session),
        "dispute_charge": ("charge", charging.dispute),
        "dispute_won": ("dispute", lambda at, obj: money_back.close_dispute(at, obj, won=True)),
        "dispute_lost": ("dispute", lambda at, obj: money_back.close_dispute(at, obj, won=False)),
        "finalize_invoice": ("invoice", invoicing.finalize),
        "retry_invoice": ("invoice", lambda at, obj: collecting.collect(at, obj, automatic=True)),
    }
    if act not in acts:
        raise ValueError(f"{act} is none of {', '.join(acts)}")
    kind, do = acts[act]
    do(account, account.books.get(kind, id))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return value


def _from_form(form: Mapping[str, str]) -> dict[str, object]:
    command: dict[str, object] = {}
    for name, value in form.items():
        group, dot, inner = name.partition(".")
        if dot:
            part = command.setdefault(group, {})
            assert isinstance(part, dict)
            part[inner] = value
        else:
            command[name] = value
    return command
