"""A message that the shopper did not get goes to a person: its reason is kept, and the agent falls silent."""

from datetime import datetime
from uuid import UUID

import structlog

from channels.errors import CHANNEL, CLOSED, CREDENTIALS, DAILY_LIMIT, NOT_ALLOWED, PAYMENT, POLICY, TEMPLATE
from data.database import Database
from data.models import Conversation, Message
from data.ownership import By, hand_off, tell_desk_if_shown
from data.states import UNKNOWN_FATE, Actor, Delivery, Sender
from data.transaction import Transaction

OPTED_OUT = "opted_out"
CHANNEL_INACTIVE = "channel_inactive"
NEVER_SENT = "never_sent"
# Nobody of the store could do better: the number is none, or its owner wants nothing.
HOPELESS = frozenset({OPTED_OUT, CHANNEL_INACTIVE, "refused_by_contact", "bad_number"})
NOT_DELIVERED = "Un mensaje del asistente no le llegó al cliente."
# What the people of the store can mend.
_WHY = {
    CREDENTIALS.code: "La clave del canal venció o no sirve.",
    NOT_ALLOWED.code: "La clave del canal no tiene permiso para enviar.",
    CHANNEL.code: "El proveedor no encuentra el número del canal.",
    POLICY.code: "El proveedor bloqueó o limitó la cuenta de la tienda.",
    DAILY_LIMIT.code: "El número llegó a su límite de mensajes.",
    CLOSED.code: "Pasaron más de 24 horas desde su último mensaje y no hay una plantilla para escribirle.",
    PAYMENT.code: "Falta un medio de pago en la cuenta de WhatsApp.",
    TEMPLATE.code: "La plantilla no existe, está en pausa o espera otros datos.",
}
NOT_CERTAIN = "No se sabe si el último mensaje del asistente le llegó al cliente."

log = structlog.get_logger()


async def fail(tx: Transaction, message: Message, code: str, now: datetime) -> None:
    """Keep that a message failed, tell of it, and hand its conversation to people."""
    message.delivery = Delivery.FAILED
    message.delivery_error = code
    log.warning("message.failed", message_id=str(message.id), code=code, attempt_count=message.attempt_count)
    await tell_failed(tx, message, code, now)


async def give_up(database: Database, tenant_id: UUID, message_id: UUID, now: datetime) -> None:
    """The last resort of a job that failed to the end. Nothing happens to a message that has gone, or failed."""
    async with database.transaction(tenant_id) as tx:
        message = await tx.messages.get(message_id, lock=True)
        if message is None or message.delivery not in (Delivery.QUEUED, Delivery.SENDING):
            return
        await fail(tx, message, NEVER_SENT if message.delivery is Delivery.QUEUED else UNKNOWN_FATE, now)
        await tx.jobs.notify("messages", f"{tenant_id}/{message.conversation_id}")


async def tell_failed(tx: Transaction, message: Message, code: str | None, now: datetime) -> None:
    """The event of a failed message, and the hand-off where a person can still do something."""
    await tx.events.add("message.failed", message_id=str(message.id), code=code)
    if message.sender is Sender.HUMAN:
        await tell_desk_if_shown(tx, message.conversation_id)  # whoever wrote it there learns of it there
        return
    if code in HOPELESS:
        return
    conversation = await tx.conversations.get(message.conversation_id, lock=True)
    if _was_left(conversation):
        return
    reason = NOT_CERTAIN if code == UNKNOWN_FATE else f"{NOT_DELIVERED} {_WHY.get(code or '', '')}".strip()
    await hand_off(tx, conversation, reason, By(Actor.AGENT), now)


def _was_left(conversation: Conversation) -> bool:
    """Nobody took it the last time, and the shopper wrote nothing since: handing it off again would go on for ever."""
    since, heard = conversation.status_since, conversation.last_inbound_at
    return conversation.status_actor is Actor.TIMEOUT and since is not None and (heard is None or heard <= since)
