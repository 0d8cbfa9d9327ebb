"""Compares what the fake says with what the SDK's classes promise: names, types, words, what is needed."""

from __future__ import annotations

import types
from decimal import Decimal
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe

from tests.fakes.stripe.shapes import class_of

# The SDK still names these; version 2026-10-28.endive no longer sends them, or only when they apply.
_MAY_LACK = {
    "SubscriptionItem": {"plan"},
    "SubscriptionSchedule.Phase.Item": {"plan"},
}
_SIMPLE: dict[object, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (float, int)}


def faults(obj: dict[str, Any]) -> list[str]:
    """What is wrong with an object and everything within it, as paths with a reason."""
    return list(_of_object(obj, class_of(obj["object"]), obj["object"]))


def _of_object(value: dict[str, Any], cls: type, path: str) -> list[str]:
    known = {name: kind for name, kind in cls.__annotations__.items() if name != "OBJECT_NAME"}
    found = [f"{path}.{name}: unknown" for name in value if name not in known]
    lacking = _MAY_LACK.get(cls.__qualname__, set())
    for name, kind in known.items():
        if name in value:
            found += _of_value(value[name], kind, f"{path}.{name}")
        elif type(None) not in get_args(kind) and name not in lacking:
            found.append(f"{path}.{name}: missing")
    return found


def _of_value(value: Any, kind: Any, path: str) -> list[str]:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _of_union(value, get_args(kind), path)
    if origin is Literal:
        return [] if value in get_args(kind) else [f"{path}: {value!r} is none of {get_args(kind)}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [
            fault
            for at, one in enumerate(value)
            for fault in _of_value(one, get_args(kind)[0], f"{path}[{at}]")
        ]
    if origin is stripe.ListObject:
        return [fault for at, one in enumerate(value["data"]) for fault in _whole(one, f"{path}[{at}]")]
    if isinstance(kind, ForwardRef | str):
        return _whole(value, path) if isinstance(value, dict) else []
    return _of_simple(value, kind, path)


def _of_union(value: Any, kinds: tuple[Any, ...], path: str) -> list[str]:
    if value is None:
        return [] if type(None) in kinds else [f"{path}: null"]
    literals = [kind for kind in kinds if get_origin(kind) is Literal]
    rest = [kind for kind in kinds if kind is not type(None) and get_origin(kind) is not Literal]
    if literals and isinstance(value, str):
        words = {word for kind in literals for word in get_args(kind)}
        return [] if value in words else [f"{path}: {value!r} is none of {sorted(words)}"]
    tries = [_of_value(value, kind, path) for kind in rest]
    return min(tries, key=len) if tries else []


def _of_simple(value: Any, kind: Any, path: str) -> list[str]:
    if kind is Decimal:
        return [] if isinstance(value, str | Decimal) else [f"{path}: {value!r} is no decimal"]
    if kind in _SIMPLE:
        fits = isinstance(value, _SIMPLE[kind]) and (kind is bool or not isinstance(value, bool))
        return [] if fits else [f"{path}: {value!r} is no {kind.__name__}"]
    if (
        isinstance(kind, type)
        and issubclass(kind, stripe.StripeObject)
        and "UntypedStripeObject" not in str(kind)
    ):
        return (
            _of_object(value, kind, path) if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
        )
    return []


def _whole(value: Any, path: str) -> list[str]:
    if not isinstance(value, dict) or "object" not in value:
        return []
    return _of_object(value, class_of(value["object"]), f"{path}({value['object']})")
