"""The oracle: a seller that knows the script, and writes into the tables exactly what it expects after each turn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from api.evaluation.scenarios import Expectation, Scenario, Turn, Units
from data.database import Database
from data.models import Conversation, Lead, Order, OrderLine, Summary, WaitlistEntry
from data.models import Turn as TurnRow
from data.money import spoken
from data.order_changes import change_order
from data.repositories.items import CatalogueItem
from data.repositories.sales import StoredLine
from data.states import BrainKind, ConversationStatus, LeadKind, OrderStatus
from data.transaction import Transaction


class Oracle:
    """Plays one scenario, once."""

    def __init__(self, database: Database, scenario: Scenario) -> None:
        self._database = database
        self._scenario = scenario
        self._position = 0
        self._state: dict[str, Any] = {}

    async def take_turn(self, tenant_id: UUID, conversation_id: UUID) -> None:
        async with self._database.transaction(tenant_id) as tx:
            conversation = await tx.conversations.get(conversation_id, lock=True)
            if conversation.status is not ConversationStatus.AUTOMATED:
                return
            burst = await tx.messages.unanswered(conversation)
            wanted = self._wanted([message.text for message in burst])
            await _fulfil(tx, conversation, wanted, burst[0].position, burst[-1].position)
            conversation.answered_position = burst[-1].position

    def _wanted(self, said: Sequence[str]) -> dict[str, Any]:
        """The expectations of the turn with these words; a turn that was left out because of its `unless` is passed."""
        turns = self._scenario.turns
        while self._is_passed(turns[self._position]):
            self._position += 1
        turn, later = turns[self._position], turns[self._position + 1 :]
        assert not turn.say or list(said) == [text.strip() for text in turn.say]
        self._position += 1
        wanted: dict[str, Any] = {}
        if all(one.unless for one in later):
            wanted |= _fields(self._scenario.end)
        if turn.unless is not None:
            wanted |= {name: value for name, value in _fields(turn.unless).items() if name != "handoff"}
        wanted |= _fields(turn.expect)
        # Whoever says yes next has to have seen what to.
        if later and (orders := _orders_of(later)) and "summary" not in wanted:
            wanted["summary"] = orders[-1]
        self._state |= {"cart": {}, "summary": {}} if wanted.get("order") else {}
        self._state |= {"cart": wanted["summary"]} if wanted.get("summary") else {}
        self._state |= wanted
        return wanted

    def _is_passed(self, turn: Turn) -> bool:
        return turn.unless is not None and _fields(turn.unless).items() <= self._state.items()


def _orders_of(later: Sequence[Turn]) -> list[Units]:
    follower = next((turn for turn in later if turn.unless is None), later[0])
    return _fields(follower.expect).get("order") or []


def _fields(expectation: Expectation) -> dict[str, Any]:
    """What is set, the first alternative included."""
    fields = {name: getattr(expectation, name) for name in expectation.model_fields_set - {"any_of"}}
    return fields | (_fields(expectation.any_of[0]) if expectation.any_of else {})


async def _fulfil(tx: Transaction, conversation: Conversation, wanted: dict[str, Any], first: int, last: int) -> None:
    items = {item.sku: item for item in await tx.catalogue.page(1_000)}
    if "order" in wanted:
        placed = [
            one
            for one in await tx.orders.of_contact(conversation.contact_id, 50)
            if one.order.status is not OrderStatus.CANCELLED
        ]
        for one in placed[len(wanted["order"]) :]:
            await change_order(tx, one.order.id, OrderStatus.CANCELLED, now=datetime.now(UTC))
        for lines in wanted["order"][len(placed) :]:
            await _place(tx, conversation, items, lines)
    await _wish(tx, conversation, items, wanted)
    if wanted.get("cart") is not None:
        await _fill(tx, conversation, items, wanted["cart"])
    if wanted.get("summary"):
        await _summarise(tx, conversation, items, wanted["summary"])
    elif "summary" in wanted:
        conversation.memory = {}
    shown = [
        items[sku] for sku in (*wanted.get("first", [])[:1], *wanted.get("shown", []), *wanted.get("shown_any", []))
    ]
    turn = TurnRow(
        tenant_id=tx.tenant_id,
        id=uuid4(),
        conversation_id=conversation.id,
        brain=BrainKind.RULES,
        started_at=datetime.now(UTC),
        duration_ms=Decimal(1),
        first_position=first,
        last_position=last,
        shown=[{"sku": item.sku} for item in shown],
    )
    await tx.conversations.add_turn(turn)
    text = "\n".join(_words(wanted, shown))
    await tx.messages.add_outbound(conversation, text=text, payload={}, now=datetime.now(UTC), turn_id=turn.id)
    if wanted.get("handoff"):
        await tx.conversations.open_handoff(conversation.id, "oracle", datetime.now(UTC))


async def _wish(
    tx: Transaction, conversation: Conversation, items: dict[str, CatalogueItem], wanted: dict[str, Any]
) -> None:
    """Order data, waitlist and leads as they are to be."""
    own = {"tenant_id": tx.tenant_id, "contact_id": conversation.contact_id, "conversation_id": conversation.id}
    if wanted.get("order_data") and (latest := await tx.orders.latest(conversation.id)):
        latest.order.details = wanted["order_data"]
    for name, quantity in (wanted.get("waitlist") or {}).items():
        variant_id = items[name].variant_id if name in items else None
        await tx.waitlist.join(WaitlistEntry(id=uuid4(), variant_id=variant_id, wanted=name, quantity=quantity, **own))
    for kind in wanted.get("leads") or ():
        await tx.leads.record(Lead(id=uuid4(), kind=LeadKind(kind), **own))


def _words(wanted: dict[str, Any], shown: Sequence[CatalogueItem]) -> list[str]:
    lines = [f"{item.title} a {spoken(item.unit_price, item.currency)}" for item in shown]
    lines += wanted.get("says", [])[:1] + wanted.get("says_all", [])
    lines += ["Eso no lo vendemos."] if wanted.get("is_absent") else []
    lines += ["Está agotado."] if wanted.get("is_out_of_stock") else []
    return lines or ["Bien."]


async def _fill(tx: Transaction, conversation: Conversation, items: dict[str, CatalogueItem], lines: Units) -> UUID:
    cart_id = await tx.carts.open(conversation.id)
    stored = [StoredLine(items[sku].variant_id, quantity, items[sku].unit_price) for sku, quantity in lines.items()]
    await tx.carts.replace(cart_id, stored)
    return cart_id


async def _summarise(
    tx: Transaction, conversation: Conversation, items: dict[str, CatalogueItem], lines: Units
) -> None:
    summary = Summary(
        tenant_id=tx.tenant_id,
        id=uuid4(),
        cart_id=await _fill(tx, conversation, items, lines),
        hash=uuid4().hex,
        lines=[{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()],
        total=_total(items, lines),
        currency="CLP",
        text="",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
    )
    await tx.orders.add_summary(summary)
    conversation.memory = {"summary_id": str(summary.id)}


async def _place(tx: Transaction, conversation: Conversation, items: dict[str, CatalogueItem], lines: Units) -> None:
    order = Order(
        tenant_id=tx.tenant_id,
        id=uuid4(),
        reference=uuid4().hex[:10],
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        cart_id=await _fill(tx, conversation, items, lines),
        summary_id=UUID(conversation.memory["summary_id"]),
        total=_total(items, lines),
        currency="CLP",
        placed_at=datetime.now(UTC),
    )
    rows = []
    for position, (sku, quantity) in enumerate(lines.items()):
        item = items[sku]
        await tx.catalogue.take_stock(item.variant_id, sku, quantity)
        rows.append(
            OrderLine(
                tenant_id=tx.tenant_id,
                order_id=order.id,
                variant_id=item.variant_id,
                position=position,
                sku=sku,
                name=item.name,
                quantity=quantity,
                unit_price=item.unit_price,
            )
        )
    await tx.orders.place(order, rows)
    conversation.memory = {}


def _total(items: dict[str, CatalogueItem], lines: Units) -> Decimal:
    return sum((items[sku].unit_price * quantity for sku, quantity in lines.items()), Decimal(0))
