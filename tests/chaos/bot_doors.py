"""The channels that come through someone else's bot: Chatwoot's, which owns the inbox, and one made with Botpress."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.chaos.doors import OneDoor, Post, doubled
from tests.servers.botpress_server import BotpressServer
from tests.servers.chatwoot_inbox import signed
from tests.servers.chatwoot_server import ChatwootServer


@dataclass
class ChatwootDoor(OneDoor):
    """Each shopper is a conversation there. Chatwoot tells us whatever happens in it, what we wrote too."""

    server: ChatwootServer = field(kw_only=True)
    name: str = "chatwoot"

    async def come_in(self, number: int) -> str:
        self.addresses.append(address := str(self.server.comes_in("Ana").number))
        return address

    def post(self, address: str, words: str) -> Post:
        self.server.shopper_says(words, int(address))
        return self._signed(self.server.events.pop())

    def _signed(self, event: dict[str, Any]) -> Post:
        return Post(self.webhook, *signed(event), again_at=(429, 500))

    async def heard(self, address: str) -> Sequence[str]:
        return self.server.said(int(address))

    def repeated(self) -> int:
        """By the id of ours that it gives back."""
        paths = {f"conversations/{address}/messages" for address in self.addresses}
        mine = [body for _, path, body in self.server.requests if path in paths]
        return doubled(body["echo_id"] for body in mine if "echo_id" in body)

    def statuses(self) -> Iterator[Post]:
        events = self.server.events
        for _ in range(len(events)):
            event = events.popleft()
            number = event["conversation"]["id"] if "conversation" in event else event["id"]
            if str(number) in self.addresses:
                yield self._signed(event)
            else:
                events.append(event)


@dataclass
class BotpressDoor(OneDoor):
    """Nobody can be asked what it took."""

    server: BotpressServer = field(kw_only=True)
    secret: str = field(kw_only=True)
    name: str = "botpress"

    async def come_in(self, number: int) -> str:
        self.addresses.append(address := f"conv_{number}")
        return address

    def post(self, address: str, words: str) -> Post:
        body = {"conversationId": address, "messageId": f"msg_{uuid4().hex}", "text": words, "userName": "Ana"}
        headers = {"content-type": "application/json", "x-secret-key": self.secret}
        return Post(self.webhook, json.dumps(body).encode(), headers)

    async def heard(self, address: str) -> Sequence[str]:
        return [body["text"] for body in self._taken() if body["conversationId"] == address]

    def repeated(self) -> int:
        return doubled(body["messageId"] for body in self._taken())

    def statuses(self) -> Iterator[Post]:
        return iter(())

    def _taken(self) -> list[dict[str, Any]]:
        return [body for _, body in self.server.received if body["conversationId"] in self.addresses]
