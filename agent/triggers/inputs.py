"""What a workflow takes: a small part of JSON Schema, written by the owner, checked before every start."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

MOST_CHARACTERS = 2_000
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
Filler = Literal["message", "name", "phone", "email", "reference"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$")]


class InputInvalid(Exception):
    """`field` is the one at fault; `sentence` is Spanish."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field)
        self.field = field
        self.sentence = sentence


class InputField(BaseModel):
    """`filled_from` is what a conversation fills it with when nobody else does."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: Literal["string", "integer", "number", "boolean"] = "string"
    description: Annotated[str, Field(max_length=300)] = ""
    enum: Annotated[list[str | int | float] | None, Field(max_length=30)] = None
    maxLength: Annotated[int, Field(ge=1, le=MOST_CHARACTERS)] = MOST_CHARACTERS  # noqa: N815 - JSON Schema's name
    minimum: float | None = None
    maximum: float | None = None
    filled_from: Annotated[Filler | None, Field(alias="x-from")] = None


class InputSchema(BaseModel):
    """An object with named fields, and no others."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["object"] = "object"
    properties: Annotated[dict[Name, InputField], Field(max_length=20)] = {}
    required: Annotated[list[str], Field(max_length=20)] = []
    additionalProperties: Literal[False] = False  # noqa: N815 - JSON Schema's name

    @model_validator(mode="after")
    def _requires_what_it_has(self) -> "InputSchema":
        unknown = [name for name in self.required if name not in self.properties]
        if unknown:
            raise ValueError(f"required: {unknown[0]}")
        return self

    def stored(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def read_schema(stored: Mapping[str, Any]) -> InputSchema:
    """What cannot be read takes nothing."""
    try:
        return InputSchema.model_validate(stored or {})
    except ValidationError:
        return InputSchema()


def check_input(schema: InputSchema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, as they may be sent. Raises InputInvalid."""
    for name in values:
        if name not in schema.properties:
            raise InputInvalid(name, f"El flujo no recibe «{name[:40]}».")
    for name in schema.required:
        if values.get(name) in (None, ""):
            raise InputInvalid(name, f"Falta «{name}».")
    return {name: _checked(name, schema.properties[name], value) for name, value in values.items() if value is not None}


def _checked(name: str, field: InputField, value: Any) -> Any:
    is_flag = isinstance(value, bool)
    if not isinstance(value, _KINDS[field.type]) or (is_flag and field.type != "boolean"):
        raise InputInvalid(name, f"«{name}» debe ser {_NAMES[field.type]}.")
    if isinstance(value, str) and len(value) > field.maxLength:
        raise InputInvalid(name, f"«{name}» es demasiado largo: máximo {field.maxLength} caracteres.")
    if field.enum is not None and value not in field.enum:
        raise InputInvalid(name, f"«{name}» debe ser uno de: {', '.join(map(str, field.enum))}.")
    if isinstance(value, int | float) and not is_flag:
        if field.minimum is not None and value < field.minimum:
            raise InputInvalid(name, f"«{name}» debe ser {field.minimum:g} o más.")
        if field.maximum is not None and value > field.maximum:
            raise InputInvalid(name, f"«{name}» debe ser {field.maximum:g} o menos.")
    return value


_NAMES = {"string": "un texto", "integer": "un número entero", "number": "un número", "boolean": "verdadero o falso"}


def fill_input(schema: InputSchema, known: Mapping[Filler, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with what the conversation knows where a field asks for it and has none."""
    filled = {
        name: known[field.filled_from][: field.maxLength]
        for name, field in schema.properties.items()
        if field.filled_from and field.type == "string" and known.get(field.filled_from)
    }
    return filled | {name: value for name, value in values.items() if value not in (None, "")}
