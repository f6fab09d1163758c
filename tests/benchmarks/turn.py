"""One turn of the rules brain on the demo store, in process, against the sum of its own SQL round trips."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event

from agent.guardrails import check_draft
from api.demo import RUT, prepare_demo
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from data.states import ChannelKind
from tests.benchmarks.measure import Figure, Times, compared

# What a shopper says from hello to order; a fresh shopper says it again and again.
DIALOGUE = [
    "hola",
    "tienen martillos?",
    "el segundo",
    "dame 2 candados de 40 mm",
    "polera de trabajo negra talla M, bajo 15 lucas",
    "qué llevo?",
    "mejor 3",
    "y taladro inalambrico?",
    "saca los candados",
    "eso sería todo",
    "sí",
    "gracias!",
]
SHOPPERS = 25
_WARMUP_SHOPPERS = 2


@dataclass(frozen=True, slots=True)
class Played:
    """Milliseconds of each turn: by the clock, of this process's CPU, waiting for SQL, in the guardrails."""

    turns: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    guardrails: list[float] = field(default_factory=list)


async def run(settings: Settings) -> list[Figure]:
    async with open_runtime(settings) as runtime:
        await prepare_demo(runtime)
        tenant_id = await runtime.directory.tenant_by_rut(RUT)
        assert tenant_id is not None
        played = await play(runtime, tenant_id, DIALOGUE, SHOPPERS)
    return figures_of("rules turn, demo store", played, {50: "aim: at most 40 ms"})


def figures_of(name: str, played: Played, notes: dict[int, str]) -> list[Figure]:
    turns, mean_ms = Times(tuple(played.turns)), sum(played.turns) / len(played.turns)
    queries, floor = Times(tuple(played.queries)), "its SQL round trips"
    shares = {"CPU": played.cpu, "guardrails": played.guardrails}
    return [
        *(compared(name, turns, queries, floor, percent, notes.get(percent, "")) for percent in (50, 99)),
        *(
            Figure(f"{name}, {what}", f"{sum(spent) / len(spent):.2f} ms", f"a turn, mean: {mean_ms:.2f} ms",
                   sum(spent) / sum(played.turns), "share of the turn")
            for what, spent in shares.items()
        ),
    ]  # fmt: skip


async def play(runtime: Runtime, tenant_id: UUID, dialogue: list[str], shoppers: int) -> Played:
    """The dialogue, by so many shoppers one after the other, on the terminal channel."""
    async with runtime.database.transaction(tenant_id) as tx:
        channel = await tx.channels.by_address(ChannelKind.TERMINAL, "benchmark") or await tx.channels.add(
            ChannelKind.TERMINAL, "Benchmark", "benchmark", {}, None
        )
    played, agent = Played(), runtime.agent  # made before the clocks look who calls the guardrails
    with _sql_clock(runtime.database.engine.sync_engine) as waiting, _guardrails_clock() as checking:
        for shopper in range(-_WARMUP_SHOPPERS, shoppers):
            for said in dialogue:
                async with runtime.database.transaction(tenant_id) as tx:
                    conversation_id, _ = await tx.messages.receive(
                        channel.id, address=f"shopper-{shopper}", contact_name=None, external_id=str(uuid4()),
                        text=said, payload={}, sent_at=None, queue="benchmark", now=datetime.now(UTC),
                    )  # fmt: skip
                waiting.milliseconds = checking.milliseconds = 0.0
                started, worked = time.perf_counter(), time.process_time()
                await agent.take_turn(tenant_id, conversation_id)
                if shopper >= 0:
                    played.cpu.append((time.process_time() - worked) * 1000)
                    played.turns.append((time.perf_counter() - started) * 1000)
                    played.queries.append(waiting.milliseconds)
                    played.guardrails.append(checking.milliseconds)
    return played


class _Clock:
    """Adds up the time between starts and stops."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self._started = 0.0

    def start(self, *_: Any) -> None:
        self._started = time.perf_counter()

    def stop(self, *_: Any) -> None:
        self.milliseconds += (time.perf_counter() - self._started) * 1000


@contextmanager
def _sql_clock(engine: Any) -> Iterator[_Clock]:
    """Between handing a statement to the driver and having its answer."""
    clock = _Clock()
    listeners = {"before_cursor_execute": clock.start, "after_cursor_execute": clock.stop}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield clock
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


@contextmanager
def _guardrails_clock() -> Iterator[_Clock]:
    """In `check_draft`, whoever of the agent calls it."""
    clock = _Clock()

    def timed(*arguments: Any) -> Any:
        clock.start()
        try:
            return check_draft(*arguments)
        finally:
            clock.stop()

    callers = [module for name, module in sys.modules.items() if name.startswith("agent.") and _calls(module)]
    assert callers
    _name(callers, timed)
    try:
        yield clock
    finally:
        _name(callers, check_draft)


def _calls(module: Any) -> bool:
    return module.__name__ != check_draft.__module__ and vars(module).get("check_draft") is check_draft


def _name(modules: list[Any], function: Callable[..., Any]) -> None:
    for module in modules:
        module.check_draft = function
