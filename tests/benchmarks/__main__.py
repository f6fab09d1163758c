"""`make bench`: every speed as a ratio against a named floor measured in the same run; `make bench ONLY=channels`: one
part of it."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from api.runtime import Runtime, open_runtime
from api.settings import Settings
from data.embedded import start_embedded
from tests.benchmarks import channels, events, imports, odoo, search, turn, turn_sizes, webhook
from tests.benchmarks.measure import Figure

Part = Callable[[Runtime], Awaitable[list[Figure]]]


PARTS: dict[str, Part] = {
    "webhook": lambda runtime: webhook.run(runtime.database, runtime.settings),
    "channels": lambda _: channels.run(),
    "events": lambda _: events.run(),
    "turn": lambda runtime: turn.run(runtime.settings),
    "large-shops": lambda runtime: turn_sizes.run(runtime.settings, start_embedded(runtime.settings.storage_dir)),
    "search": lambda _: search.run(),
    "odoo": lambda _: odoo.run(),
    "import": lambda runtime: imports.run(runtime.database, start_embedded(runtime.settings.storage_dir)),
}


async def main(names: Sequence[str]) -> None:
    """Measures these parts, all of them where none is named. Tells of each part done: the whole takes many
    minutes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console(width=None if sys.stdout.isatty() else 120)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_runtime(Settings(storage_dir=Path(folder), port=8000)) as runtime:
            for name in names or PARTS:
                with console.status(f"measuring: {name}…"):
                    figures += await PARTS[name](runtime)
                sys.stderr.write(f"measured: {name}\n")
    console.print(_table(figures))


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "Caserita", "floor", "ratio", "", title="Caserita's speed, against floors of the same run")
    for figure in figures:
        table.add_row(figure.name, figure.ours, figure.floor, f"{figure.ratio:.2f}", figure.note)
    return table


if __name__ == "__main__":  # which its processes import too
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one of {', '.join(PARTS)}; none: all")
    chosen = parser.parse_args().parts
    if unknown := [name for name in chosen if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    asyncio.run(main(chosen))
