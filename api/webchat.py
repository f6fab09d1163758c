"""The web chat's protocol: a visitor's token, their history, a door for messages, a stream of news."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.dependencies import RateLimitsNeeded, RuntimeNeeded
from api.errors import Missing, Unauthorized
from api.open_channels import OpenChannels
from api.origins import place_of
from api.rate_limits import CHAT_BY_CALLER, CHAT_BY_VISITOR, SESSION_BY_CALLER, caller_of
from api.runtime import Runtime
from api.schemas import Moment, errors
from api.suggestions import suggestions_for
from api.tokens import (
    VISITOR_LIFETIME,
    VISITOR_RENEWAL,
    BadToken,
    VisitorToken,
    issue_visitor_token,
    read_visitor_token,
)
from channels.adapter import ChannelAccess, InboundMessage
from channels.incoming.cleaning import clean_text
from channels.incoming.inbox import receive
from data.content import Card, Choice, Media, MessageContent
from data.models import Conversation, Message
from data.states import ChannelKind, ConversationStatus, Sender
from data.transaction import Transaction

router = APIRouter(prefix="/v1/webchat/{channel_id}", tags=["Chat web"])

LONGEST_TEXT = 100_000
MOST_AT_ONCE = 200
LAST_POSITION = 2**62
_POSITION = re.compile(r"[0-9]{1,19}")
_KEEP_ALIVE_SECONDS = 10.0
_LOOKED_AT = 150

_bearer = HTTPBearer(auto_error=False, scheme_name="Visitor", description="El `token` de POST …/session.")


class Introduction(BaseModel):
    """What the chat shows before anything was said."""

    store_name: str
    suggestions: Annotated[list[str], Field(description="Preguntas que esta tienda puede contestar ahora.")]


class Session(BaseModel):
    token: str
    expires_in: Annotated[int, Field(description="Segundos. Antes, o hasta un mes después, se renueva aquí mismo.")]
    visitor_id: Annotated[UUID, Field(description="El mismo mientras se renueva; otro: una conversación nueva.")]
    store_name: str


class ChatMessage(BaseModel):
    """`position` orders messages and never repeats; `client_id` is what the visitor's page called its own."""

    position: int
    sender: Sender
    text: str
    choices: list[Choice]
    cards: list[Card]
    media: list[Media]
    client_id: str | None
    created_at: Moment


class History(BaseModel):
    """The first messages after a position, oldest first. `is_typing`: an answer is on its way."""

    messages: list[ChatMessage]
    has_more: Annotated[bool, Field(description="Hay más: pide lo que sigue después del último.")]
    status: ConversationStatus
    is_typing: bool


def _require_visible(text: str) -> str:
    """Raises ValueError for what would be kept as nothing."""
    if not clean_text(text):
        raise ValueError("El mensaje no tiene nada que se pueda leer. Escribe algo y vuelve a enviarlo.")
    return text


class NewChatMessage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_require_visible)]
    client_id: Annotated[UUID, Field(description="Elegido por la página: enviar dos veces el mismo no duplica.")]
    choice: Annotated[str | None, Field(max_length=255, description="El `id` de la opción tocada.")] = None


class Accepted(BaseModel):
    client_id: UUID
    is_new: Annotated[bool, Field(description="Falso: este mensaje ya estaba.")]


