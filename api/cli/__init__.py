"""The command `caserita`: what an owner, a developer or a script types.

Standard output carries the result and nothing else. Heavy modules are imported inside the commands, so that
`--help` answers at once.
"""

import io
import os
import sys

import typer

from api.cli import chatting, evaluating, exporting, importing, knowledge, searching, serving, tenants, versioning
from api.cli.console import complain
from api.cli.failures import sentence_of

FAILED = 1

app = typer.Typer(
    name="caserita",
    help="Caserita: un agente de ventas para el WhatsApp de tu tienda.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(tenants.app, name="tenant")
app.add_typer(versioning.app, name="catalogue")
app.add_typer(evaluating.app, name="evaluate")
app.add_typer(knowledge.app, name="knowledge")
for command in (
    serving.serve,
    serving.worker,
    serving.migrate,
    tenants.demo,
    importing.import_file,
    exporting.export,
    searching.search,
    chatting.chat,
):
    app.command(name="import" if command is importing.import_file else command.__name__)(command)


def main() -> None:
    """Run the command and end the process: 0 done, 1 refused, 2 mistyped, 130 and 143 told to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _forget_output()
        sys.exit(FAILED)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        complain(sentence)
        sys.exit(FAILED)


def _forget_output() -> None:
    """Whoever read our output is gone; Python would complain once more while closing it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
