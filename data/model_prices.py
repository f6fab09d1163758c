"""What a call of a known model costs, by a table of list prices that a release may bring up to date."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "prices" / "models.csv"
_MILLION = Decimal(1_000_000)
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """US dollars for a million tokens."""

    input_usd: Decimal
    output_usd: Decimal

    def cost(self, input_tokens: int, output_tokens: int) -> Decimal:
        total = (self.input_usd * input_tokens + self.output_usd * output_tokens) / _MILLION
        return total.quantize(_SIX_DECIMALS)


@cache
def _prices() -> dict[str, ModelPrice]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["model"]: ModelPrice(Decimal(row["input_usd"]), Decimal(row["output_usd"]))
            for row in csv.DictReader(file)
        }


def price_of(setting: str) -> ModelPrice | None:
    """Of "openai:gpt-4.1-mini"; a dated version costs what its model does. None when it is not in the table."""
    name = setting.strip().casefold()
    known = [model for model in _prices() if name == model or name.startswith((f"{model}-2", f"{model}@"))]
    return _prices()[max(known, key=len)] if known else None
