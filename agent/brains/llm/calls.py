"""Running the calls a model asks for: counted, checked, recorded, and answered whatever they were."""

import json
from typing import Any

import structlog
from langchain_core.messages import AIMessage, ToolMessage
from pydantic import ValidationError

from agent.brains import BrainUnavailable
from agent.brains.llm.answers import Answer, Seen
from agent.brains.llm.tools import TOOLS
from agent.facts import ReceiptKind
from agent.tools.orders import prepare_order
from agent.untrusted import clean, clean_values
from agent.workspace import Refusal

_RECORDED_CHARACTERS = 1_000
_INVALID = {"UNKNOWN_TOOL", "INVALID_ARGUMENTS"}

log = structlog.get_logger()


class CallRunner:
    """The calls of one turn. A model that gets a call's form wrong is told so once."""

    def __init__(self, seen: Seen, most_calls: int) -> None:
        self._seen = seen
        self._most_calls = most_calls
        self._was_corrected = False

    async def run(self, message: AIMessage) -> list[ToolMessage]:
        """Answer each call in its order. Raises BrainUnavailable over the budget or at the second malformed call."""
        calls = [(call["name"], call["args"], call["id"], True) for call in message.tool_calls]
        calls += [(call["name"] or "", call["args"], call["id"], False) for call in message.invalid_tool_calls]  # type: ignore[misc]  # args of an invalid call are text
        if len(self._seen.workspace.tool_calls) + len(calls) > self._most_calls:
            raise BrainUnavailable("too_many_tool_calls")
        answers = [(await self._run(name, arguments, is_read), call_id) for name, arguments, call_id, is_read in calls]
        if any(answer.outcome in _INVALID for answer, _ in answers):
            if self._was_corrected:
                raise BrainUnavailable("invalid_tool_calls")
            self._was_corrected = True
        return [
            ToolMessage(json.dumps(answer.data, ensure_ascii=False), tool_call_id=call_id or "")
            for answer, call_id in answers
        ]

    async def _run(self, name: str, written: Any, is_read: bool) -> Answer:
        arguments = clean_values(written, _RECORDED_CHARACTERS)
        answer = await self._answer(name, arguments) if is_read else _invalid("arguments must be a JSON object")
        self._seen.workspace.tool_calls.append(
            {"name": clean(name, 64), "arguments": _recorded(arguments), "outcome": answer.outcome}
        )
        return answer

    async def _answer(self, name: str, arguments: Any) -> Answer:
        tool = TOOLS.get(name)
        if tool is None:
            return Answer("UNKNOWN_TOOL", {"error": "UNKNOWN_TOOL", "tools": list(TOOLS)})
        try:
            checked = tool.arguments.model_validate_json(json.dumps(arguments))
        except (ValidationError, ValueError, TypeError) as wrong:
            return _invalid(_what_is_wrong(wrong))
        try:
            answer = await tool.call(self._seen, checked)
        except Exception as failure:  # noqa: BLE001 - the edge of a tool call: the model is told, the turn goes on
            log.warning("tool_failed", tool=name, error=type(failure).__name__)
            return Answer("TOOL_FAILED", {"error": "TOOL_FAILED"})
        await self._refresh_summary()
        return answer

    async def _refresh_summary(self) -> None:
        """A cart changed after its summary was prepared gets a new one: what is shown is what would be bought."""
        workspace = self._seen.workspace
        if workspace.new_summary is None or workspace.memory.summary_id == workspace.new_summary.id:
            return
        if isinstance(await prepare_order(workspace), Refusal):
            workspace.new_summary = None
            workspace.receipts = [r for r in workspace.receipts if r.kind is not ReceiptKind.SUMMARY_SHOWN]


def _invalid(problem: str) -> Answer:
    return Answer("INVALID_ARGUMENTS", {"error": "INVALID_ARGUMENTS", "problem": problem})


def _what_is_wrong(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "arguments must be a JSON object"
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])[:100]}: {fault['msg']}" for fault in error.errors()[:5]
    )


def _recorded(arguments: Any) -> Any:
    """As it was asked, unless that is too long to keep: then its beginning, as text."""
    try:
        written = json.dumps(arguments, ensure_ascii=False)
    except ValueError:  # a number of thousands of digits
        return "…"
    return arguments if len(written) <= _RECORDED_CHARACTERS else clean(written, _RECORDED_CHARACTERS)