class Visit:
    """One visitor of one channel, during one request."""

    def __init__(self, runtime: Runtime, access: ChannelAccess, visitor_id: UUID) -> None:
        self.runtime = runtime
        self.access = access
        self.visitor_id = visitor_id

    @property
    def address(self) -> str:
        return str(self.visitor_id)

    async def conversation_id(self) -> UUID | None:
        async with self.runtime.database.transaction(self.access.tenant_id) as tx:
            conversation = await tx.conversations.find(self.access.channel_id, self.address)
        return conversation.id if conversation else None

    async def read(self, after: int) -> tuple[UUID | None, History]:
        """The visitor's conversation, if there is one, and what comes in it after a position."""
        async with self.runtime.database.transaction(self.access.tenant_id) as tx:
            conversation = await tx.conversations.find(self.access.channel_id, self.address)
            if conversation is None:
                return None, History(messages=[], has_more=False, status=ConversationStatus.AUTOMATED, is_typing=False)
            messages = await tx.messages.following(conversation.id, after, limit=MOST_AT_ONCE + 1)
            is_typing = await _is_typing(tx, conversation)
        return conversation.id, History(
            messages=[self._view(message) for message in messages[:MOST_AT_ONCE]],
            has_more=len(messages) > MOST_AT_ONCE,
            status=conversation.status,
            is_typing=is_typing,
        )

    def external_id(self, client_id: UUID) -> str:
        """Bound to the visitor: nobody can spend the id that another page is about to use."""
        return f"{self.visitor_id}:{client_id}"

    def _view(self, message: Message) -> ChatMessage:
        from_visitor = message.sender is Sender.CONTACT
        content = MessageContent.from_row(message.text, {} if from_visitor else message.payload)
        return ChatMessage(
            position=message.position,
            sender=message.sender,
            text=content.text,
            choices=list(content.choices),
            cards=list(content.cards),
            media=list(content.media),
            client_id=(message.external_id or "").rpartition(":")[2] if from_visitor else None,
            created_at=message.created_at,
        )


async def _is_typing(tx: Transaction, conversation: Conversation) -> bool:
    if conversation.status is not ConversationStatus.AUTOMATED:
        return False
    return await tx.messages.newest_inbound_position(conversation.id) > conversation.answered_position


async def get_channel(channel_id: str, request: Request) -> ChannelAccess:
    """The web chat at this address. Raises Missing, also for a channel of another kind."""
    open_channels: OpenChannels = request.app.state.open_channels
    access = await open_channels.get(channel_id)
    if access.kind is not ChannelKind.WEBCHAT:
        raise Missing("No hay un chat web en esta dirección.")
    return access


ChannelNeeded = Annotated[ChannelAccess, Depends(get_channel)]


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def get_visit(
    channel: ChannelNeeded, request: Request, runtime: RuntimeNeeded, credentials: Credentials
) -> Visit:
    try:
        token = _read_token(channel, request, runtime, credentials)
    except BadToken as error:
        raise Unauthorized("Tu sesión de chat terminó. Recarga la página para seguir.") from error
    return Visit(runtime, channel, token.visitor_id)


def _read_token(
    channel: ChannelAccess,
    request: Request,
    runtime: Runtime,
    credentials: HTTPAuthorizationCredentials | None,
    *,
    ended_ago: timedelta = timedelta(),
) -> VisitorToken:
    """Raises BadToken, also for another chat's, and one that another site was given."""
    place = place_of(request.headers, runtime.settings.base_url)
    text = credentials.credentials if credentials else ""
    token = read_visitor_token(runtime.jwt_secret, text, channel.tenant_id, place, ended_ago=ended_ago)
    if token.channel_id != channel.channel_id:
        raise BadToken
    return token


VisitNeeded = Annotated[Visit, Depends(get_visit)]


@router.get("", summary="Ver de qué tienda es el chat", responses=errors(403, 404))
async def introduce(channel: ChannelNeeded, runtime: RuntimeNeeded, response: Response) -> Introduction:
    async with runtime.database.transaction(channel.tenant_id) as tx:
        tenant = await tx.tenants.get()
        items = await tx.catalogue.page(_LOOKED_AT)
    response.headers["Cache-Control"] = "private, max-age=60"
    response.headers["Vary"] = "Origin"
    return Introduction(store_name=tenant.name, suggestions=suggestions_for(items))


@router.post(
    "/session",
    status_code=201,
    summary="Empezar a conversar, o seguir",
    description="Con el token anterior, aunque haya vencido hace menos de un mes, sigue la misma conversación. "
    "Cada token sirve solo para este chat y en el sitio que lo pidió.",
    responses=errors(403, 404, 429),
)
async def open_session(
    channel: ChannelNeeded,
    request: Request,
    runtime: RuntimeNeeded,
    rate_limits: RateLimitsNeeded,
    credentials: Credentials,
) -> Session:
    await rate_limits.take(SESSION_BY_CALLER, caller_of(request))
    try:
        token = _read_token(channel, request, runtime, credentials, ended_ago=VISITOR_RENEWAL)
    except BadToken:
        place = place_of(request.headers, runtime.settings.base_url)
        token = VisitorToken(uuid4(), channel.channel_id, channel.tenant_id, place)
    async with runtime.database.transaction(channel.tenant_id) as tx:
        tenant = await tx.tenants.get()
    return Session(
        token=issue_visitor_token(runtime.jwt_secret, token),
        expires_in=int(VISITOR_LIFETIME.total_seconds()),
        visitor_id=token.visitor_id,
        store_name=tenant.name,
    )


