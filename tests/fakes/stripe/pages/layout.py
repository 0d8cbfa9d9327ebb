"""What every page of the fake looks like: one column for a phone, and TEST on top."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from tests.fakes.server import Response, html_response

_STYLE = """
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f3f5f9;color:#1a1f36}
.test{background:#b3541e;color:#fff;text-align:center;padding:.25rem .75rem;font-size:.875rem;font-weight:600}
main{max-width:30rem;margin:1rem auto;padding:1.25rem;background:#fff;border-radius:.75rem;
box-shadow:0 1px 4px #0002}
main.wide{max-width:64rem}h1{font-size:1.25rem;margin:0 0 .25rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.25rem 0}.note,small{color:#4a5468;font-size:.875rem}.sum{font-size:1.75rem;font-weight:700}
dl{margin:.75rem 0}dl div,li{display:flex;justify-content:space-between;gap:1rem;padding:.25rem 0}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}ul{list-style:none;padding:0;margin:0}
.total{border-top:1px solid #d5dbe6;font-weight:700}label{display:block;font-weight:600;margin:.6rem 0 .2rem}
input,select{font:inherit;width:100%;min-height:2.75rem;padding:.5rem .7rem;
border:1px solid #8792a8;border-radius:.5rem}
input[type=radio],input[type=checkbox]{width:1.25rem;min-height:1.25rem;margin:0}
.row{display:flex;gap:.75rem}.row>*{flex:1}.pick{display:flex;gap:.6rem;align-items:center;font-weight:400}
button,.button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1rem;border:0;
border-radius:.5rem;
background:#4b45c6;color:#fff;cursor:pointer;width:100%;margin-top:.75rem;display:block;text-align:center;text-decoration:none}
button.plain,.plain.button{background:#fff;color:#373b53;border:1px solid #8792a8}
button.small{display:inline-block;width:auto;margin:0;min-height:2.25rem}
button.bad{background:#fff;color:#a3123a;border:1px solid #a3123a}
:focus-visible{outline:3px solid #7a73ff;outline-offset:2px}a{color:#4b45c6}
.error{background:#fdecef;color:#8a0f31;border-radius:.5rem;padding:.6rem .8rem;margin:.75rem 0}
.good{background:#e8f6ee;color:#0b5330;border-radius:.5rem;padding:.6rem .8rem;margin:.75rem 0}
table{border-collapse:collapse;width:100%;font-size:.875rem}td,th{text-align:left;
padding:.3rem .6rem .3rem 0;vertical-align:top}
details{margin:.75rem 0}summary{cursor:pointer;min-height:2rem}code{font-size:.8125rem;overflow-wrap:anywhere}
"""


def page(title: str, body: str, *, status: int = 200, wide: bool = False) -> Response:
    """A whole page."""
    return html_response(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" '
        'content="noindex">'
        f'<title>{escape(title)} (TEST)</title><style>{_STYLE}</style></head><body><div class="test">'
        "TEST: a fake Stripe on this machine. No money moves.</div>"
        f"<main{' class=wide' if wide else ''}><h1>{escape(title)}</h1>{body}</main></body></html>",
        status,
    )


def problem(message: str) -> str:
    """What went wrong, on top of a form."""
    return f'<p class="error" role="alert">{escape(message)}</p>' if message else ""


def field(name: str, label: str, value: str = "", **attributes: str) -> str:
    """A labelled input."""
    extra = "".join(f' {key.replace("_", "-")}="{escape(text)}"' for key, text in attributes.items())
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}"{extra}>'
    )


def button(act: str, label: str, kind: str = "", **hidden: str) -> str:
    """A form with one button."""
    inside = "".join(
        f'<input type="hidden" name="{key}" value="{escape(text)}">' for key, text in hidden.items()
    )
    press = f'<button class="{kind}" name="act" value="{act}">{escape(label)}</button>'
    return f'<form method="post">{inside}{press}</form>'


def facts(rows: Mapping[str, str], total: str = "") -> str:
    """Names and values; the row named `total` stands out."""
    lines = "".join(
        f"<div{' class=total' if name == total else ''}><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in rows.items()
    )
    return f"<dl>{lines}</dl>"


_CARDS = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0025 0000 3155", "asks its holder (3-D Secure) once"),
    ("4000 0027 6000 3184", "asks its holder every time"),
    ("4000 0000 0000 0341", "can be saved, then fails"),
    ("4000 0000 0000 0259", "pays, then disputes"),
)


def card_fields() -> str:
    """The form for a test card."""
    rows = "".join(f"<li><code>{number}</code><span>{words}</span></li>" for number, words in _CARDS)
    return (
        field("number", "Card number", "4242 4242 4242 4242", inputmode="numeric", autocomplete="off")
        + '<div class="row"><div>'
        + field("exp", "Expiry (MM/YY)", "12/34", autocomplete="off")
        + "</div><div>"
        + field("cvc", "CVC", "123", inputmode="numeric", autocomplete="off")
        + f"</div></div><details><summary>Test cards</summary><ul>{rows}</ul></details>"
    )


def read_expiry(text: str) -> tuple[int, int]:
    """Month and year of MM/YY; zeros if it is none."""
    month, _, year = text.replace(" ", "").partition("/")
    return (int(month), int(year)) if month.isdecimal() and year.isdecimal() else (0, 0)
