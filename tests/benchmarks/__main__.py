"""`make bench`: every speed as a ratio against a named floor measured in the same run."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from api.runtime import open_runtime
from api.settings import Settings
from data.embedded import start_embedded
from tests.benchmarks import channels, events, imports, odoo, search, turn, turn_sizes, webhook
from tests.benchmarks.measure import Figure


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console(width=None if sys.stdout.isatty() else 120)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(storage_dir=Path(folder), port=8000)
        async with open_runtime(settings) as runtime:
            figures: list[Figure] = []
            parts: dict[str, Coroutine[Any, Any, list[Figure]]] = {
                "webhook": webhook.run(runtime.database, settings),
                "channels": channels.run(),
                "events": events.run(),
                "turn": turn.run(settings),
                "turn on large shops": turn_sizes.run(settings, start_embedded(Path(folder))),
                "search": search.run(),
                "odoo": odoo.run(),
                "import": imports.run(runtime.database, start_embedded(Path(folder))),
            }
            for name, work in parts.items():
                with console.status(f"measuring: {name}…"):
                    figures += await work
    console.print(_table(figures))


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "Caserita", "floor", "ratio", "", title="Caserita's speed, against floors of the same run")
    for figure in figures:
        table.add_row(figure.name, figure.ours, figure.floor, f"{figure.ratio:.2f}", figure.note)
    return table


if __name__ == "__main__":  # which its processes import too
    asyncio.run(main())