@router.get("/messages", summary="Leer la conversación", responses=errors(401, 404))
async def get_messages(
    visit: VisitNeeded,
    after: Annotated[int, Query(ge=0, le=LAST_POSITION, description="Solo lo que viene después de esta posición.")] = 0,
) -> History:
    _, history = await visit.read(after)
    return history


@router.post("/messages", status_code=202, summary="Enviar un mensaje", responses=errors(401, 404, 413, 422, 429))
async def post_message(
    body: NewChatMessage, visit: VisitNeeded, request: Request, response: Response, rate_limits: RateLimitsNeeded
) -> Accepted:
    tries = [(CHAT_BY_VISITOR, visit.address), (CHAT_BY_CALLER, caller_of(request))]
    response.headers.update((await rate_limits.take_all(tries)).headers())
    message = InboundMessage(
        external_id=visit.external_id(body.client_id), address=visit.address, text=body.text, choice=body.choice
    )
    received = await receive(visit.runtime.database, visit.access, [message], now=datetime.now(UTC))
    return Accepted(client_id=body.client_id, is_new=bool(received and received[0].message_id))


async def hold_stream(visit: VisitNeeded, request: Request, rate_limits: RateLimitsNeeded) -> AsyncIterator[None]:
    """Held until the stream ends, however it ends."""
    with rate_limits.stream(visit.address, caller_of(request)):
        yield


@router.get(
    "/events",
    summary="Recibir lo nuevo",
    description="Server-Sent Events. `message` lleva un mensaje y su posición como id; `state`, si alguien escribe. "
    "Al reconectar, `Last-Event-ID` (o `after`) sigue donde quedó: nada se pierde ni se repite.",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "La corriente."},
        **errors(401, 404, 422, 429),
    },
    dependencies=[Depends(hold_stream)],
)
async def stream_events(
    visit: VisitNeeded,
    request: Request,
    after: Annotated[int, Query(ge=0, le=LAST_POSITION)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    is_position = bool(last_event_id and _POSITION.fullmatch(last_event_id))
    position = min(int(last_event_id or 0), LAST_POSITION) if is_position else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(visit, position), media_type="text/event-stream", headers=headers)


async def _events(visit: Visit, position: int) -> AsyncIterator[str]:
    """Positions are committed in order within a conversation, so reading on after the last one misses nothing."""
    yield "retry: 2000\n\n"
    told: tuple[str, bool] | None = None
    spoke_at = asyncio.get_running_loop().time()
    while not visit.runtime.listener.is_closed:
        conversation_id = await visit.conversation_id()
        # Until there is a conversation, a new one of the store may be it.
        key = conversation_id or visit.access.tenant_id
        async with visit.runtime.listener.subscribe(key) as wakes:
            while not visit.runtime.listener.is_closed:
                found, history = await visit.read(position)
                for message in history.messages:
                    position = message.position
                    yield _event("message", message.model_dump(mode="json"), position)
                if history.has_more:
                    continue
                state = (history.status.value, history.is_typing)
                if state != told:
                    told = state
                    yield _event("state", {"status": history.status.value, "is_typing": history.is_typing})
                if found != conversation_id:
                    break
                now = asyncio.get_running_loop().time()
                if now - spoke_at > _KEEP_ALIVE_SECONDS:
                    spoke_at = now
                    yield ": sigo aquí\n\n"
                await wakes.wait()


def _event(name: str, data: dict[str, Any], position: int | None = None) -> str:
    identity = f"id: {position}\n" if position is not None else ""
    return f"{identity}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
