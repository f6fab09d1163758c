"""Conversations: reading them, answering as a person, taking them from the agent and giving them back."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.dependencies import Principal, RuntimeNeeded, Seller, Viewer
from api.errors import Conflict, Invalid
from api.runtime import Runtime
from api.schemas import Limit, Moment, errors
from channels.incoming.cleaning import TEXT_LIMIT, clean_text
from channels.outgoing.window import by_template, is_window_open
from data.content import MediaKind, MessageContent
from data.jobs import JobName
from data.models import Conversation, Media, Message, OwnershipChange
from data.ownership import By, close, hand_back, hand_off, person_answered
from data.states import Actor, ConversationStatus, Delivery, MediaStatus, Sender, SetAside
from data.transaction import Transaction

router = APIRouter(prefix="/v1/conversations", tags=["Conversaciones"])


class ConversationView(BaseModel):
    id: UUID
    channel_id: UUID
    contact_id: UUID
    address: str
    status: ConversationStatus
    status_since: Annotated[Moment | None, Field(description="Nulo: desde el comienzo.")]
    status_actor: Annotated[Actor | None, Field(description="Quién decidió que la atienda quien la atiende.")]
    status_actor_name: str | None
    status_reason: str | None
    last_inbound_at: Moment | None
    last_message_at: Moment | None
    created_at: Moment


class ConversationPage(BaseModel):
    conversations: list[ConversationView]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


class MediaView(BaseModel):
    """A file the customer sent; once it is `stored`, `GET /v1/media/{id}` has it."""

    id: UUID
    kind: MediaKind
    status: MediaStatus
    content_type: str
    filename: str
    byte_count: int | None
    transcript: str | None


class MessageView(BaseModel):
    """In the order they were said, `said_at`: `position` is the order in which they came."""

    id: UUID
    position: int
    sender: Sender
    author: Annotated[str | None, Field(description="La persona que lo escribió, si se sabe.")]
    text: str
    said_at: Moment
    set_aside: Annotated[SetAside | None, Field(description="Por qué no espera respuesta.")]
    delivery: Delivery | None
    delivery_error: str | None
    is_transcribed: Annotated[bool, Field(description="El texto es lo que dijo en un audio.")]
    media: list[MediaView]
    created_at: Moment


class OwnershipView(BaseModel):
    """Who answers from then on, and who decided so."""

    status: ConversationStatus
    actor: Actor
    actor_name: str | None
    reason: str
    changed_at: Moment


class ConversationWithMessages(ConversationView):
    """The newest messages, oldest first; who had the conversation, newest first."""

    messages: list[MessageView]
    ownership: list[OwnershipView]
    previous: Annotated[int | None, Field(description="Pásalo como `before` para los mensajes anteriores.")]


class NewMessage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]


@router.get("", summary="Ver las conversaciones", responses=errors(401))
async def list_conversations(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Annotated[AwareDatetime | None, Query(description="El `next` de la página anterior.")] = None,
) -> ConversationPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.conversations.recent(limit + 1, before)
    page = found[:limit]
    return ConversationPage(
        conversations=[_view(conversation) for conversation in page],
        next=page[-1].last_message_at if len(found) > limit else None,
    )


@router.get("/{conversation_id}", summary="Ver una conversación", responses=errors(401, 404))
async def get_conversation(
    conversation_id: UUID,
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="El `previous` de la página anterior.")] = None,
) -> ConversationWithMessages:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        messages = await tx.messages.history(conversation_id, limit=limit + 1, before_position=before)
        changes = await tx.conversations.ownership_changes(conversation_id)
        media = await tx.media.of_messages([message.id for message in messages])
    first = min((message.position for message in messages), default=0)
    has_more = len(messages) > limit
    page = [message for message in messages if not has_more or message.position > first]
    return ConversationWithMessages(
        **_view(conversation).model_dump(),
        messages=[
            _message_view(message, [file for file in media if file.message_id == message.id]) for message in page
        ],
        previous=min(message.position for message in page) if has_more else None,
        ownership=[_change_view(change) for change in changes],
    )


@router.post(
    "/{conversation_id}/messages",
    status_code=202,
    summary="Responder como persona",
    description="Quien escribe toma la conversación: el agente calla hasta que la devuelvas.",
    responses=errors(401, 403, 404, 409, 422),
)
async def send_message(
    conversation_id: UUID, body: NewMessage, principal: Seller, runtime: RuntimeNeeded
) -> MessageView:
    text = clean_text(body.text)
    if not text:
        raise Invalid("Escribe un mensaje con texto.", {"field": "text"})
    now = datetime.now(UTC)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        conversation = await _open_conversation(tx, conversation_id)
        await _require_window(tx, runtime, conversation, now)
        payload = MessageContent(text).payload() | {"author": principal.email}
        message = await tx.messages.add_outbound(conversation, text=text, payload=payload, now=now, sender=Sender.HUMAN)
        await person_answered(tx, conversation, "Respondió una persona.", By(Actor.MEMBER, principal.email), now)
        await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation.id}", message_id=message.id)
        await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")
    return _message_view(message)


@router.post("/{conversation_id}/handoff", summary="Tomar la conversación", responses=errors(401, 403, 404, 409))
async def open_handoff(conversation_id: UUID, principal: Seller, runtime: RuntimeNeeded) -> ConversationView:
    return await _change(runtime, principal, conversation_id, hand_off, "La tomó una persona.")


@router.post("/{conversation_id}/handback", summary="Devolverla al agente", responses=errors(401, 403, 404, 409))
async def close_handoff(conversation_id: UUID, principal: Seller, runtime: RuntimeNeeded) -> ConversationView:
    return await _change(runtime, principal, conversation_id, hand_back, "La devolvió una persona.")


@router.post(
    "/{conversation_id}/close",
    summary="Cerrar la conversación",
    description="Si esa persona vuelve a escribir, empieza otra.",
    responses=errors(401, 403, 404, 409),
)
async def close_conversation(conversation_id: UUID, principal: Seller, runtime: RuntimeNeeded) -> ConversationView:
    return await _change(runtime, principal, conversation_id, close, "La cerró una persona.")


Change = Callable[[Transaction, Conversation, str, By, datetime], Awaitable[bool]]


async def _change(
    runtime: RuntimeNeeded, principal: Principal, conversation_id: UUID, change: Change, reason: str
) -> ConversationView:
    """Doing it twice changes nothing the second time."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        conversation = await _open_conversation(tx, conversation_id)
        await change(tx, conversation, reason, By(Actor.MEMBER, principal.email), datetime.now(UTC))
    return _view(conversation)


