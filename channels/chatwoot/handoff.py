"""Tells a Chatwoot that owns the inbox whom a conversation is with: note, labels, assignment and status, for people;
pending and nobody's, for the agent.

Each step is tried whatever became of the others: a label that cannot be written keeps nobody waiting. Doing it all
again changes nothing.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import ChannelAccess
from channels.chatwoot.client import ChatwootClient, listed_messages, said_at
from channels.chatwoot.parsing import OWN_ID, own_id
from channels.chatwoot.posts import DeskPosts
from channels.errors import SendError
from channels.http import Http
from data.states import ConversationStatus

log = structlog.get_logger()

# What Chatwoot answers to a bot that calls what only people may.
NOT_FOR_BOTS = ("bad_credentials", "not_allowed")
# Which of Chatwoot's statuses agree with ours, the one to set first.
STATUSES = {
    ConversationStatus.HANDED_OFF: ("open", "snoozed"),
    ConversationStatus.AUTOMATED: ("pending",),
    ConversationStatus.CLOSED: ("resolved",),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """Whom a conversation is with. `note` is for people, under the id of their hand-off; "" where a person took it."""

    status: ConversationStatus
    handoff_id: UUID | None = None
    note: str = ""


async def tell_inbox(http: Http, access: ChannelAccess, number: str, holding: Holding, posts: DeskPosts) -> None:
    """Raises SendError when a step should be tried again."""
    client = ChatwootClient.of_bot(http, access)
    found = await shown_to_bot(http, access, number)
    steps: list[Awaitable[None]] = []
    if holding.note and holding.handoff_id is not None:
        steps.append(_write_note(http, access, client, number, holding, posts))
        steps += [add_labels(client, number, access.config.get("labels", [])), assign(client, number, access.config)]
    if holding.status is ConversationStatus.AUTOMATED and (found is None or _has_person(found)):
        steps.append(_post(client, f"conversations/{number}/assignments", {"assignee_id": 0}))
    status = STATUSES[holding.status]
    is_so = found is not None and found.get("status") in status
    path = f"conversations/{number}/toggle_status"
    await take_steps(steps, number, None if is_so else _post(client, path, {"status": status[0]}))


async def shown_to_bot(http: Http, access: ChannelAccess, number: str) -> Mapping[str, Any] | None:
    """The conversation as it is there; None on older servers, whose bots may not look, without the token of a person
    who may. Raises SendError."""
    for name in ("access_token", "user_token"):
        try:
            client = ChatwootClient.of(http, access.config, access.secrets.get(name, ""))
            shown = await client.get(f"conversations/{number}")
        except SendError as error:
            if error.code not in NOT_FOR_BOTS:
                raise
        else:
            return shown if isinstance(shown, Mapping) else {}
    return None


async def take_steps(steps: Sequence[Awaitable[None]], number: str, last: Awaitable[None] | None = None) -> None:
    """All of them; one that may work later is told of at the end. Only the `last` may not be refused for good: without
    it nobody sees the conversation. Raises SendError."""
    failure: SendError | None = None
    for step in (*steps, *([last] if last is not None else [])):
        try:
            await step
        except SendError as error:
            if error.retryable or error.uncertain or step is last:
                failure = error
            else:
                log.warning("desk_step_refused", conversation=number, code=error.code)
    if failure is not None:
        raise failure


async def add_labels(client: ChatwootClient, number: str, wanted: Sequence[str]) -> None:
    """To those it has: writing replaces them all."""
    if not wanted:
        return
    listed = await client.get(f"conversations/{number}/labels")
    has = listed.get("payload", []) if isinstance(listed, Mapping) else []
    labels = list(dict.fromkeys([*(str(label) for label in has), *wanted]))
    if labels != has:
        await client.post(f"conversations/{number}/labels", {"labels": labels})


async def assign(client: ChatwootClient, number: str, config: Mapping[str, Any]) -> None:
    """To the team, then to the person, that the shop chose: of both in one call Chatwoot heeds one."""
    for name in ("team_id", "assignee_id"):
        if isinstance(config.get(name), int):
            await client.post(f"conversations/{number}/assignments", {name: config[name]})


async def _write_note(
    http: Http, access: ChannelAccess, client: ChatwootClient, number: str, holding: Holding, posts: DeskPosts
) -> None:
    handoff_id = holding.handoff_id
    assert handoff_id is not None
    path = f"conversations/{number}/messages"
    body = note_body(holding.note, handoff_id)

    async def find(since: datetime) -> str | None:
        if token := access.secrets.get("user_token", ""):
            return await find_post(ChatwootClient.of(http, access.config, token), number, body, since)
        return _last_said(await shown_to_bot(http, access, number), handoff_id)

    await posts.once(handoff_id, find, lambda: client.post(path, body))


async def find_post(client: ChatwootClient, number: str, body: Mapping[str, Any], since: datetime) -> str | None:
    """What Chatwoot calls the message that was posted with `body`, if it has it. Raises SendError."""
    async for message in listed_messages(client, number, since):
        if _is_it(message, body, since):
            return str(message["id"])
    return None


def _is_it(message: Mapping[str, Any], body: Mapping[str, Any], since: datetime) -> bool:
    if (marked := own_id(message)) is not None:
        return str(marked) == str(body["content_attributes"][OWN_ID])
    # Older servers keep no mark of ours.
    is_same: bool = message.get("content") == body["content"] and message.get("private") is body["private"]
    return is_same and said_at(message) >= since.timestamp() - 1


def note_body(text: str, post_id: UUID) -> dict[str, Any]:
    """A private one: only people read it."""
    return {
        "content": text,
        "message_type": "outgoing",
        "private": True,
        "content_attributes": {OWN_ID: str(post_id)},
    }


def _last_said(shown: Any, post_id: UUID) -> str | None:
    """A bot may not list messages, but sees the last one."""
    if not isinstance(shown, Mapping):
        return None
    messages = shown.get("messages")
    for message in [shown.get("last_non_activity_message"), *(messages if isinstance(messages, list) else [])]:
        if isinstance(message, Mapping) and own_id(message) == post_id:
            return str(message.get("id"))
    return None


def _has_person(shown: Mapping[str, Any]) -> bool:
    meta = shown.get("meta")
    return isinstance(meta, Mapping) and bool(meta.get("assignee")) and meta.get("assignee_type") != "AgentBot"


def assignee_of(shown: Any) -> int | None:
    """The person it is assigned to."""
    if not isinstance(shown, Mapping) or not _has_person(shown):
        return None
    person = shown["meta"]["assignee"]
    number = person.get("id") if isinstance(person, Mapping) else None
    return number if isinstance(number, int) else None


async def _post(client: ChatwootClient, path: str, body: Mapping[str, Any]) -> None:
    await client.post(path, body)
