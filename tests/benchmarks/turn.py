"""One turn of the rules brain on the demo store, in process, against the sum of its own SQL round trips."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import event

from api.demo import RUT, prepare_demo
from api.runtime import open_runtime
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


async def run(settings: Settings) -> list[Figure]:
    async with open_runtime(settings) as runtime:
        await prepare_demo(runtime)
        tenant_id = await runtime.directory.tenant_by_rut(RUT)
        assert tenant_id is not None
        async with runtime.database.transaction(tenant_id) as tx:
            channel = await tx.channels.by_address(ChannelKind.TERMINAL, "benchmark") or await tx.channels.add(
                ChannelKind.TERMINAL, "Benchmark", "benchmark", {}, None
            )
        waiting = _SqlClock(runtime.database.engine.sync_engine)
        turns: list[float] = []
        queries: list[float] = []
        for shopper in range(-2, SHOPPERS):
            for said in DIALOGUE:
                async with runtime.database.transaction(tenant_id) as tx:
                    conversation_id, _ = await tx.messages.receive(
                        channel.id, address=f"shopper-{shopper}", contact_name=None, external_id=str(uuid4()),
                        text=said, payload={}, sent_at=None, queue="benchmark", now=datetime.now(UTC),
                    )  # fmt: skip
                waiting.reset()
                started = time.perf_counter()
                await runtime.agent.take_turn(tenant_id, conversation_id)
                if shopper >= 0:
                    turns.append((time.perf_counter() - started) * 1000)
                    queries.append(waiting.milliseconds)
    times = Times(tuple(turns)), Times(tuple(queries))
    note = {50: "aim: at most 40 ms", 99: ""}
    return [
        compared("rules turn, demo store", *times, "its SQL round trips", percent, note[percent])
        for percent in (50, 99)
    ]


class _SqlClock:
    """Adds up the time between handing a statement to the driver and having its answer."""

    def __init__(self, engine: Any) -> None:
        self.milliseconds = 0.0
        self._started = 0.0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def reset(self) -> None:
        self.milliseconds = 0.0

    def _before(self, *_: Any) -> None:
        self._started = time.perf_counter()

    def _after(self, *_: Any) -> None:
        self.milliseconds += (time.perf_counter() - self._started) * 1000
