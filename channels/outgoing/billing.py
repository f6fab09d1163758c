"""What providers bill: each message of theirs once, by month and kind."""

from datetime import datetime

from channels.adapter import StatusUpdate
from channels.incoming.cleaning import clean_id, clean_text
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
    """Keep what a status says a message costs. Each part of a long one is a message to its provider; the first status
    of each to say so counts."""
    part, told = clean_id(status.external_id), message.payload.get("priced", [])
    if status.is_billed is None or part is None or part in told:
        return
    message.payload = message.payload | {"priced": [*told, part]}
    message.is_billed = bool(message.is_billed) or status.is_billed
    message.billing_kind = clean_text(status.billing_kind or "")[:40] or kind_of(message)
    if status.is_billed:
        await tx.outbound.count(kind, message.billing_kind, now, billed=1)
