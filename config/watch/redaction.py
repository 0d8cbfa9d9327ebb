"""Takes secrets and people out of what is written about our work: by the key they stand under, and by looks.

Logs and reports of errors are read by more people, and kept in more places, than the database is.
"""

import re
from typing import Any, Final

GONE: Final = "[removed]"
_DEEPEST: Final = 12
# Longer texts are cut: they are pasted bodies, and looking through them would take a while.
MOST_LETTERS: Final = 20_000

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
# Each begins with what must be there for it to be worth a look: most lines have none of it.
_LOOKS: Final = (
    # PostgreSQL quotes the row that it refuses.
    ("Key (", re.compile(r"(Key \([^)\n]{0,200}\)=)\(.{0,2000}?\)(?= |$|\n)"), rf"\1({GONE})"),
    ("row contains (", re.compile(r"(Failing row contains )\([^\n]*"), rf"\1({GONE})."),
    ("://", re.compile(r"://[^/\s@:]{0,200}:[^/\s@]{0,200}@"), f"://{GONE}@"),
    ("", re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {GONE}"),
    (
        "",
        re.compile(rf"""\b({_NAMES})(["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&}}\]]+)""", re.IGNORECASE),
        rf"\1\2{GONE}",
    ),
    # Our keys, webhook secrets, Stripe's, Midtrans', and JSON web tokens.
    ("_", re.compile(r"\b(ssk|whsec|sk|rk|pk)_[\w+/=-]{8,}"), GONE),
    ("Mid-", re.compile(r"\b(SB-)?Mid-(server|client)-[\w-]+"), GONE),
    ("eyJ", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(\.[\w-]*)?"), GONE),
    ("@", re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(\.[\w-]+)+"), GONE),
    ("", re.compile(r"(?<![\w.-])(\+?62|0)[ -]?8\d(?:[ -]?\d){6,11}\b"), GONE),
    # Cards, and the numbers of identity cards.
    ("", re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)"), GONE),
)


def text(value: str) -> str:
    """The same text without what looks like a secret or a person's address."""
    if len(value) > MOST_LETTERS:
        value = f"{value[:MOST_LETTERS]} ... ({len(value)} letters)"
    for needle, look, instead in _LOOKS:
        if needle in value:
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
