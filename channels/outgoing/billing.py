"""What providers bill: each message once, by month and kind."""

from datetime import datetime

from channels.adapter import StatusUpdate
from channels.incoming.cleaning import clean_text
from data.models import Message
from data.states import ChannelKind
from data.transaction import Transaction

SERVICE = "service"
TEMPLATE = "template"


def kind_of(message: Message) -> str:
    """As long as its provider names no kind of its own."""
    return TEMPLATE if message.payload.get("template") else SERVICE


async def note_billing(
    tx: Transaction, kind: ChannelKind, message: Message, status: StatusUpdate, now: datetime
) -> None:
    """Keep what a status says a message costs; the first to say so counts."""
    if status.is_billed is None or message.is_billed is not None:
        return
    message.is_billed = status.is_billed
    message.billing_kind = clean_text(status.billing_kind or "")[:40] or kind_of(message)
    if status.is_billed:
        await tx.outbound.count(kind, message.billing_kind, now, billed=1)
