"""Channels whose page or terminal fetches the messages itself: nothing is posted to us, nothing is sent."""

from uuid import UUID

from channels.adapter import Capabilities, ChannelAccess, Parsed, SendResult, WebhookRequest
from channels.errors import BadPayload
from data.content import MessageContent
from data.states import ChannelKind


class PulledChannel:
    """The web chat and the terminal: a message in the table is a message sent."""

    capabilities = Capabilities(text_limit=4000, most_buttons=10, sends_media=True, is_pulled=True)

    def __init__(self, kind: ChannelKind) -> None:
        self.kind = kind

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        return False

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        raise BadPayload(f"a channel of kind {self.kind} has no webhook")

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        return SendResult(None)
