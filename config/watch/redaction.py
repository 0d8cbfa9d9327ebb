"""Takes secrets and people out of what is written about our work: by the key they stand under, and by looks.

Logs and reports of errors are read by more people, and kept in more places, than the database is.
"""

import re
from typing import Any, Final

GONE: Final = "[removed]"
_DEEPEST: Final = 12

_KEY: Final = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api_?key|server_?key|signing|authori[sz]ation|cookie|session|csrf|"
    r"otp|totp|recovery|cvv|credential|private_?key|e?mail|phone|whatsapp|address_line|recipient|postcode|"
    r"remote_addr|forwarded",
    re.IGNORECASE,
)
_NAMES: Final = (
    r"pass(?:word|wd)?|secret(?:_key)?|[a-z_]*token|api[_-]?key|server[_-]?key|authorization|(?:set-)?cookie|"
    r"sid|csrf|session(?:id)?|otp|credentials?"
)
_LOOKS: Final = (
    # PostgreSQL quotes the row that it refuses.
    (re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= |$|\n)"), rf"\1({GONE})"),
    (re.compile(r"(Failing row contains )\(.*\)"), rf"\1({GONE})"),
    (re.compile(r"(\w+://)[^/\s@:]*:[^/\s@]*@"), rf"\1{GONE}@"),
    (re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {GONE}"),
    (
        re.compile(rf"""\b({_NAMES})\b(["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&}}\]]+)""", re.IGNORECASE),
        rf"\1\2{GONE}",
    ),
    # Our keys, webhook secrets, Midtrans', Stripe's, and JSON web tokens.
    (re.compile(r"\b(ssk|whsec|sk|rk|pk)_[\w+/=-]{8,}|\b(SB-)?Mid-(server|client)-[\w-]+"), GONE),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(\.[\w-]*)?"), GONE),
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), GONE),
    (re.compile(r"(?<![\w.-])(\+?62|0)[ -]?8\d(?:[ -]?\d){6,11}\b"), GONE),
    # Cards, and the numbers of identity cards.
    (re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)"), GONE),
)


def text(value: str) -> str:
    """The same text without what looks like a secret or a person's address."""
    for look, instead in _LOOKS:
        value = look.sub(instead, value)
    return value


def deep(value: Any, *, depth: int = 0) -> Any:
    """The same value without secrets, through dicts and lists; what stands too deep is left out."""
    if isinstance(value, str):
        return text(value)
    if depth > _DEEPEST:
        return GONE
    if isinstance(value, dict):
        return {
            key: GONE
            if isinstance(key, str) and _KEY.search(key) and found not in (None, "")
            else deep(found, depth=depth + 1)
            for key, found in value.items()
        }
    if isinstance(value, list | tuple):
        return [deep(each, depth=depth + 1) for each in value]
    return value
