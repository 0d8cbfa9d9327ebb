"""Reads what API callers send, and refuses what no database or template could hold."""

import json
import re
from typing import Any, Final

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from core.kernel.errors import CommerceError

_JSON: Final = re.compile(r"^application/([a-z0-9.-]+\+)?json$")
# NUL ends a text in PostgreSQL, and half of a surrogate pair is no character.
_UNHOLDABLE: Final = re.compile("[\x00\ud800-\udfff]")


class UnreadableBody(CommerceError):
    """The body is no JSON, or no JSON that can be worked with."""

    code = "unreadable"
    http_status = 400


class WrongContentType(CommerceError):
    code = "wrong_content_type"
    http_status = 415


class UnholdableText(CommerceError):
    """A text holds a character that cannot be stored."""

    code = "invalid_input"
    http_status = 422


class CarefulParser(Parser):
    """JSON only, standard JSON in UTF-8 only, each name once, and no text that cannot be stored."""

    def parse_body(self, request: HttpRequest) -> Any:
        if not _JSON.match(request.content_type or "application/json"):
            raise WrongContentType(_("Send the body as application/json."))
        try:
            # As text: from bytes, Python would also read UTF-16 and UTF-32, which JSON no longer is.
            told = json.loads(
                request.body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_refuse_twice
            )
        except (ValueError, RecursionError) as broken:
            raise UnreadableBody(_("The body is not valid JSON.")) from broken
        _refuse_unholdable([told])
        return told

    def parse_querydict(self, data: MultiValueDict, list_fields: list[str], request: HttpRequest) -> Any:
        _refuse_unholdable([dict(data.lists())])
        return super().parse_querydict(data, list_fields, request)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name others may read the other one."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice")
    return told


def _refuse_unholdable(waiting: list[Any]) -> None:
    """Walks without recursion: the depth of a body is the caller's choice."""
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _UNHOLDABLE.search(value):
                raise UnholdableText(_("A text contains a character that cannot be stored."))
        elif isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
