"""A local stand-in for Chatwoot: its API with the rights of each token, and its webhooks as it signs and repeats them.

What happens queues events; `flush` posts them, as often and as stubbornly as Chatwoot does.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from aiohttp import web

from tests.servers.loopback import served

ACCOUNT = 3
INBOX = 7
BOT_TOKEN = "bot-token-of-a-local-chatwoot"
USER_TOKEN = "user-token-of-a-local-chatwoot"
SECRET = "secret-of-a-local-chatwoot-000000"
BOT = {"id": 9, "name": "Caserita", "type": "agent_bot"}
PERSON = {"id": 4, "name": "Marta", "email": "marta@ejemplo.cl", "type": "user"}
PAGE = 20
MOST_TRIES = 3

_STATUSES = {"open", "resolved", "pending", "snoozed"}
_CONTENT_TYPES = {"text", "input_email", "cards", "input_select", "form", "article"}
_KINDS = {"incoming": 0, "outgoing": 1}
# What a bot's token may not call.
_FOR_PEOPLE = {("GET", "messages"), ("GET", "contacts"), ("POST", "contacts"), ("GET", "inboxes")}


@dataclass(frozen=True, slots=True)
class ChatwootFault:
    """What goes wrong with one call whose path ends with `at`. `is_accepted`: it is done all the same."""

    at: str
    status: int = 500
    is_accepted: bool = False
    is_dropped: bool = False
    hang_seconds: float = 0.0  # waits so long before it answers


@dataclass
class Conversation:
    number: int
    contact: dict[str, Any]
    status: str = "pending"
    labels: list[str] = field(default_factory=list)
    assignee: dict[str, Any] | None = None
    team_id: int | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    updated_at: float = 0.0

    def shown(self) -> dict[str, Any]:
        last = [each for each in self.messages if each["message_type"] in (0, 1)]
        return {
            "id": self.number,
            "inbox_id": INBOX,
            "account_id": ACCOUNT,
            "channel": "Channel::Api",
            "status": self.status,
            "can_reply": True,
            "labels": list(self.labels),
            "custom_attributes": dict(self.custom_attributes),
            "contact_inbox": {"source_id": "s", "pubsub_token": "secret-of-the-contact"},
            "meta": {
                "sender": self.contact,
                "assignee": self.assignee,
                "assignee_type": "User" if self.assignee else None,
                "team": {"id": self.team_id} if self.team_id else None,
                "hmac_verified": False,
            },
            "messages": self.messages[-1:],
            "last_non_activity_message": last[-1] if last else None,
            "updated_at": self.updated_at,
            "created_at": int(self.updated_at),
        }


@dataclass
class ChatwootServer:
    """`requests` are the calls that were done: method, path, body. `webhook_url` is the bot's or the inbox's."""

    url: str = ""
    webhook_url: str = ""
    secret: str = SECRET
    is_bot_inbox: bool = True
    conversations: dict[int, Conversation] = field(default_factory=dict)
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    faults: deque[ChatwootFault | None] = field(default_factory=deque)
    events: deque[dict[str, Any]] = field(default_factory=deque)
    files: dict[str, bytes] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    # What people do.

    def comes_in(self, name: str = "Rosa") -> Conversation:
        return self._new_conversation({"name": name}, "pending")

    def shopper_says(self, text: str, number: int | None = None, **more: Any) -> Conversation:
        conversation = self.conversations[number] if number else self.comes_in()
        if conversation.status == "resolved":
            self.set_status(conversation.number, "pending")
        self._add(conversation, "incoming", text, conversation.contact, **more)
        return conversation

    def person_says(self, number: int, text: str, *, private: bool = False, **more: Any) -> dict[str, Any]:
        return self._add(self.conversations[number], "outgoing", text, PERSON, private=private, **more)

    def set_status(self, number: int, status: str) -> None:
        conversation = self.conversations[number]
        if conversation.status != status:
            self._touch(conversation)
            change = {"status": {"previous_value": conversation.status, "current_value": status}}
            conversation.status = status
            self._tell(conversation, "conversation_status_changed", changed_attributes=[change])
            if status in ("open", "resolved"):
                self._tell(conversation, f"conversation_{'opened' if status == 'open' else 'resolved'}")

    def assign(self, number: int, person: dict[str, Any] | None) -> None:
        conversation = self.conversations[number]
        change = {"assignee_id": {"previous_value": None, "current_value": person and person["id"]}}
        conversation.assignee = person
        self._touch(conversation)
        self._tell(conversation, "conversation_updated", changed_attributes=[change])

    def taps(self, number: int, title: str) -> None:
        """On the website's chat: the last options come back with what was chosen."""
        conversation = self.conversations[number]
        message = next(each for each in conversation.messages[::-1] if each["content_type"] == "input_select")
        chosen = next(each for each in message["content_attributes"]["items"] if each["title"] == title)
        message["content_attributes"] = message["content_attributes"] | {"submitted_values": [chosen]}
        self._tell_message(conversation, message, "message_updated")

    def said(self, number: int, *, private: bool = False) -> list[str]:
        """What we wrote there."""
        messages = self.conversations[number].messages
        return [each["content"] for each in messages if each["message_type"] == 1 and each["private"] is private]

    # Webhooks.

    async def flush(self, *, twice: bool = False) -> list[int]:
        """Post what happened; the last answer to each. A pending conversation whose event is lost goes to people."""
        answers = []
        async with httpx.AsyncClient(timeout=5) as client:
            while self.events:
                event = self.events.popleft()
                delivery = str(uuid4())
                for _ in range(2 if twice else 1):
                    answers.append(await self._deliver(client, event, delivery))
        return answers

    async def _deliver(self, client: httpx.AsyncClient, event: dict[str, Any], delivery: str) -> int:
        status = 0
        for _ in range(MOST_TRIES if self.is_bot_inbox else 1):
            raw, headers = signed(event, self.secret, delivery=delivery)
            status = (await client.post(self.webhook_url, content=raw, headers=headers)).status_code
            if status not in (429, 500):
                break
        if self.is_bot_inbox and not 200 <= status < 300:
            number = event["conversation"]["id"] if "conversation" in event else event["id"]
            if self.conversations[number].status == "pending":
                self.set_status(number, "open")
        return status

    # The API.

    async def call(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("api-access-token", request.headers.get("api_access_token", ""))
        path = request.match_info["path"]
        if token not in (BOT_TOKEN, USER_TOKEN) or (token == BOT_TOKEN and not _is_for_bots(request.method, path)):
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

    def _fault(self, path: str) -> ChatwootFault | None:
        for fault in self.faults:
            if fault is not None and path.endswith(fault.at):
                self.faults.remove(fault)
                return fault
        return None

    def _do(self, request: web.Request, path: list[str], body: Any, *, is_bot: bool) -> tuple[int, Any]:
        match (request.method, *path):
            case ("GET", "inboxes", number):
                is_ours = number == str(INBOX)
                return (200, {"id": INBOX, "channel_type": "Channel::Api"}) if is_ours else (404, {"error": "none"})
            case ("GET", "contacts", "search"):
                wanted = request.query.get("q", "")
                found = [c for c in self.contacts.values() if wanted in (c.get("identifier"), c.get("phone_number"))]
                return 200, {"meta": {"count": len(found)}, "payload": found}
            case ("POST", "contacts"):
                return self._create_contact(body)
            case ("GET", "contacts", number, "conversations"):
                mine = [c.shown() for c in self.conversations.values() if c.contact.get("id") == int(number)]
                return 200, {"payload": mine[-20:]}
            case ("POST", "conversations"):
                return self._create_conversation(body)
            case ("GET" | "POST", "conversations", number, *rest) if int(number) in self.conversations:
                return self._of_conversation(request, self.conversations[int(number)], rest, body, is_bot=is_bot)
        return 404, {"error": "Resource could not be found"}

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
        return 404, {"error": "Resource could not be found"}

    def _create_contact(self, body: Any) -> tuple[int, Any]:
        if body.get("inbox_id") != INBOX:
            return 404, {"error": "Resource could not be found"}
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
            return 404, {"error": "Resource could not be found"}
        conversation = self._new_conversation(self.contacts[body["contact_id"]], body.get("status", "open"))
        conversation.custom_attributes = body.get("custom_attributes", {})
        return 200, conversation.shown()

    def _create_message(self, conversation: Conversation, body: Any, *, is_bot: bool) -> tuple[int, Any]:
        if (wrong := _mistake(body)) is not None:
            return 422, {"error": wrong}
        sender = conversation.contact if body["message_type"] == "incoming" else BOT if is_bot else PERSON
        if body["message_type"] == "incoming" and conversation.status == "resolved":
            self.set_status(conversation.number, "open")
        attributes = body.get("content_attributes", {})
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
        if not is_bot and body["status"] == "open":
            conversation.assignee = None
        self.set_status(conversation.number, body["status"])
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
            self.assign(conversation.number, PERSON if body["assignee_id"] == PERSON["id"] else None)
        elif "team_id" in body:
            conversation.team_id = body["team_id"]
        return 200, {}

    async def file(self, request: web.Request) -> web.StreamResponse:
        """As its storage is reached: by a redirect."""
        name = request.match_info["name"]
        if "direct" not in request.query:
            raise web.HTTPFound(f"{self.url}/rails/{name}?direct=1")
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)

    # Inside.

    def _new_conversation(self, contact: dict[str, Any], status: str) -> Conversation:
        conversation = Conversation(next(self.numbers), contact, status)
        self._touch(conversation)
        self.conversations[conversation.number] = conversation
        return conversation

    def _touch(self, conversation: Conversation) -> None:
        conversation.updated_at = max(time.time(), conversation.updated_at + 0.001)

    def _add(
        self, conversation: Conversation, kind: str, text: str, sender: dict[str, Any], **more: Any
    ) -> dict[str, Any]:
        message = {
            "id": next(self.numbers),
            "content": text,
            "message_type": _KINDS[kind],
            "content_type": "text",
            "content_attributes": {},
            "private": False,
            "created_at": int(time.time()),
            "conversation_id": conversation.number,
            "sender": sender,
        } | more
        conversation.messages.append(message)
        self._touch(conversation)
        self._tell_message(conversation, message, "message_created")
        return message

    def _tell_message(self, conversation: Conversation, message: dict[str, Any], name: str) -> None:
        kinds = {number: kind for kind, number in _KINDS.items()}
        event = message | {
            "event": name,
            "message_type": kinds[message["message_type"]],
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(message["created_at"])),
            "account": {"id": ACCOUNT, "name": "Tienda"},
            "inbox": {"id": INBOX, "name": "WhatsApp"},
            "conversation": conversation.shown(),
        }
        self.events.append(json.loads(json.dumps(event)))

    def _tell(self, conversation: Conversation, name: str, **more: Any) -> None:
        self.events.append(json.loads(json.dumps(conversation.shown() | {"event": name} | more)))


