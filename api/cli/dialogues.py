"""`caserita evaluate FILE…`: scripted shoppers against the agent, judged by what the database then holds."""

import atexit
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli.console import put, put_json
from api.cli.failures import CommandFailed, load_settings
from api.cli.running import find_tenant, run
from data.states import BrainKind

if TYPE_CHECKING:
    from rich.table import Table

    from api.evaluation.running import Run
    from api.runtime import Runtime
    from api.settings import Settings

DEFAULT_FOLDER = Path("tests/scenarios")


class DialoguesByDefault(TyperGroup):
    """Files right after `evaluate` are dialogues: the word itself may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["dialogues", *args]
        return super().parse_args(ctx, args)


def dialogues(  # noqa: PLR0917 - typer reads them by name
    files: Annotated[
        list[Path] | None, typer.Argument(help="Escenarios YAML o carpetas con ellos; sin ellos, tests/scenarios.")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(metavar="RUT", help="Los prueba con una copia del catálogo de este comercio.")
    ] = None,
    brain: Annotated[BrainKind, typer.Option(help="Quién responde; llm es el modelo de LLM.")] = BrainKind.RULES,
    repeat: Annotated[int, typer.Option(min=1, help="Cuántas veces se juega cada escenario: la k de pass^k.")] = 1,
    require: Annotated[
        float | None, typer.Option(min=0, max=1, help="Termina con 1 si aprueba una parte menor que esta (0 a 1).")
    ] = None,
    transcripts: Annotated[Path | None, typer.Option(help="Carpeta donde se escribe cada conversación.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Todas las cifras en una línea JSON.")] = False,
    generate: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Escribe N escenarios del catálogo de --tenant en una carpeta, y termina."
        ),
    ] = None,
) -> None:
    """Conversa con el agente según un guion y revisa carro, pedido, stock y respuestas.

    Todo ocurre en una base de datos desechable: no toca la del comercio.
    """
    from api.evaluation.scenarios import ScenarioFileError, read_scenarios

    if generate is not None:
        _generate(generate, tenant, files or [])
        return
    try:
        scenarios = read_scenarios(files or [DEFAULT_FOLDER])
    except ScenarioFileError as error:
        raise CommandFailed(str(error)) from error
    settings = load_settings()
    if brain is BrainKind.LLM and not settings.llm:
        raise CommandFailed("Para probar un modelo indica cuál en LLM, por ejemplo LLM=openai:gpt-4.1-mini.")
    runs: list[Run] = []

    async def work(runtime: "Runtime") -> None:
        from api.evaluation.running import NoStore, evaluate
        from api.evaluation.stores import StoreFileError

        store = await _copy_of(settings, tenant, runtime) if tenant else None
        try:
            runs.extend(await evaluate(runtime, runtime.agent, scenarios, repeat=repeat, store=store))
        except NoStore as error:
            raise CommandFailed(f"El escenario {error} no dice su tienda: usa --tenant.") from None
        except StoreFileError as error:
            raise CommandFailed(str(error)) from None

    changes: dict[str, Any] = {"storage_dir": _throwaway_folder(), "database_url": None}
    if brain is BrainKind.RULES:
        changes["llm"] = ""
    run(work, settings.model_copy(update=changes))
    _report(runs, repeat, transcripts, as_json=as_json)
    if require is not None and sum(one.verdict.passed for one in runs) < require * len(runs):
        raise CommandFailed(f"Aprueba menos que lo pedido ({require:.0%}).")


def _generate(count: int, tenant: str | None, folders: list[Path]) -> None:
    if tenant is None or len(folders) != 1:
        raise CommandFailed("Para generar escenarios indica --tenant RUT y una carpeta donde escribirlos.")

    async def work(runtime: "Runtime") -> None:
        from api.evaluation.generating import generate, write
        from api.evaluation.stores import read_catalogue

        tenant_id = await find_tenant(runtime, tenant)
        async with runtime.database.transaction(tenant_id) as tx:
            items = list((await read_catalogue(tx)).values())
        if not items:
            raise CommandFailed("Ese comercio todavía no vende nada: carga su catálogo con caserita import.")
        made = generate(items, count)
        for file in write(made, folders[0]):
            put(str(file))

    run(work)


def _throwaway_folder() -> Path:
    folder = Path(mkdtemp(prefix="caserita-"))
    # Registered before the database server registers its own end, so done after it: its files go once it has stopped.
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


async def _copy_of(settings: "Settings", rut: str, runtime: "Runtime") -> Any:
    from api.evaluation.stores import copy_store
    from api.runtime import open_runtime

    async with open_runtime(settings) as origin:
        return await copy_store(origin.database, await find_tenant(origin, rut), runtime)


def _report(runs: "list[Run]", k: int, transcripts: Path | None, *, as_json: bool) -> None:
    from rich.console import Console

    from api.evaluation.reporting import fallback_share, row, transcript

    if transcripts is not None:
        transcripts.mkdir(parents=True, exist_ok=True)
        counts: dict[str, int] = {}
        for one in runs:
            number = counts[one.scenario.name] = counts.get(one.scenario.name, 0) + 1
            name = one.scenario.name if k == 1 else f"{one.scenario.name}.{number}"
            (transcripts / f"{name}.txt").write_text(transcript(one), encoding="utf-8")
    if as_json:
        put_json(row(runs, k))
        return
    console = Console()
    console.print(_by_behaviour(runs, k))
    console.print(_by_safety(runs))
    if share := fallback_share(runs):
        console.print(f"The model did not answer {share:.1%} of the turns: the rules brain took them.")
    if failed := [one for one in runs if not one.verdict.passed]:
        console.print(_failures(failed))


def _by_behaviour(runs: "list[Run]", k: int) -> "Table":
    from rich.table import Table

    from api.evaluation.reporting import by, score

    table = Table("behaviour", "scenarios", "pass rate", f"pass^{k}", "turns", "messages")
    groups = [
        by(runs, lambda one: one.scenario.behaviour),
        by(runs, lambda one: one.scenario.difficulty),
        by(runs, lambda one: one.scenario.shop or "own catalogue"),
        {"all": runs},
    ]
    for group in groups:
        table.add_section()
        for name, own in group.items():
            of = score(own, k)
            figures = f"{of.pass_rate:.1%}", f"{of.pass_k:.1%}", f"{of.turn_mean:.1f}", f"{of.message_mean:.1f}"
            table.add_row(name, str(of.scenario_count), *figures)
    return table


def _by_safety(runs: "list[Run]") -> "Table":
    from rich.table import Table

    from api.evaluation.reporting import safety

    table = Table("in every scenario", "holds in")
    for name, share in safety(runs).items():
        table.add_row(name, f"{share:.1%}")
    return table


def _failures(failed: "list[Run]") -> "Table":
    from rich.table import Table

    from api.evaluation.reporting import reasons

    table = Table("failed", "why", title=f"{len(failed)} failed", show_lines=True)
    for one in failed:
        table.add_row(one.scenario.name, "\n".join(reasons(one)))
    return table
