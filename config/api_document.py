"""The OpenAPI documents: two rooms may use one name for two shapes, and every operation may refuse."""

import json
import re
from typing import Any, Final

from ninja.openapi.schema import OpenAPISchema

from config.api_words import PARAMETERS
from core.kernel.problems import MEDIA_TYPE
from core.kernel.schemas import Problem

_PLACE: Final = "#/components/schemas/"
_REFERENCE: Final = re.compile(rf'"\$ref": "{_PLACE}(\w+)"')
_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": f"{_PLACE}Problem"}}}


class ApiDocument(OpenAPISchema):
    """An API's document as ninja writes it, except that no shape overwrites another one of the same name."""

    def __init__(self, api: Any, path_prefix: str) -> None:
        self._shapes: dict[str, list[str]] = {}
        self._renamed: dict[str, str] = {}
        super().__init__(api, path_prefix)
        self.schemas["Problem"] = Problem.model_json_schema()
        for path in self["paths"].values():
            for operation in path.values():
                _declare_refusals(operation["responses"])
                _explain(operation.get("parameters", []))

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Note shapes under their names, or under a numbered one where the name is taken by another shape."""
        self._renamed = {name: self._name_of(name, definitions) for name in definitions}
        for name, shape in definitions.items():
            self.schemas[self._renamed[name]] = _pointing_to(shape, self._renamed)

    def _name_of(self, name: str, definitions: dict[str, Any]) -> str:
        shapes = self._shapes.setdefault(name, [])
        whole = _whole(name, definitions)
        if whole not in shapes:
            shapes.append(whole)
        number = shapes.index(whole)
        return f"{name}{number + 1}" if number else name

    def _create_schema_from_model(self, *arguments: Any, **options: Any) -> tuple[dict[str, Any], bool]:
        self._renamed = {}
        schema, is_required = super()._create_schema_from_model(*arguments, **options)
        return _pointing_to(schema, self._renamed), is_required

    def _extract_parameters(self, model: Any) -> list[dict[str, Any]]:
        self._renamed = {}
        return [_pointing_to(each, self._renamed) for each in super()._extract_parameters(model)]


def _whole(name: str, definitions: dict[str, Any]) -> str:
    """A shape with everything that it points to, as text that can be compared."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here not in found and here in definitions:
            found[here] = json.dumps(definitions[here], sort_keys=True, default=str)
            waiting.extend(_REFERENCE.findall(found[here]))
    return json.dumps(sorted(found.items()))


def _pointing_to(shape: Any, renamed: dict[str, str]) -> Any:
    """The same shape with its references renamed."""
    if isinstance(shape, dict):
        told = {key: _pointing_to(value, renamed) for key, value in shape.items()}
        place = told.get("$ref")
        if isinstance(place, str) and place.startswith(_PLACE):
            name = place.removeprefix(_PLACE)
            told["$ref"] = _PLACE + renamed.get(name, name)
        return told
    return [_pointing_to(each, renamed) for each in shape] if isinstance(shape, list) else shape


def _explain(parameters: list[dict[str, Any]]) -> None:
    """Say what a parameter means where nothing is said yet."""
    for parameter in parameters:
        name = parameter["name"]
        kind = name.removesuffix("_id").replace("_", " ") if name.endswith("_id") else ""
        words = f"The {kind}'s id." if kind and name != "public_id" else "Its id." if kind else ""
        said = parameter["schema"].get("description") or PARAMETERS.get(name) or words
        if said:
            parameter.setdefault("description", said)


def _declare_refusals(responses: dict[Any, Any]) -> None:
    for status, answer in responses.items():
        if str(status)[0] in "45":
            answer["content"] = _PROBLEM
    responses["4XX"] = {"description": "Refused; `code` says why.", "content": _PROBLEM}
    responses["503"] = {"description": "A service behind this one is silent; try again.", "content": _PROBLEM}
