"""One turn with a chat model: brief it, run its tool calls until it answers, or say why it did not."""

import asyncio
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

from agent.brains import BrainUnavailable
from agent.brains.llm.answers import Seen
from agent.brains.llm.briefing import brief
from agent.brains.llm.calls import CallRunner
from agent.brains.llm.failures import reason_of, why_unfinished
from agent.brains.llm.reply import compose
from agent.brains.llm.tools import schemas
from agent.workspace import Draft, Workspace
from data.model_prices import ModelPrice
from data.states import BrainKind

MOST_ANSWER_CHARACTERS = 20_000

log = structlog.get_logger()


@dataclass(slots=True)
class Spent:
    """The calls of a try, written down one by one as they end."""

    model: str
    price: ModelPrice | None
    calls: list[dict[str, Any]]
    tokens: int = 0

    def note(self, started: float, outcome: str, message: AIMessage | None = None) -> None:
        usage = message.usage_metadata if message is not None else None
        read, written = (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)
        is_free = message is None  # nothing came back to be paid for
        self.tokens += read + written
        cost = self.price.cost(read, written) if self.price and (usage or is_free) else None
        self.calls.append(
            {
                "model": self.model,
                "input_token_count": read,
                "output_token_count": written,
                "cost_usd": "0" if is_free else str(cost) if cost is not None else None,
                "duration_ms": round((time.perf_counter() - started) * 1000),
                "outcome": outcome,
            }
        )


class LlmBrain:
    """Any LangChain chat model with tools. Budgets are per try: seconds, tool calls, tokens in and out."""

    kind = BrainKind.LLM

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str = "",
        price: ModelPrice | None = None,
        timeout_seconds: float = 20,
        most_tool_calls: int = 8,
        most_tokens: int = 60_000,
    ) -> None:
        """`name` and `price` are for the books; without a price the cost of a call is not known."""
        self._name = name or type(model).__name__
        self._price = price
        self._model = model.bind_tools(deepcopy(schemas()))
        self._timeout_seconds = timeout_seconds
        self._most_tool_calls = most_tool_calls
        self._most_tokens = most_tokens

    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        """See `agent.brains.Brain`. Tool calls recorded earlier in the same turn count against the budget too."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._converse(Seen(workspace), problems)
        except TimeoutError as late:
            raise BrainUnavailable("timeout") from late

    async def _converse(self, seen: Seen, problems: tuple[str, ...]) -> Draft:
        messages, fingerprint = await brief(seen, problems)
        runner, spent = CallRunner(seen, self._most_tool_calls), self._spent(seen)
        while True:
            message = await self._ask(messages, spent)
            if not (message.tool_calls or message.invalid_tool_calls):
                break
            messages += [message, *await runner.run(message)]
        text = _said(message)
        if not text and seen.workspace.new_summary is None:
            raise BrainUnavailable("empty")
        reply = compose(text, seen)
        return Draft((reply,), fingerprint)

    def _spent(self, seen: Seen) -> Spent:
        return Spent(self._name, self._price, seen.workspace.model_calls)

    async def _ask(self, messages: Sequence[BaseMessage], spent: Spent) -> AIMessage:
        started = time.perf_counter()
        try:
            message = await self._model.ainvoke(list(messages))
        except asyncio.CancelledError:
            spent.note(started, "timeout")
            raise
        except Exception as failure:
            spent.note(started, reason_of(failure))
            log.warning("model_failed", error=type(failure).__name__, reason=reason_of(failure))
            raise BrainUnavailable(reason_of(failure)) from failure
        if not isinstance(message, AIMessage):
            raise BrainUnavailable("invalid_response")
        unfinished = why_unfinished(message)
        spent.note(started, unfinished or "ok", message)
        if unfinished:
            raise BrainUnavailable(unfinished)
        if spent.tokens > self._most_tokens:
            raise BrainUnavailable("too_many_tokens")
        return _with_ids(message)


def _said(message: AIMessage) -> str:
    text = message.text.strip()
    if len(text) > MOST_ANSWER_CHARACTERS:
        raise BrainUnavailable("too_long")
    return text


def _with_ids(message: AIMessage) -> AIMessage:
    """Some servers leave out the ids that tie an answer to its call."""
    for number, call in enumerate([*message.tool_calls, *message.invalid_tool_calls], 1):
        call["id"] = call["id"] or f"call_{number}"
    for invalid in message.invalid_tool_calls:
        invalid["args"] = invalid["args"] or ""
    return message
