"""The dials for people: turn the clock, break cards and answers, see what was posted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from tests.fakes.server import FaultKind, Response
from tests.fakes.stripe.engine import items, standing
from tests.fakes.stripe.money import day, shown
from tests.fakes.stripe.pages import layout

if TYPE_CHECKING:
    from tests.fakes.stripe.provider import FakeStripe

_MOODS = ("ok", "insufficient_funds", "generic_decline", "lost_card", "")
_STEPS = (
    (3600, "1 hour"),
    (86_400, "1 day"),
    (3 * 86_400, "3 days"),
    (7 * 86_400, "1 week"),
    (31 * 86_400, "31 days"),
)


def show(fake: FakeStripe, error: str = "") -> Response:
    """The page."""
    now = datetime.fromtimestamp(fake.account.books.now(), UTC)
    body = layout.problem(error)
    body += f"<h2>Clock</h2><p>{now:%Y-%m-%d %H:%M:%S} UTC, {fake.account.books.ahead // 3600} h ahead</p>"
    body += "<form method=post>" + "".join(
        f'<button class="plain small" name="advance_seconds" value="{seconds}">+{label}</button> '
        for seconds, label in _STEPS
    )
    body += "</form><h2>Subscriptions</h2>" + _subscriptions(fake)
    body += "<h2>Invoices</h2>" + _invoices(fake) + "<h2>Dials</h2>" + _dials(fake)
    body += "<h2>Break the next answers</h2>" + _faults() + "<h2>Events posted</h2>" + _posted(fake)
    return layout.page("Stripe's dials", body, status=400 if error else 200, wide=True)


def _table(heads: str, rows: Iterable[str]) -> str:
    head = "".join(f"<th scope=col>{name}</th>" for name in heads.split("|"))
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f"<div style='overflow-x:auto' tabindex=0><table>{body}</table></div>"


def _subscriptions(fake: FakeStripe) -> str:
    books, rows = fake.account.books, []
    for row in books.all("subscription")[:50]:
        customer = books.find("customer", row["customer"]) or {}
        moods = "".join(f"<option value='{mood}'>{mood or 'as the card is'}</option>" for mood in _MOODS)
        form = (
            f"<form method=post class=row><input type=hidden name=mood.customer value='{row['customer']}'>"
            f"<select name=mood.code aria-label='Bank says'>{moods}</select><button class='plain "
            "small'>set</button></form>"
        )
        end = "" if row["status"] in standing.OVER else day(items.period_end(row))
        name = escape(str(customer.get("email") or row["customer"]))
        rows.append(f"<tr><td>{name}<br><code>{row['id']}</code><td>{row['status']}<td>{end}<td>{form}</tr>")
    return _table("Customer|Status|Period ends|Bank says", rows)


def _invoices(fake: FakeStripe) -> str:
    rows = []
    for row in fake.account.books.all("invoice")[:30]:
        again = day(row["next_payment_attempt"]) if row["next_payment_attempt"] else ""
        acts = {"draft": "finalize_invoice", "open": "retry_invoice"}
        act = (
            layout.button(acts[row["status"]], acts[row["status"]].split("_")[0], "plain small", id=row["id"])
            if (row["status"] in acts)
            else ""
        )
        total = escape(shown(row["total"], row["currency"]))
        rows.append(
            f"<tr><td>{row['number'] or row['id']}<td>{row['status']}<td>{total}<td>{again}<td>{act}</tr>"
        )
    return _table("Number|Status|Total|Next try|", rows)


def _dials(fake: FakeStripe) -> str:
    inside = "".join(
        f"<div>{layout.field(f'dials.{name}', name, str(+value if isinstance(value, bool) else value))}</div>"
        for name, value in asdict(fake.account.dials).items()
    )
    releases = "".join(
        f'<button class="plain small" name="release" value="{order}">release {order}</button> '
        for order in ("in_order", "backwards", "shuffled")
    )
    return (
        "<form method=post><div "
        "style='display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:.5rem'>"
        f"{inside}</div><button>Turn</button></form><form method=post>{releases}</form>"
    )


def _faults() -> str:
    kinds = "".join(f"<option>{kind}</option>" for kind in FaultKind)
    return (
        "<form method=post><div class=row><div><label for=kind>Kind</label>"
        f"<select id=kind name=fault.kind>{kinds}</select></div><div>"
        + layout.field("fault.operation", "Operation", "*")
        + "</div><div>"
        + layout.field("fault.times", "Times", "1")
        + "</div><div>"
        + layout.field("fault.status", "Status", "503")
        + "</div></div><button class=plain>Break</button></form>"
    )


def _posted(fake: FakeStripe) -> str:
    rows = []
    for letter in reversed(fake.postbox.sender.posted[-40:]):
        event = json.loads(letter.body)
        again = f'<button class="plain small" name="resend" value="{event["id"]}">again</button>'
        again = f"<form method=post>{again}</form>"
        rows.append(f"<tr><td>{event['type']}<td>{letter.status}<td>{letter.attempt}<td>{again}</tr>")
    return _table("Type|Answer|Try|", rows)
