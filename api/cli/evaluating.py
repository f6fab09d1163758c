"""`caserita evaluate`: how good the agent's parts are on judged cases."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.dialogues import DialoguesByDefault, dialogues
from api.cli.failures import CommandFailed, load_settings

if TYPE_CHECKING:
    from rich.table import Table

    from data.search.evaluation import Answer

DEFAULT_FOLDER = Path("tests/retrieval")

app = typer.Typer(cls=DialoguesByDefault, help="Mide la calidad con casos juzgados.", no_args_is_help=True)


@app.callback()
def evaluate() -> None:
    """Mide la calidad con casos juzgados."""


app.command()(dialogues)


@app.command()
def retrieval(
    files: Annotated[list[Path] | None, typer.Argument(help="Archivos juzgados; sin ellos, tests/retrieval.")] = None,
    leave_out: Annotated[bool, typer.Option("--leave-out", help="Mide también cuánto aporta cada parte.")] = False,
    held_out: Annotated[bool, typer.Option("--held-out", help="Solo la mitad guardada, en vez de la otra.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Ambas mitades juntas.")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="Lista las búsquedas que no salieron perfectas.")] = False,
    embeddings: Annotated[str | None, typer.Option(help="Otro EMBEDDINGS que el configurado.")] = None,
) -> None:
    """Busca consultas juzgadas y muestra nDCG@10, recall@3 y MRR por tipo."""
    from rich.console import Console

    from data.search.embedders import make_embedder
    from data.search.evaluation import answer_all
    from data.search.judged import JudgedFileError, read_judged
    from data.search.recipe import WHOLE, Recipe

    paths = files or sorted(DEFAULT_FOLDER.glob("*.txt"))
    if not paths:
        raise CommandFailed("No hay archivos juzgados: indica alguno (los de tests/retrieval, por ejemplo).")
    try:
        sets = [read_judged(path) for path in paths]
    except (OSError, JudgedFileError) as error:
        raise CommandFailed(str(error)) from error
    embedder = make_embedder(load_settings().embeddings if embeddings is None else embeddings)

    def judged(recipe: Recipe) -> "list[Answer]":
        answers = answer_all(sets, embedder, recipe)
        return [answer for answer in answers if everything or answer.query.is_held_out == held_out]

    half = "all queries" if everything else "held-out half" if held_out else "development half"
    console = Console()
    whole = judged(WHOLE)
    console.print(_by_kind(whole, f"{len(sets)} catalogues, {half}, {embedder.name}"))
    console.print(_by_set(whole))
    if leave_out:
        shares = {name: judged(WHOLE.without(name)) for name in Recipe.ingredients()}
        console.print(_by_ingredient(whole, shares))
    if misses:
        console.print(_misses(whole))


def _by_kind(answers: "list[Answer]", title: str) -> "Table":
    from rich.table import Table

    from data.search.evaluation import absence_of, quality_of
    from data.search.judged import ABSENT, KINDS

    table = Table("kind", "queries", "nDCG@10", "recall@3", "MRR", title=title)
    for kind in KINDS:
        quality = quality_of([answer for answer in answers if answer.query.kind == kind])
        if quality.count:
            table.add_row(kind, str(quality.count), *_figures(quality.ndcg, quality.recall, quality.mrr))
    quality, absence = quality_of(answers), absence_of(answers)
    table.add_section()
    table.add_row("all", str(quality.count), *_figures(quality.ndcg, quality.recall, quality.mrr))
    absent = sum(answer.query.kind == ABSENT for answer in answers)
    said = f"precision {absence.precision:.3f}", f"recall {absence.recall:.3f}"
    table.add_row("we do not have it", str(absent), *said, "")
    return table


def _by_set(answers: "list[Answer]") -> "Table":
    from rich.table import Table

    from data.search.evaluation import absence_of, quality_of

    table = Table("catalogue", "queries", "nDCG@10", "recall@3", "MRR", "absent: precision", "absent: recall")
    for name in dict.fromkeys(answer.set_name for answer in answers):
        own = [answer for answer in answers if answer.set_name == name]
        quality, absence = quality_of(own), absence_of(own)
        figures = _figures(quality.ndcg, quality.recall, quality.mrr, absence.precision, absence.recall)
        table.add_row(name, str(len(own)), *figures)
    return table


def _by_ingredient(whole: "list[Answer]", shares: "dict[str, list[Answer]]") -> "Table":
    from rich.table import Table

    from data.search.evaluation import absence_of, quality_of

    table = Table("without", "nDCG@10", "lost", "recall@3", "MRR", "absent: precision", "absent: recall")
    best = quality_of(whole).ndcg
    for name, answers in {"(nothing)": whole, **shares}.items():
        quality, absence = quality_of(answers), absence_of(answers)
        lost = f"{best - quality.ndcg:+.3f}" if answers is not whole else ""
        figures = _figures(quality.recall, quality.mrr, absence.precision, absence.recall)
        table.add_row(name, f"{quality.ndcg:.3f}", lost, *figures)
    return table


def _misses(answers: "list[Answer]") -> "Table":
    from rich.table import Table

    from data.search.judged import ABSENT

    table = Table("catalogue", "kind", "query", "nDCG@10", "hits")
    for answer in answers:
        if answer.found if answer.query.kind == ABSENT else answer.ndcg < 0.99:
            ndcg = "" if answer.query.kind == ABSENT else f"{answer.ndcg:.2f}"
            table.add_row(answer.set_name, answer.query.kind, answer.query.text, ndcg, str(len(answer.found)))
    return table


def _figures(*values: float) -> list[str]:
    return [f"{value:.3f}" for value in values]
