"""A server that speaks the OpenAI chat-completions protocol over real HTTP on loopback, with faults on demand."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.servers.threaded import served

_ROLES = {"system", "developer", "user", "assistant", "tool"}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the model. `calls` are (tool, arguments); arguments given as text are sent just so."""

    text: str | None = None
    calls: Sequence[tuple[str, Any]] = ()
    status: int = 200
    delay_seconds: float = 0
    finish_reason: str | None = None
    refusal: str | None = None
    raw: bytes | None = None
    """The body instead of a completion."""
    drops: bool = False
    """The connection is closed in the middle of the body."""
    usage: tuple[int, int] | None = (100, 20)
    has_call_ids: bool = True


def says(text: str, **fields: Any) -> Step:
    return Step(text=text, **fields)


def calls(*wanted: tuple[str, Any], **fields: Any) -> Step:
    return Step(calls=wanted, **fields)


Script = Sequence[Step] | Callable[[dict[str, Any]], Step]


@dataclass(slots=True)
class OpenAIServer:
    """A list is played step by step and its last step for ever; a function answers from the request."""

    script: Script = ()
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What was wrong with the requests, by the protocol; those get a 400."""
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def play(self, *script: Step) -> None:
        """Start anew with this script."""
        self.script = script
        self.requests.clear()
        self.keys.clear()
        self.complaints.clear()

    def next_step(self, request: dict[str, Any]) -> Step:
        if callable(self.script):
            return self.script(request)
        return self.script[min(len(self.requests), len(self.script)) - 1]

    def tool_results(self) -> list[dict[str, Any]]:
        """What the tools answered, from the last request."""
        return [
            json.loads(message["content"]) for message in self.requests[-1]["messages"] if message["role"] == "tool"
        ]

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        if complaint := what_is_wrong(body):
            self.complaints.append(complaint)
            return _error(400, complaint)
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        step = self.next_step(body)
        await asyncio.sleep(step.delay_seconds)
        if step.status != 200:
            return _error(step.status, "scripted fault")
        content = step.raw if step.raw is not None else json.dumps(_completion(body["model"], step)).encode()
        return Cut(content) if step.drops else Response(content, media_type="application/json")


class Cut(Response):
    """Promises more bytes than it sends, then hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(self.body[: len(self.body) // 2]), "more_body": True})
        raise ConnectionResetError


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "fault", "param": None, "code": None}}, status)


def _completion(model: str, step: Step) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": step.text, "refusal": step.refusal}
    if step.calls:
        message["tool_calls"] = [
            ({"id": f"call_{number}"} if step.has_call_ids else {})
            | {
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(step.calls, 1)
        ]
    completion: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": step.finish_reason or ("tool_calls" if step.calls else "stop"),
            }
        ],
    }
    if step.usage:
        prompt, output = step.usage
        completion["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": output,
            "total_tokens": prompt + output,
        }
    return completion


def what_is_wrong(body: dict[str, Any]) -> str | None:
    """The first thing in a request that the protocol does not allow."""
    if not isinstance(body.get("model"), str) or not isinstance(body.get("messages"), list) or not body["messages"]:
        return "model and messages are required"
    for tool in body.get("tools", []):
        function = tool.get("function", {})
        if tool.get("type") != "function" or not function.get("name") or len(function.get("description", "")) > 1024:
            return f"bad tool {function.get('name')!r}"
        if function.get("parameters", {}).get("type") != "object":
            return f"the parameters of {function['name']} are not an object"
    return _what_is_wrong_with_messages(body["messages"])


def _what_is_wrong_with_messages(messages: list[dict[str, Any]]) -> str | None:
    """Above all: each tool call is answered, right after it, exactly once."""
    waiting: list[str] = []
    for message in messages:
        role = message.get("role")
        if role not in _ROLES:
            return f"bad role {role!r}"
        if role == "tool":
            if message.get("tool_call_id") not in waiting:
                return "a tool message answers no call"
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return f"the calls {waiting} were not answered"
        if role == "assistant":
            waiting = [call["id"] for call in message.get("tool_calls") or []]
        if not waiting and not isinstance(message.get("content"), str):
            return f"a message of {role} has no content"
    return f"the calls {waiting} were not answered" if waiting else None


@contextmanager
def running_openai_server() -> Iterator[OpenAIServer]:
    """In a thread of its own, on a free port."""
    fake = OpenAIServer()
    app = Starlette(routes=[Route("/v1/chat/completions", fake.complete, methods=["POST"])])
    with served(app) as port:
        fake.port = port
        yield fake
