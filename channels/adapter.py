"""The one shape of every channel: verify, parse, send. An adapter knows neither the web framework nor the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from data.content import MediaKind, MessageContent
from data.states import Actor, ChannelKind, ConversationStatus, Delivery


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
class Capabilities:
    """What a channel can do, so that one outbound message is rendered for all.

    Lengths count UTF-16 units, `choice_id_limit` bytes. `most_buttons` and `most_rows` are how many choices it
    shows as buttons and in a list; above that, and where both are 0, choices are numbered lines.
    `interactive_text_limit` is for the text above buttons or a list. `captioned` are the files that show a text of
    their own. `has_service_window`: free text only within 24 hours of the contact's last message.
    """

    text_limit: int
    most_buttons: int = 0
    most_rows: int = 0
    has_service_window: bool = False
    sends_media: bool = False
    shows_any_picture: bool = False  # not JPEG and PNG alone
    is_pulled: bool = False  # the shopper's page reads the table: a message written is a message sent
    formats_marks: bool = False  # *bold*, _italic_, ~struck~ and `code` are shown as such
    interactive_text_limit: int = 1024
    caption_limit: int = 1024
    captioned: frozenset[MediaKind] = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT})
    button_title_limit: int = 20
    row_title_limit: int = 24
    row_description_limit: int = 72
    choice_id_limit: int = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a shopper sent. `reference` is what its channel fetches it by: an address, or the provider's id."""

    kind: MediaKind
    reference: str
    content_type: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class OrderedProduct:
    """A product picked in the channel's own catalogue. `price` is what it cost there, to tell the shopper where ours
    is another: our rows say what it costs."""

    sku: str
    quantity: int
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a shopper. `raw` keeps every parameter the provider sent; `choice` is a tapped button's id;
    `quoted_external_id` is the message it answers, `quoted_sku` the product it was written under, `quoted_text` the
    advertisement; `alias` is another address of the same person, who may write from either; `replaces` is the message
    that it corrects."""

    external_id: str
    address: str
    text: str
    contact_name: str | None = None
    choice: str | None = None
    sent_at: datetime | None = None
    attachments: Sequence[Attachment] = ()
    quoted_external_id: str | None = None
    quoted_sku: str | None = None
    quoted_text: str | None = None
    ordered: Sequence[OrderedProduct] = ()
    alias: str | None = None
    replaces: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EchoMessage:
    """What a person of the shop wrote to `address` past us, from the phone or at a desk: the agent falls silent.
    `is_unopened`: the desk has it as the agent's all the same; `alias` is another address of that contact."""

    external_id: str
    address: str
    text: str
    author: str | None = None
    sent_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    actor: Actor = Actor.PHONE
    alias: str | None = None
    is_unopened: bool = False


@dataclass(frozen=True, slots=True)
class OwnershipChange:
    """The channel says who answers `address` from now on: people, the agent, or nobody (closed). `as_of` is when that
    was so by its clock: older news than what is known is none. `is_noticed`: it came with a shopper's message, and
    need be no change. `is_left_over`: a person has it, by a status that says the agent does: maybe from before."""

    address: str
    status: ConversationStatus
    reason: str
    as_of: datetime | None = None
    is_noticed: bool = False
    is_left_over: bool = False


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """The provider's news about an outbound message, named by its own id and by ours when it carries it.
    `is_billed` and `billing_kind` ("service", "utility", "marketing") are what it says the message costs."""

    external_id: str
    delivery: Delivery
    message_id: UUID | None = None
    error: str | None = None
    is_billed: bool | None = None
    billing_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An item that could not be read; the others of its request were."""

    reason: str
    raw: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """A person has a new address: what was said at the old one is theirs."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """`withdrawn` are messages their writer deleted; `elsewhere` is what came for other addresses of the same kind,
    each item as it is set aside when no channel has that address."""

    messages: Sequence[InboundMessage] = ()
    statuses: Sequence[StatusUpdate] = ()
    echoes: Sequence[EchoMessage] = ()
    ownership: Sequence[OwnershipChange] = ()
    quarantined: Sequence[Quarantined] = ()
    withdrawn: Sequence[str] = ()
    moved: Sequence[Moved] = ()
    elsewhere: Mapping[str, Sequence[Quarantined]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendResult:
    """`more_external_ids` name the further parts of a message too long for one; `is_numbered`: its choices went as
    numbered lines although the channel has better."""

    external_id: str | None
    delivery: Delivery = Delivery.SENT
    more_external_ids: tuple[str, ...] = ()
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sending whose end nobody saw. `known_external_ids` are of other messages to the same address: of two equal
    ones the provider may have only the first."""

    to: str
    content: MessageContent
    message_id: UUID
    sent_after: datetime
    known_external_ids: frozenset[str] = frozenset()


class Fate(StrEnum):
    TAKEN = "taken"  # the provider has it
    NOT_TAKEN = "not_taken"  # it certainly has not: it may be sent again
    UNKNOWN = "unknown"  # nobody can tell: a person decides


@dataclass(frozen=True, slots=True)
class Found:
    fate: Fate
    result: SendResult | None = None  # with TAKEN


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    body: bytes = field(repr=False)
    content_type: str
    filename: str = ""


class Adapter(Protocol):
    kind: ChannelKind
    capabilities: Capabilities

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Whether the provider signed exactly this request. False when the channel has no secret."""
        ...

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        """All that a verified request brings. Raises channels.errors.BadPayload."""
        ...

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        """Hand one message to the provider; a long one comes in parts, a call each (channels.outgoing.rendering).

        Raises channels.errors.SendError with its verdict.
        """
        ...


# What only some channels can do: an adapter that has the method can.


@runtime_checkable
class Acknowledges(Protocol):
    def acknowledgement(self, request: WebhookRequest) -> bytes | None:
        """JSON to answer a request with that was kept, where the provider reads more in it than that."""
        ...


@runtime_checkable
class AnswersHandshake(Protocol):
    def answer_handshake(self, access: ChannelAccess, request: WebhookRequest) -> str | None:
        """The text to echo to a provider that checks a new address by GET; None refuses."""
        ...


@runtime_checkable
class FindsSent(Protocol):
    async def find_sent(self, access: ChannelAccess, doubt: Doubt) -> Found:
        """Ask the provider whether it took a message whose sending was interrupted. Raises SendError."""
        ...


@runtime_checkable
class FetchesMissed(Protocol):
    async def fetch_missed(self, access: ChannelAccess, since: datetime) -> Parsed:
        """What shoppers wrote since then, as the provider's own list has it. Raises SendError."""
        ...


@runtime_checkable
class ShowsTyping(Protocol):
    async def show_typing(self, access: ChannelAccess, to: str, inbound_external_id: str) -> None:
        """Tell the shopper that an answer is on its way. Raises SendError; nobody waits for it."""
        ...


@runtime_checkable
class RegistersWebhook(Protocol):
    async def register_webhook(self, access: ChannelAccess) -> None:
        """Tell the provider where it is to post. Raises SendError."""
        ...


@runtime_checkable
class FetchesMedia(Protocol):
    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        """Download it with the channel's credentials. Raises SendError, also above `limit` bytes."""
        ...
