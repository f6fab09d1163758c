"""The OpenAPI description, arranged for the page that people read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

_METHODS = ("get", "post", "put", "patch", "delete")
_CODE = re.compile(r"`([^`]+)`")


def marked(text: str) -> Markup:
    """Text with `code` set as code, everything else escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just here


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    anchor: str
    summary: str
    description: str
    security: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    statuses: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reference:
    title: str
    version: str
    description: str
    groups: dict[str, list[Operation]] = field(default_factory=dict)


def read_reference(schema: Mapping[str, Any]) -> Reference:
    reference = Reference(schema["info"]["title"], schema["info"]["version"], schema["info"].get("description", ""))
    for path, operations in schema["paths"].items():
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                group = reference.groups.setdefault((operation.get("tags") or ["Otros"])[0], [])
                group.append(_operation(schema, path, method, operation))
    return reference


def _operation(schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    answers: Mapping[str, Any] = operation["responses"]
    good: Mapping[str, Any] = next((answers[status] for status in answers if status.startswith("2")), {})
    return Operation(
        method=method.upper(),
        path=path,
        anchor=operation["operationId"],
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        security=", ".join(name for need in operation.get("security", []) for name in need),
        parameters=[_parameter(schema, parameter) for parameter in operation.get("parameters", [])],
        body=_content(schema, operation.get("requestBody", {})),
        answer=_content(schema, good),
        statuses=[(status, answer.get("description", "")) for status, answer in operation["responses"].items()],
    )


def _parameter(schema: Mapping[str, Any], parameter: Mapping[str, Any]) -> Field:
    kind = f"{_kind(schema, parameter.get('schema', {}))}, en {parameter['in']}"
    return Field(parameter["name"], kind, parameter.get("required", False), parameter.get("description", ""))


def _content(schema: Mapping[str, Any], holder: Mapping[str, Any]) -> list[Field]:
    for content in holder.get("content", {}).values():
        model = _resolved(schema, content.get("schema", {}))
        required = model.get("required", [])
        return [
            Field(name, _kind(schema, value), name in required, _resolved(schema, value).get("description", ""))
            for name, value in model.get("properties", {}).items()
        ]
    return []


def _kind(schema: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    if "anyOf" in value:
        return " o ".join(dict.fromkeys(_kind(schema, option) for option in value["anyOf"]))
    if "$ref" in value:
        model = _resolved(schema, value)
        if "enum" in model:
            return " | ".join(str(option) for option in model["enum"])
        return str(value["$ref"]).rpartition("/")[2]
    if value.get("type") == "array":
        return f"lista de {_kind(schema, value.get('items', {}))}"
    return _WORDS.get(
        value.get("format") or value.get("type", ""), str(value.get("const", value.get("type", "objeto")))
    )


_WORDS = {
    "string": "texto",
    "integer": "entero",
    "number": "número",
    "boolean": "sí/no",
    "object": "objeto",
    "null": "nulo",
    "uuid": "uuid",
    "date-time": "fecha y hora",
    "binary": "archivo",
    "password": "secreto",
}


def _resolved(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(value.get("$ref", "")).rpartition("/")[2]
    model: Mapping[str, Any] = schema["components"]["schemas"][name] if name else value
    return model
