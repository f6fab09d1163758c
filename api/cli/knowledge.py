"""`caserita knowledge`: what a tenant tells of itself, from a file, and what a question finds in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import put, put_json
from api.cli.failures import CommandFailed
from api.cli.importing import require_file
from api.cli.running import find_tenant, run
from data.states import ImportMode

if TYPE_CHECKING:
    from api.runtime import Runtime
    from ingestion.knowledge.imports import KnowledgeOutcome

MOST_SHOWN = 20

app = typer.Typer(no_args_is_help=True, help="Preguntas y respuestas de la tienda: horario, despacho, pagos…")

_Tenant = Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")]
_KINDS = {"created": "nueva", "changed": "cambia", "removed": "se borra"}


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="ARCHIVO", help="CSV, Excel, Markdown, PDF con texto o Word (.docx).")
    ],
    tenant: _Tenant,
    mode: Annotated[
        ImportMode, typer.Option(help="update: agrega y cambia; replace: además borra las que no vienen.")
    ] = ImportMode.UPDATE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Solo muestra lo que cambiaría.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="El resultado en una línea JSON.")] = False,
) -> None:
    """Carga preguntas y respuestas de un archivo."""
    require_file(file)

    async def work(runtime: "Runtime") -> None:
        from ingestion.errors import SpreadsheetError
        from ingestion.knowledge.imports import import_knowledge

        tenant_id = await find_tenant(runtime, tenant)
        try:
            outcome = await import_knowledge(
                runtime.database, tenant_id, file, file.name, mode=mode, is_dry_run=dry_run
            )
        except SpreadsheetError as refused:
            raise CommandFailed(f"No se cargó {file.name}: {refused.message}") from None
        if as_json:
            put_json(_row(outcome))
        else:
            _show(outcome, is_dry_run=dry_run)

    run(work)


@app.command()
def search(
    question: Annotated[str, typer.Argument(metavar="PREGUNTA", help="Como la haría un cliente.")],
    tenant: _Tenant,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Cuántas respuestas.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="El resultado en una línea JSON.")] = False,
) -> None:
    """Muestra con qué respondería el agente."""

    async def work(runtime: "Runtime") -> None:
        tenant_id = await find_tenant(runtime, tenant)
        hits = await runtime.knowledge.search(tenant_id, question, limit)
        async with runtime.database.transaction(tenant_id) as tx:
            entries = await tx.knowledge.by_search_ids([hit.id for hit in hits])
        found = [(entries[hit.id], hit.score) for hit in hits if hit.id in entries]
        if as_json:
            rows = [
                {"question": e.question, "answer": e.answer, "topic": e.topic, "score": score} for e, score in found
            ]
            put_json({"query": question, "hits": rows})
            return
        for entry, score in found:
            put(f"{score:.2f}  {entry.question}  →  {entry.answer}")
        if not found:
            put("La tienda no ha dicho nada de eso: el agente lo diría así y te dejaría la pregunta.")

    run(work)


def _row(outcome: "KnowledgeOutcome") -> dict[str, Any]:
    return {
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "removed": outcome.removed,
        "changes": [
            {"kind": one.kind.value, "question": one.question, "old_answer": one.old_answer,
             "new_answer": one.new_answer}
            for one in outcome.changes
        ],
        "unit": outcome.unit,
        "errors": [
            {"row": error.row, "column": error.column, "code": error.code, "message": error.message}
            for error in outcome.errors
        ],
    }  # fmt: skip


def _show(outcome: "KnowledgeOutcome", *, is_dry_run: bool) -> None:
    for error in outcome.errors[:MOST_SHOWN]:
        put(f"{outcome.unit} {error.row}: {error.message}")
    for one in outcome.changes[:MOST_SHOWN] if is_dry_run else ():
        put(f"{_KINDS[one.kind.value]}: {one.question}  →  {one.new_answer or one.old_answer}")
    title = "Cambiaría (todavía no se guardó nada)" if is_dry_run else "Preguntas y respuestas al día"
    put(
        f"{title}: {outcome.created} nuevas, {outcome.changed} con cambios, {outcome.unchanged} iguales, "
        f"{outcome.removed} borradas, {len(outcome.errors)} errores."
    )
