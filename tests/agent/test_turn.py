"""The life of a turn on the real database: what is written, once, whatever happens meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from agent.brains import BrainUnavailable
from agent.ordering import confirm_choices
from agent.tools.cart import add_to_cart
from agent.tools.orders import prepare_order
from agent.turn import Agent
from agent.workspace import Draft, Refusal, Workspace
from data.catalogue_index import CatalogueIndexes
from data.content import MessageContent
from data.database import Database
from data.models import Message, Turn
from data.repositories.sales import OrderWithLines
from data.search.embedders import make_embedder
from data.states import BrainKind, ChannelKind, ConversationStatus, Delivery, Sender
from tests.database import make_tenant


@dataclass
class ScriptedBrain:
    """A brain that does what each message says: "add M-1 2", "order", "say …"; runs `meanwhile` once as it thinks."""

    kind: BrainKind = BrainKind.RULES
    meanwhile: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    failure: str | None = None
    seen_problems: list[tuple[str, ...]] = field(default_factory=list)

    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        self.seen_problems.append(problems)
        if self.meanwhile:
            await self.meanwhile.pop(0)()
        if self.failure:
            raise BrainUnavailable(self.failure)
        said = [await self._obey(workspace, message.text) for message in workspace.context.messages]
        return Draft(tuple(said))

    async def _obey(self, workspace: Workspace, order: str) -> MessageContent:
        match order.split():
            case ["add", sku, quantity]:
                done = await add_to_cart(workspace, sku, int(quantity))
                return MessageContent(done.message if isinstance(done, Refusal) else "Lo agregué.")
            case ["order"]:
                summary = await prepare_order(workspace)
                assert not isinstance(summary, Refusal)
                return MessageContent(summary.text, confirm_choices(summary))
            case _:
                return MessageContent(order.removeprefix("say "))


@dataclass
class Shop:
    """A tenant with three hammers, and one shopper who writes to it."""

    database: Database
    tenant_id: UUID
    channel_id: UUID
    brain: ScriptedBrain
    variants: dict[str, UUID]
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    address: str = "+56911111111"
    agent: Agent = field(init=False)

    def clock(self) -> datetime:
        return self.now

    async def arrive(self, said: str, address: str | None = None) -> UUID:
        async with self.database.transaction(self.tenant_id) as tx:
            conversation_id, _ = await tx.messages.receive(
                self.channel_id, address=address or self.address, contact_name=None, external_id=str(uuid4()),
                text=said, payload={}, sent_at=None, queue="default", now=self.now,
            )  # fmt: skip
        return conversation_id

    async def says(self, said: str, address: str | None = None) -> list[str]:
        """Write, have the turn taken, and read the replies."""
        conversation_id = await self.arrive(said, address)
        before = await self.replies(conversation_id)
        await self.agent.take_turn(self.tenant_id, conversation_id)
        return (await self.replies(conversation_id))[len(before) :]

    async def replies(self, conversation_id: UUID) -> list[str]:
        return [m.text for m in await self.messages(conversation_id) if m.sender is Sender.AGENT]

    async def messages(self, conversation_id: UUID) -> Sequence[Message]:
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.messages.history(conversation_id, limit=100)

    async def orders(self) -> list[OrderWithLines]:
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.orders.recent()

    async def available(self, sku: str = "M-1") -> int | None:
        async with self.database.transaction(self.tenant_id) as tx:
            return (await tx.catalogue.by_skus([sku]))[sku].available

    async def set_price(self, price: int) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.catalogue.update_variants([{"id": self.variants["M-1"], "price": Decimal(price)}])

    async def set_stock(self, on_hand: int) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.catalogue.set_stock([(self.variants["M-1"], on_hand)])

    async def turn(self, conversation_id: UUID) -> Turn:
        async with self.database.transaction(self.tenant_id) as tx:
            turn = await tx.turns.latest(conversation_id)
        assert turn is not None
        return turn

    async def status(self, conversation_id: UUID) -> ConversationStatus:
        async with self.database.transaction(self.tenant_id) as tx:
            return (await tx.conversations.get(conversation_id)).status


async def open_shop(database: Database, llm: ScriptedBrain | None = None, stock: int = 5) -> Shop:
    tenant_id = await make_tenant(database, "Ferretería Sol")
    variants = {}
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.TERMINAL, "terminal", "terminal", {}, None)
        for sku, name, price in (("M-1", "Martillo carpintero", 5990), ("M-2", "Martillo de goma", 7990)):
            row = {"id": uuid4(), "key": sku, "name": name, "brand": None, "category": None, "description": None,
                   "synonyms": [], "image_url": None}  # fmt: skip
            products = await tx.catalogue.upsert_products([row])
            variants[sku] = uuid4()
            await tx.catalogue.insert_variants(
                [{"id": variants[sku], "product_id": products[sku], "sku": sku, "barcode": None, "options": {},
                  "unit": None, "price": Decimal(price), "currency": "CLP", "content_hash": "h"}]
            )  # fmt: skip
            await tx.catalogue.set_stock([(variants[sku], stock)])
        await tx.tenants.bump_catalogue_version()
    brain = ScriptedBrain()
    shop = Shop(database, tenant_id, channel.id, brain, variants)
    shop.agent = Agent(database, CatalogueIndexes(database, make_embedder("")), brain, llm, clock=shop.clock)
    return shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)


async def buy(shop: Shop, quantity: int = 2, address: str | None = None) -> list[str]:
    await shop.says(f"add M-1 {quantity}", address)
    await shop.says("order", address)
    return await shop.says("sí", address)


async def test_a_yes_to_the_summary_places_the_order(shop: Shop) -> None:
    replies = await buy(shop)
    [placed] = await shop.orders()
    assert placed.order.reference == "S00001"
    assert "S00001" in replies[0] and "$11.980" in replies[0]
    assert [(line.sku, line.quantity, line.unit_price) for line in placed.lines] == [("M-1", 2, Decimal(5990))]
    assert await shop.available() == 3
    turn = await shop.turn(placed.order.conversation_id)
    assert turn.receipts == [{"kind": "order_placed", "reference": "S00001"}]


async def test_a_second_yes_places_nothing_more(shop: Shop) -> None:
    await buy(shop)
    for _ in range(2):
        [reply] = await shop.says("sí")
        assert "S00001" in reply and "ya" in reply
    assert len(await shop.orders()) == 1
    assert await shop.available() == 3


async def test_a_yes_without_a_summary_is_for_the_brain(shop: Shop) -> None:
    await shop.says("add M-1 1")
    assert await shop.says("sí") == ["sí"]
    assert await shop.orders() == []


async def test_a_no_keeps_the_cart_and_a_later_yes_is_not_an_order(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    [reply] = await shop.says("no")
    assert "carrito" in reply
    await shop.says("sí")
    assert await shop.orders() == []


async def test_a_yes_with_more_in_it_is_not_an_order(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    await shop.says("sí pero que sean 3")
    assert await shop.orders() == []


async def test_a_yes_to_something_said_after_the_summary_is_not_an_order(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    await shop.says("say ¿Te muestro el otro martillo?")
    await shop.says("sí")
    assert await shop.orders() == []


async def test_a_yes_to_a_person_is_not_an_order(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    conversation_id = await shop.arrive("quiero hablar con una persona")
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    await shop.arrive("sí")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.conversations.close_handoff(conversation_id, shop.now)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.orders() == []


async def test_a_yes_to_a_summary_that_never_left_is_not_an_order(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    conversation_id = await shop.arrive("sí")
    async with shop.database.transaction(shop.tenant_id) as tx:
        [*_, summary] = [m for m in await tx.messages.history(conversation_id, limit=9) if m.sender is Sender.AGENT]
        await tx.messages.advance(summary.id, Delivery.FAILED)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.orders() == []


async def test_a_total_that_no_shop_sells_is_refused(database: Database) -> None:
    shop = await open_shop(database, stock=9_999)
    await shop.set_price(999_999_999)
    [reply] = await shop.says("add M-1 9999")
    assert "demasiado grande" in reply


async def test_changing_the_cart_after_the_summary_takes_the_summary_back(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    await shop.says("add M-2 1")
    await shop.says("sí")
    assert await shop.orders() == []


async def test_a_price_that_changed_is_said_and_asked_again(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    await shop.set_price(6990)
    [reply] = await shop.says("sí")
    assert "$6.990" in reply and "$5.990" in reply and "$13.980" in reply
    assert await shop.orders() == []
    await shop.says("sí")
    [placed] = await shop.orders()
    assert placed.order.total == Decimal(13980)


async def test_stock_that_shrank_is_said_and_asked_again(shop: Shop) -> None:
    await shop.says("add M-1 4")
    await shop.says("order")
    await shop.set_stock(3)
    [reply] = await shop.says("sí")
    assert "quedan 3" in reply and "$17.970" in reply
    await shop.says("sí")
    [placed] = await shop.orders()
    assert placed.lines[0].quantity == 3


async def test_stock_that_ended_empties_the_line(shop: Shop) -> None:
    await shop.says("add M-1 4")
    await shop.says("order")
    await shop.set_stock(0)
    [reply] = await shop.says("sí")
    assert "agotó" in reply
    assert await shop.orders() == []


async def test_an_old_summary_is_made_again(shop: Shop) -> None:
    await shop.says("add M-1 2")
    await shop.says("order")
    shop.now += timedelta(minutes=16)
    [reply] = await shop.says("sí")
    assert "venció" in reply and "$11.980" in reply
    assert await shop.orders() == []
    await shop.says("sí")
    assert len(await shop.orders()) == 1


async def test_two_shoppers_and_the_last_units(database: Database) -> None:
    shop = await open_shop(database, stock=3)
    addresses = [f"+5692222222{n}" for n in range(4)]
    for address in addresses:
        await shop.says("add M-1 2", address)
        await shop.says("order", address)
    replies = await asyncio.gather(*(shop.says("sí", address) for address in addresses))
    assert len(await shop.orders()) == 1
    assert await shop.available() == 1
    told = [reply for [reply] in replies if "quedan 1" in reply]
    assert len(told) == 3


async def test_the_same_turn_taken_twice_at_once_is_written_once(shop: Shop) -> None:
    conversation_id = await shop.arrive("add M-1 1")
    await asyncio.gather(*(shop.agent.take_turn(shop.tenant_id, conversation_id) for _ in range(4)))
    assert len(await shop.replies(conversation_id)) == 1


async def test_a_newer_message_makes_the_turn_be_taken_again(shop: Shop) -> None:
    shop.brain.meanwhile.append(lambda: shop.arrive("say segundo"))
    assert await shop.says("say primero") == ["primero", "segundo"]
    turn = await shop.turn(await shop.arrive("x"))
    assert turn.last_position > turn.first_position


async def test_a_shopper_who_never_stops_writing_is_answered(shop: Shop) -> None:
    shop.brain.meanwhile.extend([lambda: shop.arrive("say más")] * 10)
    replies = await shop.says("say primero")
    assert replies[0] == "primero"


async def test_a_person_who_takes_over_meanwhile_silences_the_turn(shop: Shop) -> None:
    async def take_over() -> None:
        async with shop.database.transaction(shop.tenant_id) as tx:
            conversation = await tx.conversations.open(shop.channel_id, shop.address)
            await tx.conversations.open_handoff(conversation.id, "tomado por una persona", shop.now)

    shop.brain.meanwhile.append(take_over)
    assert await shop.says("say hola") == []


async def test_asking_for_a_person_hands_over_and_silences_the_agent(shop: Shop) -> None:
    [reply] = await shop.says("quiero hablar con una persona")
    assert "persona" in reply
    assert await shop.status(await shop.arrive("x")) is ConversationStatus.HANDED_OFF
    assert await shop.says("say hola") == []


async def test_a_reply_with_an_invented_price_never_leaves(shop: Shop) -> None:
    [reply] = await shop.says("say El martillo cuesta $1.000")
    assert "1.000" not in reply
    assert await shop.status(await shop.arrive("x")) is ConversationStatus.HANDED_OFF


async def test_a_model_is_told_once_what_was_wrong_then_the_rules_answer(database: Database) -> None:
    llm = ScriptedBrain(BrainKind.LLM)
    shop = await open_shop(database, llm)
    conversation_id = await shop.arrive("say El martillo cuesta $1.000")
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert len(llm.seen_problems) == 2 and llm.seen_problems[0] == () and llm.seen_problems[1] != ()
    assert len(shop.brain.seen_problems) == 1
    assert (await shop.turn(conversation_id)).fallback_reason == "refused"


async def test_a_model_that_is_down_leaves_the_same_turn_to_the_rules(database: Database) -> None:
    shop = await open_shop(database, ScriptedBrain(BrainKind.LLM, failure="timeout"))
    assert await shop.says("add M-1 2") == ["Lo agregué."]
    turn = await shop.turn(await shop.arrive("x"))
    assert (turn.brain, turn.fallback_reason) == (BrainKind.RULES, "timeout")


async def test_a_turn_that_fails_leaves_no_trace_and_can_be_taken_again(shop: Shop) -> None:
    async def explode() -> None:
        raise ConnectionError

    shop.brain.meanwhile.append(explode)
    conversation_id = await shop.arrive("add M-1 2")
    with pytest.raises(ConnectionError):
        await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.replies(conversation_id) == []
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.replies(conversation_id) == ["Lo agregué."]


async def test_a_turn_that_failed_for_good_tells_the_shopper_once_and_calls_a_person(shop: Shop) -> None:
    conversation_id = await shop.arrive("say hola")
    for _ in range(2):
        await shop.agent.give_up(shop.tenant_id, conversation_id)
    [reply] = await shop.replies(conversation_id)
    assert "persona" in reply
    assert await shop.status(conversation_id) is ConversationStatus.HANDED_OFF


async def test_giving_up_says_nothing_where_nothing_waits(shop: Shop) -> None:
    conversation_id = await shop.arrive("say hola")
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    await shop.agent.give_up(shop.tenant_id, conversation_id)
    assert await shop.replies(conversation_id) == ["hola"]


async def test_replies_are_queued_with_their_jobs(shop: Shop) -> None:
    await shop.says("say hola")
    conversation_id = await shop.arrive("x")
    statement = text("SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock AND task_name = 'send_message'")
    async with shop.database.lookup() as connection:
        count = (await connection.execute(statement, {"lock": f"outbox:{conversation_id}"})).scalar_one()
    assert count == 1
