"""What the OpenAPI documents say about refusals: every operation may answer with a problem document."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from core.kernel.problems import MEDIA_TYPE
from core.kernel.schemas import Problem

_REFERENCE = {"$ref": "#/components/schemas/Problem"}


def with_problems(document: OpenAPISchema) -> OpenAPISchema:
    """The same document, with every refusal declared as application/problem+json."""
    schemas = document["components"].setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for path in document["paths"].values():
        for operation in path.values():
            _declare(operation["responses"])
    return document


def _declare(responses: dict[Any, Any]) -> None:
    for status, answer in responses.items():
        if str(status)[0] in "45":
            answer["content"] = {MEDIA_TYPE: {"schema": _REFERENCE}}
    responses["4XX"] = {
        "description": "Refused; `code` says why.",
        "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
    }
