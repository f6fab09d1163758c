"""Shows a conversation of ours at the tenant's Chatwoot, in an API inbox: once, with what was said, kept up to date.

Chatwoot is asked for it before it is made: whatever timed out, there is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog

from channels.adapter import FetchedMedia
from channels.chatwoot.client import ChatwootClient
from channels.chatwoot.handoff import add_labels, assign, assignee_of, find_post, note_body, take_steps
from channels.chatwoot.parsing import OWN_ID
from channels.chatwoot.posts import DeskPosts
from channels.desk.notes import line_of
from channels.errors import UNKNOWN, SendError
from data.database import Database
from data.models import Media, Message
from data.states import MediaStatus, Sender

# Which of our conversations it is, in a conversation of Chatwoot's.
CONVERSATION_ID = "caserita_conversation_id"
_GONE = "bad_channel"
_WITHOUT_WORDS = "[sin texto]"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes to the shop; `phone` is in E.164, or "" where the channel does not tell."""

    contact_id: UUID
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Relay:
    """One conversation and one desk. `media_path` says where a stored file is."""

    client: ChatwootClient
    config: Mapping[str, Any]
    database: Database
    posts: DeskPosts
    media_path: Callable[[Media], Path]

    @property
    def conversation_id(self) -> UUID:
        return self.posts.conversation_id

    async def number(self, shown_id: UUID, person: Person) -> str:
        """What Chatwoot calls the conversation, made when there is none. Raises SendError."""

        async def find(_: datetime) -> str | None:
            contact = await self._contact(person)
            listed = await self.client.get(f"contacts/{contact}/conversations")
            return next((str(each["id"]) for each in _rows(listed) if self._is_it(each)), None)

        async def make() -> Any:
            contact = await self._contact(person)
            body: dict[str, Any] = {
                # Chatwoot takes one of these from one contact only, and keeps it when the contact is merged.
                "source_id": f"{self.conversation_id}:{contact}",
                "inbox_id": self.config.get("inbox_id"),
                "contact_id": contact,
                "status": "open",
                "custom_attributes": {CONVERSATION_ID: str(self.conversation_id)},
            }
            return await self.client.post("conversations", body)

        return await self.posts.once(shown_id, find, make)

    def _is_it(self, conversation: Mapping[str, Any]) -> bool:
        attributes = conversation.get("custom_attributes")
        ours = attributes.get(CONVERSATION_ID) if isinstance(attributes, Mapping) else None
        is_there = conversation.get("inbox_id") == self.config.get("inbox_id")
        return is_there and ours == str(self.conversation_id) and isinstance(conversation.get("id"), int)

    async def _contact(self, person: Person) -> int:
        identifier = f"caserita:{person.contact_id}"
        if (found := await self._search("identifier", identifier)) is not None:
            return found
        if person.phone and (found := await self._search("phone_number", person.phone)) is not None:
            return found
        body: dict[str, Any] = {
            "inbox_id": self.config.get("inbox_id"),
            "name": person.name or person.phone or "Cliente",
            "identifier": identifier,
        }
        answer = await self.client.post("contacts", body | ({"phone_number": person.phone} if person.phone else {}))
        payload = answer.get("payload") if isinstance(answer, Mapping) else None
        contact = payload.get("contact") if isinstance(payload, Mapping) else None
        number = contact.get("id") if isinstance(contact, Mapping) else None
        if not isinstance(number, int):
            raise SendError.of(UNKNOWN, "Chatwoot answered without a contact")
        return number

    async def _search(self, name: str, value: str) -> int | None:
        listed = await self.client.get(f"contacts/search?q={quote(value, safe='')}")
        return next(
            (each["id"] for each in _rows(listed) if each.get(name) == value and isinstance(each.get("id"), int)), None
        )

    async def open(self, number: str, handoff_id: UUID, note: str) -> None:
        """For people: opened again if it was resolved, to whom the shop chose, and why. Raises SendError."""
        shown = await self.client.get(f"conversations/{number}")
        steps = [
            add_labels(self.client, number, self.config.get("labels", [])),
            assign(self.client, number, self.config),
        ]
        if not (isinstance(shown, Mapping) and shown.get("status") in ("open", "snoozed")):
            await self.client.post(f"conversations/{number}/toggle_status", {"status": "open"})
            # Chatwoot gives it to whoever opens it: it stays whose it was.
            steps.insert(0, assign(self.client, number, {"assignee_id": assignee_of(shown) or 0}))
        await take_steps(steps, number)
        await self.note(number, handoff_id, note)

    async def note(self, number: str, post_id: UUID, text: str) -> None:
        """For people only. Raises SendError."""

        path, body = f"conversations/{number}/messages", note_body(text, post_id)

        async def find(since: datetime) -> str | None:
            return await find_post(self.client, number, body, since)

        await self.posts.once(post_id, find, lambda: self.client.post(path, body))

    async def resolve(self, number: str) -> None:
        """The agent has it again. Raises SendError."""
        shown = await self.client.get(f"conversations/{number}")
        if isinstance(shown, Mapping) and shown.get("status") != "resolved":
            await self.client.post(f"conversations/{number}/toggle_status", {"status": "resolved"})

    async def show(self, number: str, message: Message, media: Sequence[Media]) -> None:
        """What the shopper said as theirs, what anyone else said as a note. Raises SendError."""

        path, body = f"conversations/{number}/messages", _body(message)

        async def find(since: datetime) -> str | None:
            return await find_post(self.client, number, body, since)

        async def send() -> Any:
            files = [self._file(each) for each in media if each.status is MediaStatus.STORED]
            if not files:
                return await self.client.post(path, body)
            return await self.client.post_files(path, body, files)

        try:
            await self.posts.once(message.id, find, send)
        except SendError as error:
            if error.code != "bad_content":
                raise
            log.warning("desk_message_refused", message_id=str(message.id))
            await self.posts.leave_out(message.id)

    def _file(self, media: Media) -> FetchedMedia:
        name = media.filename or f"archivo-{media.place + 1}"
        return FetchedMedia(self.media_path(media).read_bytes(), media.content_type, name)


def is_gone(error: SendError) -> bool:
    """Someone deleted it there."""
    return error.code == _GONE


def _body(message: Message) -> dict[str, Any]:
    if message.sender is not Sender.CONTACT:
        return note_body(line_of(message), message.id)
    return {
        "content": message.text or _WITHOUT_WORDS,
        "message_type": "incoming",
        "private": False,
        "content_attributes": {OWN_ID: str(message.id)},
    }


def _rows(listed: Any) -> list[Mapping[str, Any]]:
    payload = listed.get("payload") if isinstance(listed, Mapping) else None
    return [each for each in payload if isinstance(each, Mapping)] if isinstance(payload, list) else []
