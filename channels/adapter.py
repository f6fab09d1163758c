"""The one shape of every channel: verify, parse, send. An adapter knows neither the web framework nor the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from data.content import MessageContent
from data.states import ChannelKind, Delivery


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """A channel as its adapter needs it: settings and opened secrets. `webhook_url` is public and absolute."""

    tenant_id: UUID
    channel_id: UUID
    kind: ChannelKind
    address: str
    config: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request as it came: `body` is the raw bytes, header names are in lower case, `query` is undecoded."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a shopper. `raw` keeps every parameter the provider sent; `choice` is a tapped button's id."""

    external_id: str
    address: str
    text: str
    contact_name: str | None = None
    choice: str | None = None
    sent_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """The provider's news about an outbound message, named by its own id and by ours when it carries it."""

    external_id: str
    delivery: Delivery
    message_id: UUID | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    messages: Sequence[InboundMessage] = ()
    statuses: Sequence[StatusUpdate] = ()


@dataclass(frozen=True, slots=True)
class SendResult:
    """`more_external_ids` name the further parts of a message too long for one."""

    external_id: str | None
    delivery: Delivery = Delivery.SENT
    more_external_ids: tuple[str, ...] = ()


class Adapter(Protocol):
    kind: ChannelKind

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Whether the provider signed exactly this request. False when the channel has no secret."""
        ...

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        """Every message and status in a verified request. Raises channels.errors.BadPayload."""
        ...

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        """Hand one message to the provider. Raises channels.errors.SendError with its verdict."""
        ...