def signed(
    event: Any, secret: str = SECRET, *, moment: int | None = None, delivery: str = ""
) -> tuple[bytes, dict[str, str]]:
    """An event as Chatwoot posts it; without a secret, as older servers do."""
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {"content-type": "application/json", "x-chatwoot-delivery": delivery or str(uuid4())}
    if secret:
        stamp = str(int(time.time()) if moment is None else moment)
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers |= {"x-chatwoot-timestamp": stamp, "x-chatwoot-signature": f"sha256={signature}"}
    return raw, headers


def _is_for_bots(method: str, path: str) -> bool:
    parts = path.split("/")
    return (method, parts[-1]) not in _FOR_PEOPLE and (method, parts[0]) not in _FOR_PEOPLE


async def _body(request: web.Request) -> Any:
    if request.method != "POST":
        return None
    if not request.content_type.startswith("multipart/"):
        return await request.json()
    form = await request.post()
    body: dict[str, Any] = {name: value for name, value in form.items() if name != "attachments[]"}
    body["private"] = body.get("private") == "true"
    body["content_attributes"] = json.loads(str(body.get("content_attributes", "{}")))
    files = [each for each in form.getall("attachments[]") if isinstance(each, web.FileField)]
    body["attachments"] = [
        {"file_type": each.content_type.partition("/")[0], "file_size": len(each.file.read()), "data_url": "x"}
        for each in files
    ]
    return body


def _mistake(body: Any) -> str | None:
    if not isinstance(body.get("content"), str) or not body["content"].strip() or len(body["content"]) > 150_000:
        return "content"
    if body.get("message_type") not in _KINDS or not isinstance(body.get("private", False), bool):
        return "message_type or private"
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
    return _refuse(fault.status, "fault")


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
