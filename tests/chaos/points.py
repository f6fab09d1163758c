"""A worker that kills or freezes itself at a named point of a turn or of a sending: when that costs most."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event

from agent.brains.rules.brain import RulesBrain
from agent.turn import Agent
from agent.workspace import Draft, Workspace
from api.runtime import Runtime, open_runtime
from channels.adapter import Adapter, ChannelAccess, SendResult
from data.content import MessageContent
from tests.chaos.process import Orders, make_adapters, make_worker, quietly

POINTS = (
    "after thinking",
    "before the turn is written",
    "after the turn is written",
    "before the sending is written",
    "before sending",
    "after sending",
    "before it is written as sent",
    "after it is written as sent",
)
_TURN, _MESSAGE = "INSERT INTO app.turns", "UPDATE app.messages"


@dataclass(frozen=True, slots=True)
class Doom:
    """`signals` by the point at which it sends them to itself."""

    orders: Orders
    signals: Mapping[str, signal.Signals]
    queue: str


def meet(doom: Doom) -> None:
    """Work on one queue until a deadly point is reached."""

    async def run() -> None:
        async with open_runtime(doom.orders.settings, application_name="chaos-doomed") as runtime:
            reaper = _Reaper(doom.signals)
            reaper.watch(runtime)
            runtime.__dict__["agent"] = Agent(
                runtime.database, runtime.indexes, _DoomedBrain(reaper), knowledge=runtime.knowledge
            )
            adapters = {kind: _doomed(each, reaper) for kind, each in make_adapters(runtime).items()}
            await make_worker(runtime, queues=[doom.queue], adapters=adapters).run()

    quietly(run())


class _Reaper:
    def __init__(self, signals: Mapping[str, signal.Signals]) -> None:
        self._signals = signals
        self._written = 0

    def reach(self, point: str) -> None:
        if point in self._signals:
            os.kill(os.getpid(), self._signals[point])

    def watch(self, runtime: Runtime) -> None:
        engine = runtime.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._before_commit)
        event.listen(engine.pool, "checkin", self._after_commit)

    def _note(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        for mark in (_TURN, _MESSAGE):
            if statement.startswith(mark):
                connection.info["mark"] = mark

    def _before_commit(self, connection: Any) -> None:
        mark = connection.info.pop("mark", None)
        if mark == _TURN:
            self.reach("before the turn is written")
        elif mark == _MESSAGE:
            self._written += 1
            self.reach("before the sending is written" if self._written == 1 else "before it is written as sent")
        if mark:
            connection.info["committed"] = mark

    def _after_commit(self, _: Any, record: Any) -> None:
        committed = record.info.pop("committed", None)
        if committed == _TURN:
            self.reach("after the turn is written")
        elif committed == _MESSAGE and self._written > 1:
            self.reach("after it is written as sent")


class _DoomedBrain:
    def __init__(self, reaper: _Reaper) -> None:
        self._brain = RulesBrain()
        self._reaper = reaper
        self.kind = self._brain.kind

    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        draft = await self._brain.think(workspace, problems)
        self._reaper.reach("after thinking")
        return draft


def _doomed(adapter: Adapter, reaper: _Reaper) -> Adapter:
    """The same adapter, whose sending is watched."""
    send = adapter.send

    async def watched(access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        reaper.reach("before sending")
        try:
            return await send(access, to, content, message_id)
        finally:
            reaper.reach("after sending")

    adapter.send = watched  # type: ignore[method-assign]  # of this instance alone
    return adapter
