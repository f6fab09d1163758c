"""Chatwoot as agent bot: what is not its own, or not as it should be."""

import json
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from api.edge import Edge
from data.errors import DatabaseUnavailable
from tests.api.chatwoot import Inbox
from tests.servers.chatwoot_inbox import ACCOUNT, INBOX, PERSON, SECRET, signed

PAYLOADS = Path(__file__).parent.parent / "payloads" / "chatwoot"
# An odd count: every kind of place meets every one of them.
WRONG: tuple[Any, ...] = (None, 2**70, [7], {"a": 1}, "x" * 90_000, -1.5, True, "a\x00b\ud800", 10**400)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something is in it, leaves and what holds them."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*at, name)
        yield from places(each, (*at, name))


def put(value: Any, place: tuple[Any, ...], wrong: Any) -> Any:
    """A copy with something else there; where there is no such place, as it was."""
    head, *rest = place
    if not isinstance(value, dict | list) or (isinstance(value, dict) and head not in value):
        return value
    copy = value.copy()
    copy[head] = put(copy[head], tuple(rest), wrong) if rest else wrong
    return copy


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "another"}, 403),
        ({"secret": ""}, 403),
        ({"late": 400}, 403),
        ({"late": -400}, 403),
    ],
)
async def test_a_request_that_is_not_chatwoots_leaves_nothing(
    inbox: Inbox, anyone: httpx.AsyncClient, change: dict[str, Any], status: int
) -> None:
    inbox.server.shopper_says("hola")
    event = inbox.server.events.popleft()
    moment = int(time.time()) - change["late"] if "late" in change else None
    raw, headers = signed(event, moment=moment, **{name: change[name] for name in change if name != "late"})
    assert (await anyone.post(inbox.server.webhook_url, content=raw, headers=headers)).status_code == status
    raw, headers = signed(event)
    changed = raw.replace(b"hola", b"hols")
    assert (await anyone.post(inbox.server.webhook_url, content=changed, headers=headers)).status_code == 403
    assert await inbox.messages() == []


async def test_bad_bodies_are_refused_or_kept_aside(inbox: Inbox, anyone: httpx.AsyncClient) -> None:
    bodies = [
        (b"[]", 400),
        (b'{"event":' + b"[" * 100_000, 400),
        (b"{}", 400),
        (b"{}" * 600_000, 413),
        (b'{"event":"message_created","message_type":"incoming"}', 200),
        (b'{"event":"message_created","message_type":["x"],"conversation":7}', 200),
        (b'{"event":"conversation_status_changed","id":"x","status":{}}', 200),
        (b'{"event":"webwidget_triggered"}', 200),
    ]
    for body, status in bodies:
        raw, headers = signed(body)
        response = await anyone.post(inbox.server.webhook_url, content=raw, headers=headers)
        assert response.status_code == status, body[:60]
    assert await inbox.messages() == []


async def test_whatever_is_wrong_in_an_event_it_is_kept_or_set_aside(
    inbox: Inbox, owner: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    """Each place of a message holds something else, in turn, at the bot's door and at the desk's."""
    recorded = json.loads((PAYLOADS / "message_created.json").read_text(encoding="utf-8"))
    person = {"message_type": "outgoing", "sender": PERSON, "attachments": [{"file_type": "image", "data_url": "x"}]}
    settings = {"base_url": inbox.server.url, "account_id": ACCOUNT, "inbox_id": INBOX, "token": "t" * 20}
    desk = (await owner.put("/v1/desk", json=settings | {"webhook_secret": SECRET})).json()["webhook_url"]
    for number, (place, wrong) in enumerate(zip(places(recorded | person), cycle(WRONG), strict=False)):
        for url, event in ((inbox.server.webhook_url, recorded), (desk, recorded | person)):
            raw, headers = signed(put(event | {"id": 5_000 + number}, place, wrong))
            answer = await anyone.post(url, content=raw, headers=headers)
            assert answer.status_code in (200, 400), (place, str(wrong)[:20])


async def test_what_could_not_be_kept_is_asked_for_again() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise DatabaseUnavailable("refused")

    transport = httpx.ASGITransport(Edge(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://caserita.example") as client:
        for path, status in (("webhooks/channels/x", 500), ("webhooks/desks/x", 500), ("orders", 503)):
            _, headers = signed({})
            assert (await client.post(f"/v1/{path}", headers=headers)).status_code == status
