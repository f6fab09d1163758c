"""Each channel from the shopper's side: how what they write reaches us, and what its provider shows them."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

import httpx

from tests.servers.meta_server import MetaServer, payload, signed
from tests.servers.telegram_server import TelegramServer
from tests.servers.twilio_server import SentMessage, TwilioServer, form_body, sign

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "12345678901234567890123456789012"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Post:
    """A request that a provider, or a page, makes until it is answered with 2xx. `again_at`: what it insists after."""

    url: str
    body: bytes
    headers: dict[str, str]
    again_at: tuple[int, ...] = (429, 503)


class Door(Protocol):
    """One channel of one shop."""

    name: str
    tenant_id: UUID
    channel_id: UUID
    addresses: list[str]

    async def come_in(self, number: int) -> str:
        """A new shopper; returns their address."""
        ...

    def post(self, address: str, words: str) -> Post:
        """They write: as often as it is posted, it is one message."""
        ...

    async def heard(self, address: str) -> Sequence[str]:
        """What they have been shown, the oldest first."""
        ...

    def repeated(self) -> int:
        """How often the provider took a message that it had taken already, told apart by our own ids."""
        ...

    def statuses(self) -> Iterator[Post]:
        """What the provider has not told yet about the messages it took, out of order."""
        ...


@dataclass
class OneDoor:
    tenant_id: UUID
    channel_id: UUID
    base_url: str
    addresses: list[str] = field(default_factory=list)
    told: int = 0

    @property
    def webhook(self) -> str:
        return f"{self.base_url}/v1/webhooks/channels/{self.channel_id}"

    def _new(self, taken: Sequence[T]) -> Sequence[T]:
        """Those that came since this was asked for the last time."""
        new, self.told = taken[self.told :], len(taken)
        return new


@dataclass
class TwilioDoor(OneDoor):
    server: TwilioServer = field(kw_only=True)
    number: str = field(kw_only=True)
    name: str = "twilio"

    async def come_in(self, number: int) -> str:
        self.addresses.append(address := f"whatsapp:+569{number:08d}")
        return address

    def post(self, address: str, words: str) -> Post:
        sid = f"SM{uuid4().hex}"
        self.server.hear(address, self.number, words, sid)
        form = {
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": address, "To": self.number, "Body": words,
            "NumMedia": "0", "ProfileName": "Ana", "MessageType": "text", "SmsStatus": "received",
        }  # fmt: skip
        return self._signed(form)

    def _signed(self, form: dict[str, str], query: str = "") -> Post:
        url, pairs = self.webhook + query, list(form.items())
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": sign(url, pairs, TOKEN)}
        return Post(url, form_body(pairs), headers)

    async def heard(self, address: str) -> Sequence[str]:
        return [message.body for message in self._taken() if message.to == address]

    def repeated(self) -> int:
        return doubled(message.status_callback for message in self._taken())

    def statuses(self) -> Iterator[Post]:
        for message in self._new(self._taken()):
            query = "?" + message.status_callback.partition("?")[2]
            for status in ("delivered", "sent", "read"):
                yield self._signed(self.server.status_form(message, status), query)

    def _taken(self) -> list[SentMessage]:
        return [message for message in self.server.messages if message.sender == self.number]


@dataclass
class MetaDoor(OneDoor):
    server: MetaServer = field(kw_only=True)
    number_id: str = field(kw_only=True)
    name: str = "meta"

    async def come_in(self, number: int) -> str:
        self.addresses.append(address := f"569{number:08d}")
        return address

    def post(self, address: str, words: str) -> Post:
        message = {
            "from": address,
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(time())),
            "type": "text",
            "text": {"body": words},
        }
        return self._signed({"messages": [message], "contacts": [{"wa_id": address, "profile": {"name": "Ana"}}]})

    def _signed(self, value: dict[str, Any]) -> Post:
        return Post(self.webhook, *signed(payload(value, number_id=self.number_id)))

    async def heard(self, address: str) -> Sequence[str]:
        return [_shown_by_meta(body) for _, body in self._taken() if body["to"] == address]

    def repeated(self) -> int:
        return doubled(body["biz_opaque_callback_data"] for _, body in self._taken())

    def statuses(self) -> Iterator[Post]:
        for wamid, body in self._new(self._taken()):
            for status in ("delivered", "sent", "read"):
                yield self._signed({"statuses": [{
                    "id": wamid, "status": status, "timestamp": str(int(time())), "recipient_id": body["to"],
                    "biz_opaque_callback_data": body["biz_opaque_callback_data"],
                }]})  # fmt: skip

    def _taken(self) -> list[tuple[str, dict[str, Any]]]:
        pairs = zip(self.server.ids, self.server.sent, strict=True)
        return [(wamid, body) for wamid, body in pairs if body.get("to") in self.addresses]


def _shown_by_meta(body: dict[str, Any]) -> str:
    part = body[body["type"]]
    return str(part.get("body", "") if body["type"] == "text" else part.get("body", {}).get("text", ""))


@dataclass
class TelegramDoor(OneDoor):
    """Nobody can be asked what it took, and it takes no id of ours."""

    server: TelegramServer = field(kw_only=True)
    secret: str = field(kw_only=True)
    name: str = "telegram"

    async def come_in(self, number: int) -> str:
        self.addresses.append(address := str(number))
        return address

    def post(self, address: str, words: str) -> Post:
        number, chat = next(self.server.numbers), int(address)  # in a chat both sides are counted together
        update = {"update_id": number, "message": {
            "message_id": number, "date": int(time()), "text": words, "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": "Ana"},
        }}  # fmt: skip
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": self.secret}
        return Post(self.webhook, json.dumps(update).encode(), headers)

    async def heard(self, address: str) -> Sequence[str]:
        return [str(fields.get("text", "")) for fields in self.server.sent() if str(fields["chat_id"]) == address]

    def repeated(self) -> int:
        """By their words: of these dialogues no two replies are alike."""
        mine = [fields for fields in self.server.sent() if str(fields["chat_id"]) in self.addresses]
        return doubled(f"{fields['chat_id']} {fields.get('text')}" for fields in mine)

    def statuses(self) -> Iterator[Post]:
        return iter(())


@dataclass
class WebchatDoor(OneDoor):
    """The page asks us for what it shows, and nothing can be sent twice."""

    client: httpx.AsyncClient = field(kw_only=True)
    name: str = "webchat"
    tokens: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def chat(self) -> str:
        return f"{self.base_url}/v1/webchat/{self.channel_id}"

    async def come_in(self, number: int) -> str:
        while True:
            with suppress(httpx.HTTPError):
                answer = await self.client.post(f"{self.chat}/session", headers=_from(number))
                if answer.status_code == 201:
                    session = answer.json()
                    break
            await asyncio.sleep(0.5)
        address = str(session["visitor_id"])
        self.addresses.append(address)
        self.tokens[address] = session["token"]
        return address

    def post(self, address: str, words: str) -> Post:
        body = {"text": words, "client_id": str(uuid4())}
        headers = {"content-type": "application/json"} | self.headers(address)
        return Post(f"{self.chat}/messages", json.dumps(body).encode(), headers)

    def headers(self, address: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[address]}"} | _from(self.addresses.index(address))

    async def heard(self, address: str) -> Sequence[str]:
        with suppress(httpx.HTTPError):
            headers = {"authorization": f"Bearer {self.tokens[address]}"}
            answer = await self.client.get(f"{self.chat}/messages", headers=headers)
            if answer.status_code == 200:
                found = answer.json()["messages"]
                self.shown[address] = [message["text"] for message in found if message["sender"] != "contact"]
        return self.shown.get(address, [])

    def repeated(self) -> int:
        return 0

    def statuses(self) -> Iterator[Post]:
        return iter(())


def _from(number: int) -> dict[str, str]:
    """Shoppers have homes of their own."""
    return {"x-forwarded-for": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def doubled(ids: Iterable[str]) -> int:
    return sum(count - 1 for count in Counter(ids).values())
