"""Form bodies with brackets, read by the SDK's own parameter types.

Encoding: https://docs.stripe.com/api (form-encoded bodies, bracket notation), https://docs.stripe.com/error-codes
An unknown name, a number that is none and a word outside its list are refused: what passes here passes there.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.stripe.errors import invalid, missing

Params = dict[str, Any]
_PARTS = re.compile(r"([^\[\]]+)|\[([^\[\]]*)\]")
# What the SDK's types carry for a call's options, not for the wire.
_OPTIONS = frozenset(
    "api_key stripe_version stripe_account stripe_context max_network_retries idempotency_key content_type "
    "headers".split()
)
_MAPS = ("Dict[str", "UntypedStripeObject")


def decode(text: str, types: str) -> Params:
    """Read a query or a body. `types` is `module.Class` below stripe.params. Raises StripeRefused."""
    tree: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _plant(tree, name, value)
    return _typed(tree, _params(types), "")


def _plant(tree: Params, name: str, value: str) -> None:
    steps = [plain or inner for plain, inner in _PARTS.findall(name)]
    if not steps or len(steps) > 12 or "\0" in name + value:
        raise invalid(f"Invalid parameter name: {name}")
    at = tree
    for step in steps[:-1]:
        at = at.setdefault(step or str(len(at)), {})
        if not isinstance(at, dict):
            raise invalid(f"Invalid parameter name: {name}", param=name)
    at[steps[-1] or str(len(at))] = value


@cache
def _params(types: str) -> type:
    module, _, name = types.rpartition(".")
    return getattr(importlib.import_module(f"stripe.params{'.' + module if module else ''}"), name)


@cache
def _fields(cls: type) -> dict[str, str]:
    return {name: _spelled(kind) for name, kind in cls.__annotations__.items() if name not in _OPTIONS}


def _spelled(annotation: object) -> str:
    text = re.sub(r"ForwardRef\((['\"])(.*?)\1\)", r"\2", repr(annotation))
    return text.replace("typing_extensions.", "").replace("typing.", "").replace("\\'", "'")


def _typed(tree: Params, cls: type, path: str) -> Params:
    fields, found = _fields(cls), {}
    for name, value in tree.items():
        where = f"{path}[{name}]" if path else name
        if name not in fields:
            raise invalid(f"Received unknown parameter: {where}", param=where, code="parameter_unknown")
        found[name] = _value(value, fields[name], cls, where)
    for name, kind in fields.items():
        if not kind.startswith("NotRequired") and name not in found:
            raise missing(f"{path}[{name}]" if path else name)
    return found


def _value(value: Any, kind: str, cls: type, where: str) -> Any:
    if value == "":
        return ""
    if isinstance(value, dict):
        return _group(value, kind, cls, where)
    if _children(kind, cls) and "str" not in _without_children(kind, cls) and "int" not in kind:
        raise invalid(f"Invalid object: {where}", param=where)
    return _scalar(value, kind, where)


def _group(value: Params, kind: str, cls: type, where: str) -> Any:
    children = _children(kind, cls)
    if any(mark in kind for mark in _MAPS) and not children:
        return dict(value)
    if "List[" in kind and all(key.isdigit() for key in value):
        inner = kind[kind.index("List[") + 5 :]
        items = [value[key] for key in sorted(value, key=int)]
        return [
            _typed(item, children[0], f"{where}[{at}]")
            if isinstance(item, dict) and children
            else _scalar(item, inner, f"{where}[{at}]")
            for at, item in enumerate(items)
        ]
    if "Dict[str" in kind and children:
        return {key: _typed(item, children[0], f"{where}[{key}]") for key, item in value.items()}
    if not children:
        raise invalid(f"Invalid string: {value}", param=where)
    return _typed(value, children[0], where)


def _children(kind: str, cls: type) -> list[type]:
    module = importlib.import_module(cls.__module__)
    names = re.findall(r"\b[A-Z]\w*Params\w*\b", kind)
    return [getattr(module, name) for name in names]


def _without_children(kind: str, cls: type) -> str:
    return re.sub(r"Dict\[str|[A-Z]\w*Params\w*", "", kind)


def _scalar(value: Any, kind: str, where: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid value for {where}", param=where)
    listed = " ".join(re.findall(r"Literal\[([^\]]*)\]", kind))
    words = {word for word in re.findall(r"['\"]([^'\"]*)['\"]", listed) if word}
    if value in words:
        return value
    if re.search(r"\bbool\b", kind):
        if value not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {value}", param=where)
        return value == "true"
    if re.search(r"\bint\b", kind):
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise invalid(f"Invalid integer: {value}", param=where, code="parameter_invalid_integer")
        return int(value)
    if re.search(r"\b(float|Decimal)\b", kind) and not re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", value):
        raise invalid(f"Invalid decimal: {value}", param=where)
    if re.search(r"\bfloat\b", kind):
        return float(value)
    if words:
        named = ", ".join(sorted(words)[:20])
        raise invalid(f"Invalid {where}: must be one of {named}", param=where)
    return value
