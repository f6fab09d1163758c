"""What is in a local Chatwoot: its conversations, what people and shoppers do in them, and the events that come of it.

`flush` posts the events as Chatwoot does: signed, as often and as stubbornly, and to each only what it hears of.
"""

import hashlib
import hmac
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from connectors.tls import trusted

ACCOUNT = 3
INBOX = 7
SECRET = "secret-of-a-local-chatwoot-000000"
BOT = {"id": 9, "name": "Caserita", "type": "agent_bot"}
PERSON = {"id": 4, "name": "Marta", "email": "marta@ejemplo.cl", "type": "user"}
# An agent like any other, whose token the desk was given.
TOKEN_OWNER = {"id": 6, "name": "Tienda", "email": "tienda@ejemplo.cl", "type": "user"}
MOST_TRIES = 3

_ACTIVITY = 2
_KINDS = {"incoming": 0, "outgoing": 1}
# The agent bot hears of all; on older servers not of these. An API inbox's own address never hears of the last two.
_UNHEARD_BY_OLD = {"conversation_status_changed", "conversation_updated"}
_UNHEARD_BY_INBOX = {"conversation_opened", "conversation_resolved"}


@dataclass
class Conversation:
    number: int
    contact: dict[str, Any]
    status: str = "pending"
    channel: str = "Channel::Whatsapp"
    labels: list[str] = field(default_factory=list)
    assignee: dict[str, Any] | None = None
    team_id: int | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    source_id: str = "s"
    updated_at: float = 0.0

    def posted(self, *, is_old: bool = False) -> dict[str, Any]:
        """As webhooks have it."""
        said = [each for each in self.messages if each["message_type"] != _ACTIVITY and not each["private"]]
        shown = self._core() | {"channel": self.channel, "messages": said[-1:], "can_reply": True}
        if is_old:
            shown.pop("updated_at")
            shown["meta"].pop("assignee_type")
        return shown

    def shown(self) -> dict[str, Any]:
        """As the API has it."""
        last = [each for each in self.messages if each["message_type"] != _ACTIVITY]
        shown = self._core() | {"messages": self.messages[-1:], "last_non_activity_message": last[-1] if last else None}
        shown["meta"]["channel"] = self.channel
        return shown

    def _core(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "inbox_id": INBOX,
            "account_id": ACCOUNT,
            "status": self.status,
            "labels": list(self.labels),
            "custom_attributes": dict(self.custom_attributes),
            "contact_inbox": {"source_id": self.source_id, "pubsub_token": "secret-of-the-contact"},
            "meta": {
                "sender": self.contact,
                "assignee": self.assignee,
                "assignee_type": "User" if self.assignee else None,
                "team": {"id": self.team_id} if self.team_id else None,
                "hmac_verified": False,
            },
            "updated_at": self.updated_at,
            "created_at": int(self.updated_at),
        }


@dataclass
class ChatwootInbox:
    """`webhook_url` is the bot's or the API inbox's. `is_old`: a server which signs nothing, whose bots hear and may do
    less, and which keeps nothing of ours with a message."""

    webhook_url: str = ""
    secret: str = SECRET
    is_bot_inbox: bool = True
    is_old: bool = False
    channel: str = "Channel::Whatsapp"
    conversations: dict[int, Conversation] = field(default_factory=dict)
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=deque)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def comes_in(self, name: str = "Rosa") -> Conversation:
        return self._new_conversation({"name": name}, "pending")

    def shopper_says(self, text: str, number: int | None = None, **more: Any) -> Conversation:
        conversation = self.conversations[number] if number else self.comes_in()
        self._reopen(conversation)
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
            note = {"id": next(self.numbers), "content": status, "message_type": _ACTIVITY, "private": False}
            conversation.messages.append(note | {"content_attributes": {}, "created_at": int(time.time())})
            self._tell(conversation, "conversation_status_changed", changed_attributes=[change])
            if status in ("open", "resolved"):
                self._tell(conversation, f"conversation_{'opened' if status == 'open' else 'resolved'}")
            self._tell(conversation, "conversation_updated", changed_attributes=[change])

    def assign(self, number: int, person: dict[str, Any] | None) -> None:
        conversation = self.conversations[number]
        before = conversation.assignee and conversation.assignee["id"]
        change = {"assignee_id": {"previous_value": before, "current_value": person and person["id"]}}
        conversation.assignee = person
        self._touch(conversation)
        self._tell(conversation, "conversation_updated", changed_attributes=[change])

    def merge(self, contact_id: int, into: str) -> None:
        """Two contacts become one, which goes by its own name and identifier."""
        number = next(self.numbers)
        kept = {"id": number, "name": into, "identifier": into}
        del self.contacts[contact_id]
        self.contacts[number] = kept
        self.sources = {name: number if owner == contact_id else owner for name, owner in self.sources.items()}
        for conversation in self.conversations.values():
            if conversation.contact.get("id") == contact_id:
                conversation.contact = kept

    def taps(self, number: int, title: str) -> None:
        """On the website's chat: the last options come back with what was chosen."""
        conversation = self.conversations[number]
        message = next(each for each in conversation.messages[::-1] if each.get("content_type") == "input_select")
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
        async with httpx.AsyncClient(timeout=5, verify=trusted()) as client:
            while self.events:
                event = self.events.popleft()
                delivery = str(uuid4())
                for _ in range(2 if twice else 1):
                    answers.append(await self._deliver(client, event, delivery))
        return answers

    async def _deliver(self, client: httpx.AsyncClient, event: dict[str, Any], delivery: str) -> int:
        status = 0
        for _ in range(MOST_TRIES if self.is_bot_inbox else 1):
            raw, headers = signed(event, "" if self.is_old else self.secret, delivery=delivery)
            status = (await client.post(self.webhook_url, content=raw, headers=headers)).status_code
            if status not in (429, 500):
                break
        if self.is_bot_inbox and not 200 <= status < 300:
            number = event["conversation"]["id"] if "conversation" in event else event["id"]
            if self.conversations[number].status == "pending":
                self.set_status(number, "open")
        return status

    # Inside.

    def _new_conversation(self, contact: dict[str, Any], status: str) -> Conversation:
        channel = self.channel if self.is_bot_inbox else "Channel::Api"
        conversation = Conversation(next(self.numbers), contact, status, channel)
        self._touch(conversation)
        self.conversations[conversation.number] = conversation
        return conversation

    def _reopen(self, conversation: Conversation) -> None:
        """By a shopper's message. Whoever it was assigned to, it stays so."""
        if conversation.status in ("resolved", "snoozed"):
            is_bots = conversation.status == "resolved" and self.is_bot_inbox
            self.set_status(conversation.number, "pending" if is_bots else "open")

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
            "conversation": conversation.posted(is_old=self.is_old),
        }
        self.events.append(json.loads(json.dumps(event)))

    def _tell(self, conversation: Conversation, name: str, **more: Any) -> None:
        unheard = _UNHEARD_BY_INBOX if not self.is_bot_inbox else _UNHEARD_BY_OLD if self.is_old else set()
        if name not in unheard:
            event = conversation.posted(is_old=self.is_old) | {"event": name} | more
            self.events.append(json.loads(json.dumps(event)))


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
