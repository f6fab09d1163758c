"""Reads scenarios: YAML files of what a shopper says and what must have come of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from agent.order_data import NO_SETTINGS, OrderSettings

SHOPS_FOLDER = "shops"

Units = dict[str, Annotated[int, Field(ge=1)]]
"""SKU -> how many."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_orders(value: Any) -> Any:
    return ([value] if value else []) if isinstance(value, dict) else value


Words = Annotated[list[str], BeforeValidator(_as_list)]


class ScenarioFileError(Exception):
    """A file that cannot be read as scenarios; the message says where and why, in Spanish."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Part):
    """What must hold after a turn; what is left out does not matter. Words are compared without accents or case."""

    cart: Units | None = None
    """Exactly these lines, no others; {} is an empty cart."""
    total: int | None = None
    """Of the cart at today's prices, or of the newest order when `order` is given."""
    summary: Units | None = None
    """Exactly these lines wait for a yes; {}: nothing waits."""
    order: Annotated[list[Units] | None, BeforeValidator(_as_orders)] = None
    """The orders of this conversation that stand, oldest first; {} is none."""
    stock: dict[str, int] | None = None
    """Units that can still be sold."""
    handoff: bool | None = None
    order_data: dict[str, str] | None = None
    """These fields of the newest order's data; "" is not asked for."""
    waitlist: Units | None = None
    """What this shopper waits for, by SKU, or by their own words where it is not sold; {} is nothing."""
    leads: list[Literal["call", "email", "quote"]] | None = None
    """The wishes to be contacted that this shopper left, oldest first."""
    shown: Words = []
    """Each of these was shown by the last reply."""
    shown_any: Words = []
    first: Words = []
    """The first product shown is one of these."""
    not_shown: Words = []
    says: Words = []
    """The last reply has at least one of these."""
    says_all: Words = []
    says_not: Words = []
    is_absent: bool | None = None
    """The last reply says plainly that the shop does not sell it, or does not have it like that."""
    is_out_of_stock: bool | None = None
    """The last reply says plainly that there is none left."""
    any_of: list["Expectation"] = []
    """Besides the above, at least one of these holds: where a good seller may act in several ways."""

    @property
    def is_empty(self) -> bool:
        return not self.model_fields_set


class ShopChange(_Part):
    """What the owner, or another shopper, changes before the turn."""

    sku: str
    price: int | None = None
    stock: int | None = None


class Turn(_Part):
    """What the shopper sends; several messages are one burst. With `unless`, only while that does not hold yet."""

    say: Words = []
    tap: str | None = None
    """How the id of the button begins that is tapped: "confirm_order", "keep_cart"."""
    unless: Expectation | None = None
    shop_changes: list[ShopChange] = []
    expect: Expectation = Expectation()
    agrees: bool = False
    """The shopper says yes here: only here may an order appear. Implied where `expect` names an order."""

    @model_validator(mode="after")
    def _says_something(self) -> "Turn":
        if not self.say and not self.tap:
            raise ValueError("a turn needs `say` or `tap`")
        return self

    @property
    def may_order(self) -> bool:
        expectations = [self.expect, *self.expect.any_of]
        return self.agrees or self.tap == "confirm_order" or any(one.order for one in expectations)


def _as_turn(value: Any) -> Any:
    return {"say": value} if isinstance(value, str | list) else value


class Scenario(_Part):
    """`shop` names a spreadsheet in the folder `shops` beside the file; the tenant's own catalogue needs none."""

    name: str
    behaviour: str
    shop: str | None = None
    difficulty: Literal["easy", "medium", "hard"] = "easy"
    turns: Annotated[list[Annotated[Turn, BeforeValidator(_as_turn)]], Field(min_length=1)]
    end: Expectation = Expectation()
    order_settings: OrderSettings = NO_SETTINGS
    """What the shop asks before it takes an order (agent.order_data)."""
    shop_file: Path | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Scenario":
        if self.end.is_empty and all(turn.expect.is_empty for turn in self.turns):
            raise ValueError("a scenario without expectations passes whatever happens")
        return self


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """Of files, and of the .yaml and .yml files of folders. Raises ScenarioFileError."""
    scenarios: list[Scenario] = []
    for path in paths:
        files = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
        for file in files:
            scenarios += _read(file)
    names = [scenario.name for scenario in scenarios]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ScenarioFileError(f"Hay escenarios con el mismo nombre: {', '.join(repeated)}.")
    if not scenarios:
        raise ScenarioFileError("No hay escenarios en lo que indicaste.")
    return scenarios


def _read(file: Path) -> list[Scenario]:
    """A file is a list of scenarios; `behaviour` and `shop` may be said once, at the top of a mapping."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioFileError(f"{file}: {' '.join(str(error).split())}") from error
    shared: dict[str, Any] = {"behaviour": file.stem}
    if isinstance(content, dict) and "scenarios" in content:
        shared |= {key: value for key, value in content.items() if key != "scenarios"}
        content = content["scenarios"]
    rows = content if isinstance(content, list) else [content]
    return [_scenario(file, number, shared, row) for number, row in enumerate(rows, start=1)]


def _scenario(file: Path, number: int, shared: dict[str, Any], row: Any) -> Scenario:
    if not isinstance(row, dict):
        raise ScenarioFileError(f"{file}: el escenario {number} no es un mapa de campos.")
    row = shared | row
    if shop := row.get("shop"):
        row["shop_file"] = file.parent / SHOPS_FOLDER / f"{shop}.csv"
        if not row["shop_file"].is_file():
            raise ScenarioFileError(f"{file}: no existe la tienda {row['shop_file']}.")
    try:
        return Scenario.model_validate(row)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ScenarioFileError(f"{file}: escenario {row.get('name', number)}: {where}: {fault['msg']}") from error
