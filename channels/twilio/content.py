"""Buttons and lists through Twilio's Content API: one Content for each shape, its words filled in as variables.

Facts: https://www.twilio.com/docs/content/twilio-quick-reply, …/twiliolist-picker, …/using-variables-with-content-api.
"""

import hashlib
import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from twilio.base.exceptions import TwilioRestException

from channels.adapter import ChannelAccess
from channels.outgoing.formatting import units
from channels.outgoing.rendering import Part, PartKind
from channels.outgoing.window import clean_variable
from channels.twilio.client import TwilioClient
from data.database import Database

CONTENT_URL = "https://content.twilio.com/v1/Content"
_MOST_VARIABLES = 100
_LONGEST_VALUE = 255
_SAMPLE = "texto"


class ContentIds(Protocol):
    """Remembers what Twilio calls each Content."""

    async def get(self, access: ChannelAccess, fingerprint: str) -> str | None: ...

    async def keep(self, access: ChannelAccess, fingerprint: str, external_id: str) -> None:
        """An empty id forgets it."""
        ...


class StoredContentIds:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, access: ChannelAccess, fingerprint: str) -> str | None:
        async with self._database.transaction(access.tenant_id) as tx:
            return await tx.outbound.content_id(access.channel_id, fingerprint) or None

    async def keep(self, access: ChannelAccess, fingerprint: str, external_id: str) -> None:
        async with self._database.transaction(access.tenant_id) as tx:
            await tx.outbound.keep_content_id(access.channel_id, fingerprint, external_id)


@dataclass(frozen=True, slots=True)
class Shape:
    """A Content without its words: `types` is what Twilio keeps, `variables` fill it for one message."""

    types: Mapping[str, Any]
    variables: Mapping[str, str]
    fingerprint: str


@dataclass(slots=True)
class _Words:
    """Hands out a variable for each text. Line breaks stay in the Content: no variable may hold one."""

    variables: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def place(self, text: str) -> str:
        name = str(next(self.numbers))
        self.variables[name] = clean_variable(text)
        return f"{{{{{name}}}}}"

    def lines(self, text: str) -> str:
        return "\n".join(self._line(line) for line in text.split("\n"))

    def _line(self, line: str) -> str:
        """In several variables where it is too long for one."""
        pieces = textwrap.wrap(line, _LONGEST_VALUE, break_long_words=False, break_on_hyphens=False)
        return " ".join(map(self.place, pieces))


def shape_of(part: Part) -> Shape | None:
    """None for a part with more lines than a Content may have variables, or with a word too long for any."""
    words = _Words()
    types = _quick_reply(part, words) if part.kind is PartKind.BUTTONS else _list_picker(part, words)
    is_too_long = any(units(value) > _LONGEST_VALUE for value in words.variables.values())
    if len(words.variables) > _MOST_VARIABLES or is_too_long:
        return None
    fingerprint = hashlib.sha256(json.dumps(types, sort_keys=True).encode()).hexdigest()
    return Shape(types, words.variables, fingerprint)


def _quick_reply(part: Part, words: _Words) -> dict[str, Any]:
    body = words.lines(part.text)
    actions = [
        {"type": "QUICK_REPLY", "title": words.place(choice.title), "id": words.place(choice.id)}
        for choice in part.choices
    ]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def _list_picker(part: Part, words: _Words) -> dict[str, Any]:
    body = words.lines(part.text)
    items = []
    for choice in part.choices:
        item = {"item": words.place(choice.title), "id": words.place(choice.id)}
        if choice.description:
            item["description"] = words.place(choice.description)
        items.append(item)
    return {"twilio/list-picker": {"body": body, "button": part.button, "items": items}}


async def content_sid(client: TwilioClient, ids: ContentIds, access: ChannelAccess, shape: Shape) -> str:
    """Twilio's id of a shape, made there when it is new. Raises TwilioRestException, httpx.HTTPError."""
    known = await ids.get(access, shape.fingerprint)
    if known:
        return known
    created = await client.rest.request_async(
        "POST",
        CONTENT_URL,
        data={
            "friendly_name": f"caserita_{shape.fingerprint[:16]}",
            "language": "es",
            "variables": dict.fromkeys(shape.variables, _SAMPLE),
            "types": shape.types,
        },
        headers={"Content-Type": "application/json"},
    )
    answer = json.loads(created.text) if created.text else {}
    if created.status_code != 201:
        raise TwilioRestException(created.status_code, CONTENT_URL, str(answer.get("message", "")), answer.get("code"))
    sid = str(answer["sid"])
    await ids.keep(access, shape.fingerprint, sid)
    return sid