async def _open_conversation(tx: Transaction, conversation_id: UUID) -> Conversation:
    conversation = await tx.conversations.get(conversation_id, lock=True)
    if conversation.status is ConversationStatus.CLOSED:
        raise Conflict("Esta conversación está cerrada.")
    return conversation


async def _require_window(tx: Transaction, runtime: Runtime, conversation: Conversation, now: datetime) -> None:
    """Free text, or a template of the channel that carries it."""
    channel = await tx.channels.get(conversation.channel_id)
    adapter = runtime.adapters.get(channel.kind) if channel else None
    if channel is None or adapter is None or by_template(MessageContent(""), channel.config, {}):
        return
    if not is_window_open(adapter.capabilities, conversation.last_inbound_at, now):
        raise Conflict(
            "Pasaron más de 24 horas desde su último mensaje y WhatsApp ya no permite escribirle texto libre. "
            "Espera a que vuelva a escribir."
        )


def _view(conversation: Conversation) -> ConversationView:
    return ConversationView(
        id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        address=conversation.address,
        status=conversation.status,
        status_since=conversation.status_since,
        status_actor=conversation.status_actor,
        status_actor_name=conversation.status_actor_name,
        status_reason=conversation.status_reason,
        last_inbound_at=conversation.last_inbound_at,
        last_message_at=conversation.last_message_at,
        created_at=conversation.created_at,
    )


def _change_view(change: OwnershipChange) -> OwnershipView:
    return OwnershipView(
        status=change.status,
        actor=change.actor,
        actor_name=change.actor_name,
        reason=change.reason,
        changed_at=change.changed_at,
    )


def _message_view(message: Message, media: Sequence[Media] = ()) -> MessageView:
    return MessageView(
        id=message.id,
        position=message.position,
        sender=message.sender,
        author=message.payload.get("author") if message.sender is Sender.HUMAN else None,
        text=message.text,
        said_at=message.said_at,
        set_aside=message.set_aside,
        delivery=message.delivery,
        delivery_error=message.delivery_error,
        is_transcribed=bool(message.payload.get("transcribed")),
        media=[_media_view(file) for file in media],
        created_at=message.created_at,
    )


def _media_view(media: Media) -> MediaView:
    return MediaView(
        id=media.id,
        kind=media.kind,
        status=media.status,
        content_type=media.content_type,
        filename=media.filename,
        byte_count=media.byte_count,
        transcript=media.transcript,
    )
