"""What the owner should look at before, or after, a file changes the catalogue; in Spanish."""

from collections.abc import Iterable, Mapping
from typing import Any

from data.repositories.planning import Change, Counts, PriceJumps
from ingestion.staging import Staged

DEFAULT_JUMP_PERCENT = 50
# Less than this is a small shop's ordinary day.
_FEWEST_TO_NOTICE = 5


def jump_threshold(settings: Mapping[str, Any]) -> int:
    """The tenant's setting `price_jump_percent`: a larger change of a price is worth a warning."""
    value = settings.get("price_jump_percent")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else DEFAULT_JUMP_PERCENT


def find_warnings(of_file: Iterable[str], staged: Staged, counts: Counts, jumps: PriceJumps) -> list[str]:
    found = [*of_file, _jumps(jumps), _prices(staged), _emptied(counts), _archived(counts)]
    return [warning for warning in found if warning]


def _jumps(jumps: PriceJumps) -> str:
    if not jumps.count:
        return ""
    examples = "; ".join(_moved(change) for change in jumps.largest)
    changed = "Un precio cambia" if jumps.count == 1 else f"{jumps.count} precios cambian"
    return f"{changed} mucho de una vez: {examples}. Revisa que no falten ni sobren ceros."


def _moved(change: Change) -> str:
    return f"«{change.name}» de {_amount(change.old_price)} a {_amount(change.new_price)}"


def _amount(price: Any) -> str:
    whole, _, cents = f"{price:.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"${grouped}" if cents == "00" else f"${grouped},{cents}"


_PRICE_FAULTS = {"PRICE_MISSING": "no traen precio", "PRICE_NOT_POSITIVE": "traen precio cero o menos"}


def _prices(staged: Staged) -> str:
    parts = [f"{staged.codes[code]} {words}" for code, words in _PRICE_FAULTS.items() if staged.codes[code]]
    return f"Filas sin precio de venta: {', '.join(parts)}. Se quedan fuera." if parts else ""


def _emptied(counts: Counts) -> str:
    if counts.emptied < _FEWEST_TO_NOTICE or counts.emptied * 2 < counts.stocked:
        return ""
    return (
        f"{counts.emptied} de {counts.stocked} productos con stock quedan en 0. Si no los vendiste todos, "
        "revisa la columna de stock."
    )


def _archived(counts: Counts) -> str:
    if counts.archived < _FEWEST_TO_NOTICE or counts.archived * 2 < counts.active:
        return ""
    return (
        f"{counts.archived} de {counts.active} productos no vienen en el archivo y dejarían de venderse. Si solo "
        "subiste una parte de tu lista, usa el modo «update»."
    )
