"""A shopper at a terminal: each message goes in by the inbox, and its turn runs here, on a queue of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from api.runtime import Runtime
from api.worker import make_handlers, make_last_resorts
from channels.access import create_channel
from channels.adapter import ChannelAccess, InboundMessage
from channels.incoming.inbox import Received, receive
from data.errors import AlreadyExists
from data.jobs import JobName
from data.models import Channel, Turn
from data.money import plain
from data.repositories.sales import OrderWithLines
from data.states import ChannelKind, ConversationStatus
from data.transaction import Transaction
from data.worker import JobWorker

ADDRESS = "terminal"
ANSWER_SECONDS = 60.0
# Another process may take the turn: then the tables tell, not our own worker.
LOOK_SECONDS = 0.5


class NoAnswer(Exception):
    """No turn answered the message in a minute."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one message led to; rows are as scripts read them, amounts as plain text."""

    replies: Sequence[str]
    shown: Sequence[Mapping[str, Any]]
    cart: Mapping[str, Any]
    order: Mapping[str, Any] | None
    conversation_id: UUID
    status: ConversationStatus
    turn_ms: float


class Terminal:
    """One contact of one tenant; one message at a time."""

    def __init__(self, runtime: Runtime, access: ChannelAccess, contact: str) -> None:
        self._database = runtime.database
        self._access = access
        self._contact = contact
        self._queue = f"terminal-{uuid4().hex[:16]}"  # part of a channel name, which PostgreSQL limits to 63 bytes
        self._turn_ends: asyncio.Queue[float] = asyncio.Queue()
        handlers = make_handlers(runtime)
        self._take_turn = handlers[JobName.TAKE_TURN]
        self.worker = JobWorker(
            runtime.database_url,
            {**handlers, JobName.TAKE_TURN: self._take_turn_and_tell},
            last_resorts=make_last_resorts(runtime),
            concurrency=2,
            queues=[self._queue],
            application_name="caserita-chat",
        )

    async def say(self, text: str) -> Answer:
        """Send one message and wait for its turn. Raises NoAnswer."""
        message = InboundMessage(external_id=str(uuid4()), address=self._contact, text=text)
        started = time.perf_counter()
        received = await receive(self._database, self._access, [message], queue=self._queue, now=datetime.now(UTC))
        if not received or received[0].message_id is None:
            raise NoAnswer
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                ended = await self._wait(received[0], started)
        except TimeoutError:
            raise NoAnswer from None
        return await self._answer(received[0], (ended - started) * 1000)

    async def _take_turn_and_tell(self, tenant_id: UUID, conversation_id: UUID) -> None:
        await self._take_turn(tenant_id=tenant_id, conversation_id=conversation_id)
        self._turn_ends.put_nowait(time.perf_counter())

    async def _wait(self, received: Received, started: float) -> float:
        """Until a turn has answered the message, or people hold the conversation; returns when that was."""
        ended = 0.0
        while not await self._is_settled(received):
            try:
                ended = await asyncio.wait_for(self._turn_ends.get(), LOOK_SECONDS)
            except TimeoutError:
                ended = 0.0
        return ended if ended > started else time.perf_counter()

    async def _is_settled(self, received: Received) -> bool:
        assert received.message_id is not None
        async with self._database.transaction(self._access.tenant_id) as tx:
            conversation = await tx.conversations.get(received.conversation_id)
            if conversation.status is not ConversationStatus.AUTOMATED:
                return True
            message = await tx.messages.get(received.message_id)
            return message is None or conversation.answered_position >= message.position

    async def _answer(self, received: Received, turn_ms: float) -> Answer:
        assert received.message_id is not None
        async with self._database.transaction(self._access.tenant_id) as tx:
            conversation = await tx.conversations.get(received.conversation_id)
            message = await tx.messages.get(received.message_id)
            turn = await tx.turns.latest(conversation.id)
            if turn is not None and (message is None or message.position > turn.last_position):
                turn = None  # nothing answered this one: people hold the conversation
            return Answer(
                replies=[reply.text for reply in await tx.messages.by_turn(turn.id)] if turn else [],
                shown=turn.shown if turn else [],
                cart=await _cart(tx, conversation.id),
                order=await _order(tx, turn),
                conversation_id=conversation.id,
                status=conversation.status,
                turn_ms=turn_ms,
            )


@asynccontextmanager
async def open_terminal(runtime: Runtime, tenant_id: UUID, contact: str) -> AsyncIterator[Terminal]:
    channel = await _channel(runtime, tenant_id)
    terminal = Terminal(runtime, runtime.open_access(channel), contact)
    await runtime.indexes.get(tenant_id)  # the first message need not wait for it
    running = asyncio.create_task(terminal.worker.run(), name="terminal worker")
    try:
        await terminal.worker.connected()
        yield terminal
    finally:
        terminal.worker.stop()
        await running
        await terminal.worker.drain()


async def _channel(runtime: Runtime, tenant_id: UUID) -> Channel:
    """The tenant's terminal channel, made when there is none."""
    try:
        async with runtime.database.transaction(tenant_id) as tx:
            found = await tx.channels.by_address(ChannelKind.TERMINAL, ADDRESS)
            return found or await create_channel(tx, runtime.secrets, ChannelKind.TERMINAL, "Terminal", ADDRESS, {}, {})
    except AlreadyExists:  # another terminal was first
        async with runtime.database.transaction(tenant_id) as tx:
            made = await tx.channels.by_address(ChannelKind.TERMINAL, ADDRESS)
            assert made is not None
            return made


async def _cart(tx: Transaction, conversation_id: UUID) -> dict[str, Any]:
    """Lines at today's prices, without products that the shop no longer sells."""
    currency = (await tx.tenants.get()).currency
    stored = await tx.carts.lines(conversation_id)
    items = await tx.catalogue.by_variant_ids([line.variant_id for line in stored])
    lines = [(items[line.variant_id], line.quantity) for line in stored if not items[line.variant_id].is_archived]
    total = sum((item.unit_price * quantity for item, quantity in lines), Decimal(0))
    return {
        "lines": [
            {"sku": item.sku, "quantity": quantity, "unit_price": plain(item.unit_price, currency)}
            for item, quantity in lines
        ],
        "total": plain(total, currency),
        "currency": currency,
    }


async def _order(tx: Transaction, turn: Turn | None) -> dict[str, Any] | None:
    """The order that this very turn placed."""
    receipts = turn.receipts if turn else []
    reference = next((one.get("reference") for one in receipts if one.get("kind") == "order_placed"), None)
    placed = await tx.orders.by_reference(reference) if reference else None
    return _order_row(placed) if placed else None


def _order_row(placed: OrderWithLines) -> dict[str, Any]:
    order = placed.order
    return {
        "reference": order.reference,
        "status": order.status.value,
        "total": plain(order.total, order.currency),
        "currency": order.currency,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": plain(line.unit_price, order.currency),
            }
            for line in placed.lines
        ],
    }
