"""Plays a scenario: a burst goes in by the inbox, its turn is taken, and what the tables then hold is written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID, uuid4

from agent.loading import order_settings
from agent.order_data import NO_SETTINGS
from api.evaluation.scenarios import Expectation, Scenario, Turn
from api.evaluation.stores import Store
from channels.adapter import InboundMessage
from channels.incoming.inbox import receive
from data.content import Choice, MessageContent
from data.database import Database
from data.repositories.items import CatalogueItem
from data.states import ConversationStatus, OrderStatus, Sender
from data.transaction import Transaction

# No worker takes jobs from here: the turns of a scenario are taken one after another, by its player.
QUEUE = "evaluation"
_MOST_ORDERS = 50


class Seller(Protocol):
    """Whoever answers: agent.turn.Agent, or a stand-in for it."""

    async def take_turn(self, tenant_id: UUID, conversation_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    lines: Mapping[str, int]
    prices: Mapping[str, Decimal]
    total: Decimal
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """All that can be judged after a turn, as read from the tables."""

    said: Sequence[str]
    replies: Sequence[str]
    shown: Sequence[str]
    cart: Mapping[str, int]
    cart_total: Decimal
    summary: Mapping[str, int]
    summary_total: Decimal | None
    orders: Sequence[PlacedOrder]
    is_handed_off: bool
    was_handed_off: bool
    has_fallen_back: bool
    """The model did not answer, and the rules brain did."""
    rows: Mapping[str, CatalogueItem]
    told: Sequence[str] = ()
    """The answers that the shop has written itself."""
    waitlist: Mapping[str, int] = field(default_factory=dict)
    leads: Sequence[str] = ()
    dispatch: frozenset[Decimal] = frozenset()
    """What the shop has said that dispatch may cost."""

    @property
    def reply(self) -> str:
        return "\n".join(self.replies)


@dataclass(slots=True)
class Played:
    """A scenario's course: each turn that was said, with what came of it."""

    scenario: Scenario
    opening: Moment
    turns: list[tuple[Turn, Moment]] = field(default_factory=list)

    @property
    def end(self) -> Moment:
        return self.turns[-1][1] if self.turns else self.opening


Holds = Callable[[Expectation, Moment], bool]


async def play(database: Database, store: Store, seller: Seller, scenario: Scenario, holds: Holds) -> Played:
    """One conversation with a new shopper; the store is left as it was found."""
    shopper = _Shopper(database, store, seller, f"shopper-{uuid4().hex[:12]}")
    played = Played(scenario, _opening(store))
    if scenario.order_settings != NO_SETTINGS:
        await store.ask(database, scenario.order_settings)
    for turn in scenario.turns:
        if turn.unless is not None and holds(turn.unless, played.end):
            continue
        for change in turn.shop_changes:
            await store.change(database, change.sku, price=change.price, stock=change.stock)
        played.turns.append((turn, await shopper.say(turn, was_handed_off=played.end.is_handed_off)))
    await store.restore(database, played.end.rows)
    if scenario.order_settings != NO_SETTINGS:
        await store.ask(database, NO_SETTINGS)
    return played


def _opening(store: Store) -> Moment:
    return Moment((), (), (), {}, Decimal(0), {}, None, (), False, False, False, store.originals)


@dataclass(slots=True)
class _Shopper:
    database: Database
    store: Store
    seller: Seller
    address: str
    seen: set[UUID] = field(default_factory=set)

    async def say(self, turn: Turn, *, was_handed_off: bool) -> Moment:
        tapped = await self._tapped(turn.tap) if turn.tap else None
        texts = turn.say or ([tapped.title] if tapped else [])
        messages = [
            InboundMessage(
                external_id=str(uuid4()),
                address=self.address,
                text=text,
                choice=tapped.id if tapped and number == len(texts) - 1 else None,
            )
            for number, text in enumerate(texts)
        ]
        received = await receive(self.database, self.store.access, messages, queue=QUEUE, now=datetime.now(UTC))
        conversation_id = received[-1].conversation_id
        await self.seller.take_turn(self.store.tenant_id, conversation_id)
        async with self.database.transaction(self.store.tenant_id) as tx:
            return await self._look(tx, conversation_id, texts, was_handed_off)

    async def _tapped(self, tap: str) -> Choice:
        """The button whose id begins so, if the last reply has one: an id may go on with what it is about."""
        last = await self.database.last_outbound(self.store.tenant_id, self.store.access.channel_id, self.address)
        choices = MessageContent.from_row(*last).choices if last else ()
        return next((choice for choice in choices if choice.id.startswith(tap)), Choice(tap, tap))

    async def _look(self, tx: Transaction, conversation_id: UUID, said: Sequence[str], was_handed_off: bool) -> Moment:
        rows = await self.store.rows(tx)
        conversation = await tx.conversations.get(conversation_id)
        sent = [
            message
            for message in await tx.messages.history(conversation_id, limit=200)
            if message.sender is Sender.AGENT and message.id not in self.seen
        ]
        self.seen |= {message.id for message in sent}
        turn = await tx.turns.latest(conversation_id)
        skus = {variant_id: sku for sku, variant_id in self.store.variant_ids.items()}
        cart = {skus[line.variant_id]: line.quantity for line in await tx.carts.lines(conversation_id)}
        summary_id = conversation.memory.get("summary_id")
        summary = await tx.orders.summary(UUID(summary_id)) if summary_id else None
        return Moment(
            said=said,
            replies=[message.text for message in sent],
            shown=[row["sku"] for row in turn.shown] if turn and sent and turn.id == sent[-1].turn_id else [],
            cart=cart,
            cart_total=sum((rows[sku].unit_price * quantity for sku, quantity in cart.items()), Decimal(0)),
            summary={line["sku"]: line["quantity"] for line in summary.lines} if summary else {},
            summary_total=summary.total if summary else None,
            orders=await _orders(tx, conversation.contact_id),
            is_handed_off=conversation.status is ConversationStatus.HANDED_OFF,
            was_handed_off=was_handed_off,
            has_fallen_back=bool(turn and sent and turn.fallback_reason),
            rows=rows,
            told=self.store.told,
            waitlist={
                skus[entry.variant_id] if entry.variant_id else entry.wanted: entry.quantity
                for entry in await tx.waitlist.recent()
                if entry.conversation_id == conversation_id
            },
            leads=[one.kind.value for one in await tx.leads.recent() if one.conversation_id == conversation_id][::-1],
            dispatch=frozenset(zone.price for zone in order_settings(await tx.tenants.get()).dispatch),
        )


async def _orders(tx: Transaction, contact_id: UUID) -> list[PlacedOrder]:
    """Oldest first. Each conversation is of a new shopper."""
    newest = [
        one
        for one in await tx.orders.of_contact(contact_id, _MOST_ORDERS)
        if one.order.status is not OrderStatus.CANCELLED
    ]
    return [
        PlacedOrder(
            lines={line.sku: line.quantity for line in one.lines},
            prices={line.sku: line.unit_price for line in one.lines},
            total=one.order.total,
            data={name: str(value) for name, value in one.order.details.items()},
        )
        for one in reversed(newest)
    ]
