"""Shapes that every API shares, for rooms below core too; `core.kernel.schemas` hands them on."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field


class StrictSchema(Schema):
    """Input that refuses fields nobody asked for."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Problem(Schema):
    """What went wrong, as RFC 9457 describes it; `code` is stable."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[dict] = Field(default_factory=list)


REFUSALS = (400, 401, 403, 404, 409, 422)


def answers(shape: Any, status: int = 200) -> dict[int, Any]:
    """What an operation may answer: its own shape, or a problem document for each refusal we know."""
    return {status: shape, **dict.fromkeys(REFUSALS, Problem)}
