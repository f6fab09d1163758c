"""What an import did, or would do, as tables for the person who typed the command."""

from typing import TYPE_CHECKING

from api.cli.console import complain, put

if TYPE_CHECKING:
    from decimal import Decimal

    from ingestion.outcome import ImportOutcome

MOST_ERRORS_SHOWN = 20
MOST_CHANGES_SHOWN = 20

_KINDS = {"created": "nuevo", "updated": "cambia", "archived": "se archiva"}


def show_outcome(outcome: "ImportOutcome", *, is_dry_run: bool) -> None:
    if outcome.errors:
        _show_errors(outcome)
    if is_dry_run and outcome.changes:
        _show_changes(outcome)
    for warning in outcome.warnings:
        complain(warning)
    if outcome.failure is None:
        title = "Cambiaría (todavía no se guardó nada)" if is_dry_run else "Catálogo al día"
        put(
            f"{title}: {outcome.created} nuevos, {outcome.updated} con cambios, {outcome.unchanged} iguales, "
            f"{outcome.archived} archivados, {outcome.error_count} errores."
        )


def _show_changes(outcome: "ImportOutcome") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", "Código", "Producto", "Precio", "Stock", title="Lo que cambiaría")
    for change in outcome.changes[:MOST_CHANGES_SHOWN]:
        table.add_row(
            _KINDS[change.kind.value],
            Text(change.sku),
            Text(change.name),
            _moved(_price(change.old_price), _price(change.new_price)),
            _moved(_stock(change.old_stock), _stock(change.new_stock)),
        )
    Console().print(table)
    more = outcome.created + outcome.updated + outcome.archived - min(len(outcome.changes), MOST_CHANGES_SHOWN)
    if more > 0:
        put(f"… y {more} más.")


def _moved(old: str, new: str) -> str:
    return new or old if old == new or not (old and new) else f"{old} → {new}"


def _price(price: "Decimal | None") -> str:
    return "" if price is None else f"{price.normalize():,f}".replace(",", "_").replace(".", ",").replace("_", ".")


def _stock(stock: int | None) -> str:
    return "" if stock is None else str(stock)


def _show_errors(outcome: "ImportOutcome") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Fila", "Columna", "Qué corregir", title="Filas que no entraron")
    for error in outcome.errors[:MOST_ERRORS_SHOWN]:
        table.add_row(str(error.row), Text(error.column), Text(error.message))
    Console().print(table)
    if (more := outcome.error_count - MOST_ERRORS_SHOWN) > 0:
        put(f"… y {more} más; con --json salen las primeras {len(outcome.errors)}.")
