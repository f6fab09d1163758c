"""The API of a local Chatwoot: who may call what, and what it takes and refuses, as the real one does."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.servers.chatwoot_inbox import ACCOUNT, BOT, INBOX, PERSON, TOKEN_OWNER, ChatwootInbox, Conversation
from tests.servers.loopback import served

BOT_TOKEN = "bot-token-of-a-local-chatwoot"
USER_TOKEN = "user-token-of-a-local-chatwoot"
PAGE = 20

_STATUSES = {"open", "resolved", "pending", "snoozed"}
_CONTENT_TYPES = {"text", "input_email", "cards", "input_select", "form", "article"}
_PEOPLE = {person["id"]: person for person in (PERSON, TOKEN_OWNER)}
# What a bot's token may call of a conversation; on older servers only the first three.
_FOR_OLD_BOTS = {("POST", "messages"), ("POST", "toggle_status"), ("POST", "assignments")}
_FOR_BOTS = _FOR_OLD_BOTS | {("GET", ""), ("GET", "labels"), ("POST", "labels"), ("POST", "toggle_typing_status")}
_NESTED = re.compile(r"content_attributes\[(\w+)\]")
_NOT_FOUND = (404, {"error": "Resource could not be found"})


@dataclass(frozen=True, slots=True)
class ChatwootFault:
    """What goes wrong with one call whose path ends with `at`. `is_accepted`: it is done all the same."""

    at: str
    status: int = 500
    is_accepted: bool = False
    is_dropped: bool = False
    hang_seconds: float = 0.0  # waits so long before it answers
    says: str = "fault"


@dataclass
class ChatwootServer(ChatwootInbox):
    """`requests` are the calls that were done: method, path, body."""

    url: str = ""
    is_single: bool = False  # «Lock to single conversation»: whoever comes again is where they were
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    faults: deque[ChatwootFault | None] = field(default_factory=deque)
    files: dict[str, bytes] = field(default_factory=dict)

    async def call(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("api-access-token", request.headers.get("api_access_token", ""))
        path = request.match_info["path"]
        if token not in (BOT_TOKEN, USER_TOKEN):
            return _refuse(401, "Invalid Access Token")
        if token == BOT_TOKEN and not self._is_for_bots(request.method, path):
            return _refuse(401, "Access to this endpoint is not authorized for bots")
        if request.match_info["account"] != str(ACCOUNT):
            return _refuse(404, "Resource could not be found")
        body = await _body(request)
        fault = self._fault(path)
        if fault is not None and not fault.is_accepted:
            return await _broken(request, fault)
        status, answer = self._do(request, path.split("/"), body, is_bot=token == BOT_TOKEN)
        if status < 300 and request.method == "POST":
            self.requests.append((request.method, path, body))
        return await _broken(request, fault) if fault is not None else web.json_response(answer, status=status)

    def _is_for_bots(self, method: str, path: str) -> bool:
        of, _, what = path.partition("/")
        what = what.partition("/")[2]
        return of == "conversations" and (method, what) in (_FOR_OLD_BOTS if self.is_old else _FOR_BOTS)

    def _fault(self, path: str) -> ChatwootFault | None:
        for fault in self.faults:
            if fault is not None and path.endswith(fault.at):
                self.faults.remove(fault)
                return fault
        return None

    def _do(self, request: web.Request, path: list[str], body: Any, *, is_bot: bool) -> tuple[int, Any]:
        match (request.method, *path):
            case ("GET", "inboxes", number):
                return (200, {"id": INBOX, "channel_type": "Channel::Api"}) if number == str(INBOX) else _NOT_FOUND
            case ("GET", "contacts", "search"):
                wanted = request.query.get("q", "")
                found = [c for c in self.contacts.values() if wanted in (c.get("identifier"), c.get("phone_number"))]
                return 200, {"meta": {"count": len(found)}, "payload": found}
            case ("POST", "contacts"):
                return self._create_contact(body)
            case ("GET", "contacts", number, "conversations") if int(number) in self.contacts:
                mine = [c.shown() for c in self.conversations.values() if c.contact.get("id") == int(number)]
                return 200, {"payload": mine[-20:]}
            case ("POST", "conversations"):
                return self._create_conversation(body)
            case ("GET" | "POST", "conversations", number, *rest) if int(number) in self.conversations:
                return self._of_conversation(request, self.conversations[int(number)], rest, body, is_bot=is_bot)
        return _NOT_FOUND

    def _of_conversation(
        self, request: web.Request, conversation: Conversation, path: list[str], body: Any, *, is_bot: bool
    ) -> tuple[int, Any]:
        match (request.method, *path):
            case ("GET",):
                return 200, conversation.shown()
            case ("GET", "messages"):
                before = int(request.query.get("before", 2**60))
                listed = [each for each in conversation.messages if each["id"] < before][-PAGE:]
                return 200, {"meta": {}, "payload": listed}
            case ("GET", "labels"):
                return 200, {"payload": list(conversation.labels)}
            case ("POST", "messages" | "toggle_status" as name):
                do = self._create_message if name == "messages" else self._toggle
                return do(conversation, body, is_bot=is_bot)
            case ("POST", "labels" | "assignments" as name):
                return self._label(conversation, body) if name == "labels" else self._assign(conversation, body)
            case ("POST", "toggle_typing_status") if body.get("typing_status") in ("on", "off"):
                return 200, {}
        return _NOT_FOUND

    def _create_contact(self, body: Any) -> tuple[int, Any]:
        if body.get("inbox_id") != INBOX:
            return _NOT_FOUND
        for name in ("identifier", "phone_number"):
            if body.get(name) and any(each.get(name) == body[name] for each in self.contacts.values()):
                return 422, {"message": f"{name} has already been taken"}
        if body.get("phone_number") and not body["phone_number"].startswith("+"):
            return 422, {"message": "Phone number should be in e164 format"}
        contact = {"id": next(self.numbers)} | {k: v for k, v in body.items() if k != "inbox_id"}
        self.contacts[contact["id"]] = contact
        return 200, {"payload": {"contact": contact, "contact_inbox": {"source_id": str(uuid4())}}}

    def _create_conversation(self, body: Any) -> tuple[int, Any]:
        if body.get("inbox_id") != INBOX or body.get("contact_id") not in self.contacts or not body.get("source_id"):
            return _NOT_FOUND
        contact = self.contacts[body["contact_id"]]
        if self.sources.setdefault(body["source_id"], contact["id"]) != contact["id"]:
            return 422, {"error": "source_id should be unique"}
        if self.is_single:
            for known in self.conversations.values():
                if known.source_id == body["source_id"]:
                    return 200, known.shown()
        conversation = self._new_conversation(contact, body.get("status", "open"))
        conversation.custom_attributes = body.get("custom_attributes", {})
        conversation.source_id = body["source_id"]
        return 200, conversation.shown()

    def _create_message(self, conversation: Conversation, body: Any, *, is_bot: bool) -> tuple[int, Any]:
        if (wrong := _mistake(body)) is not None:
            return 422, {"error": wrong}
        is_incoming = body["message_type"] == "incoming"
        if is_incoming and conversation.channel != "Channel::Api":
            return 422, {"error": "Incoming messages are only allowed in Api inboxes"}
        sender = conversation.contact if is_incoming else BOT if is_bot else TOKEN_OWNER
        if is_incoming:
            self._reopen(conversation)
        attributes = body.get("content_attributes", {})
        if self.is_old:
            attributes = {name: value for name, value in attributes.items() if name in ("items", "in_reply_to")}
        message = self._add(
            conversation,
            body["message_type"],
            body["content"],
            sender,
            private=body.get("private", False),
            content_type=body.get("content_type", "text"),
            content_attributes=attributes,
            **({"attachments": body["attachments"]} if body.get("attachments") else {}),
        )
        return 200, message

    def _toggle(self, conversation: Conversation, body: Any, *, is_bot: bool) -> tuple[int, Any]:
        if body.get("status") not in _STATUSES:
            return 422, {"error": "status"}
        self.set_status(conversation.number, body["status"])
        if not is_bot and body["status"] == "open":  # whoever opens it takes it
            self.assign(conversation.number, TOKEN_OWNER)
        payload = {"success": True, "conversation_id": conversation.number, "current_status": conversation.status}
        return 200, {"meta": {}, "payload": payload}

    def _label(self, conversation: Conversation, body: Any) -> tuple[int, Any]:
        if not isinstance(body.get("labels"), list):
            return 422, {"error": "labels"}
        conversation.labels = list(body["labels"])
        self._touch(conversation)
        self._tell(conversation, "conversation_updated", changed_attributes=[{"label_list": {}}])
        return 200, {"payload": conversation.labels}

    def _assign(self, conversation: Conversation, body: Any) -> tuple[int, Any]:
        if not all(isinstance(value, int) for value in body.values()):
            return 422, {"error": "assignment"}
        if "assignee_id" in body:
            self.assign(conversation.number, _PEOPLE.get(body["assignee_id"]))
        elif "team_id" in body:
            conversation.team_id = body["team_id"]
        return 200, {}

    async def file(self, request: web.Request) -> web.StreamResponse:
        """As its storage is reached: by a redirect."""
        name = request.match_info["name"]
        if "direct" not in request.query:
            raise web.HTTPFound(f"{self.url}/rails/{name}?direct=1")
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)


async def _body(request: web.Request) -> Any:
    if request.method != "POST":
        return None
    if not request.content_type.startswith("multipart/"):
        return await request.json()
    form = await request.post()
    body: dict[str, Any] = {name: value for name, value in form.items() if name != "attachments[]"}
    if not isinstance(body.get("content_attributes", {}), dict):
        return {"message_type": "String does not have #dig method"}
    body["private"] = body.get("private") == "true"
    body["content_attributes"] = {found[1]: body.pop(name) for name in [*body] if (found := _NESTED.fullmatch(name))}
    files = [each for each in form.getall("attachments[]") if isinstance(each, web.FileField)]
    body["attachments"] = [
        {"file_type": each.content_type.partition("/")[0], "file_size": len(each.file.read()), "data_url": "x"}
        for each in files
    ]
    return body


def _mistake(body: Any) -> str | None:
    if body.get("message_type") not in ("incoming", "outgoing") or not isinstance(body.get("private", False), bool):
        return "message_type or private"
    if not isinstance(body.get("content"), str) or not body["content"].strip() or len(body["content"]) > 150_000:
        return "content"
    if body.get("content_type", "text") not in _CONTENT_TYPES:
        return "content_type"
    if body.get("content_type") == "input_select":
        items = body.get("content_attributes", {}).get("items")
        if not items or any(set(item) != {"title", "value"} or not item["title"] for item in items):
            return "items"
    return None


async def _broken(request: web.Request, fault: ChatwootFault) -> web.Response:
    await asyncio.sleep(fault.hang_seconds)
    if fault.is_dropped:
        assert request.transport is not None
        request.transport.close()
    return _refuse(fault.status, fault.says)


def _refuse(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


@asynccontextmanager
async def chatwoot_server() -> AsyncIterator[ChatwootServer]:
    server = ChatwootServer()
    app = web.Application()
    app.router.add_route("*", "/api/v1/accounts/{account}/{path:.+}", server.call)
    app.router.add_get("/rails/{name}", server.file)
    async with served(app) as url:
        server.url = url
        yield server
