"""A quoted message says what "ese" is; a yes that was written before the summary confirms nothing; catalogue orders."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from agent.context import TurnContext
from agent.loading import open_turn
from data.database import Database
from data.states import ChannelKind, Sender
from tests.agent.test_turn import Shop, open_shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)


async def arrive(shop: Shop, said: str, *, sent_at: datetime | None = None, **payload: Any) -> UUID:
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation_id, _ = await tx.messages.receive(
            shop.channel_id, address=shop.address, contact_name=None, external_id=str(uuid4()), text=said,
            payload=payload, sent_at=sent_at, queue="default", now=shop.now,
        )  # fmt: skip
    return conversation_id


async def context_of(shop: Shop, conversation_id: UUID) -> TurnContext:
    async with shop.database.transaction(shop.tenant_id) as tx:
        opening = await open_turn(tx, conversation_id, shop.now)
    assert opening is not None
    return opening.context


async def show(shop: Shop, conversation_id: UUID, name: str, *skus: str) -> None:
    """The agent says something with cards, known to the provider by `name`."""
    cards = [{"sku": sku, "title": sku, "price": "$1", "stock": "hay"} for sku in skus]
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        sent = await tx.messages.add_outbound(conversation, text=name, payload={"cards": cards}, now=shop.now)
        sent.external_id = name


async def test_a_quoted_message_is_what_is_talked_about(shop: Shop) -> None:
    conversation_id = await arrive(shop, "hola")
    await show(shop, conversation_id, "uno", "M-1")
    await show(shop, conversation_id, "varios", "M-1", "M-2")
    await arrive(shop, "ese", quoted="uno")
    context = await context_of(shop, conversation_id)
    assert context.messages[-1].quoted == "uno"
    assert (context.memory.shown, context.memory.focus) == (("M-1",), "M-1")
    await arrive(shop, "el segundo", quoted="varios")
    context = await context_of(shop, conversation_id)
    assert (context.memory.shown, context.memory.focus) == (("M-1", "M-2"), None)


async def test_its_picture_or_another_part_of_it_is_quoted_as_the_whole(shop: Shop) -> None:
    conversation_id = await arrive(shop, "hola")
    await show(shop, conversation_id, "uno", "M-1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        sent = await tx.messages.known_as(conversation_id, "uno")
        assert sent is not None
        sent.part_ids = ["uno", "uno, la foto"]
    await show(shop, conversation_id, "otro", "M-2")
    await arrive(shop, "ese", quoted="uno, la foto")
    assert (await context_of(shop, conversation_id)).memory.focus == "M-1"


async def test_a_product_of_the_channels_catalogue_may_be_quoted(shop: Shop) -> None:
    conversation_id = await arrive(shop, "¿queda?", quoted_sku="M-2")
    assert (await context_of(shop, conversation_id)).memory.focus == "M-2"


@pytest.mark.parametrize("quoted", ["nadie", "x" * 300])
async def test_a_quoted_message_we_do_not_know_changes_nothing(shop: Shop, quoted: str) -> None:
    conversation_id = await arrive(shop, "ese", quoted=quoted)
    context = await context_of(shop, conversation_id)
    assert (context.messages[0].quoted, context.memory.shown) == ("", ())


async def summarised(shop: Shop, ahead: timedelta) -> tuple[UUID, datetime]:
    """A summary waits for its yes, and the provider's clock is `ahead` of ours: the conversation, and when by it the
    summary was shown."""
    shop.now = datetime.now(UTC)
    conversation_id = await arrive(shop, "add M-1 2", sent_at=datetime.now(UTC) + ahead)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    await arrive(shop, "order", sent_at=datetime.now(UTC) + ahead)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    return conversation_id, datetime.now(UTC) + ahead


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=-3), timedelta(minutes=3)])
async def test_a_yes_counts_when_it_was_written_after_the_summary_by_any_clock(shop: Shop, ahead: timedelta) -> None:
    conversation_id, shown_at = await summarised(shop, ahead)
    await arrive(shop, "sí", sent_at=shown_at + timedelta(seconds=3))
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert len(await shop.orders()) == 1


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=-3), timedelta(minutes=3)])
@pytest.mark.parametrize("before", [timedelta(seconds=20), timedelta(hours=2), timedelta(days=6)])
async def test_a_yes_written_before_the_summary_confirms_nothing(
    shop: Shop, ahead: timedelta, before: timedelta
) -> None:
    conversation_id, shown_at = await summarised(shop, ahead)
    await arrive(shop, "sí", sent_at=shown_at - before)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.orders() == []


@pytest.mark.parametrize(
    ("taps", "also", "orders"),
    [
        ((0, 0, 0), "", 1),
        ((0, 1), "", 0),
        ((1, 1), "", 0),
        ((0,), "¡Gracias! 🙏", 1),
        ((0,), "sí", 1),
        ((0,), "hola", 0),
        ((0,), "gracias, agrega otro", 0),
        ((0,), "¿gracias?", 0),
    ],
)
async def test_a_button_tapped_twice_or_with_thanks_is_one_answer(
    shop: Shop, taps: tuple[int, ...], also: str, orders: int
) -> None:
    conversation_id, shown_at = await summarised(shop, timedelta(0))
    offered = (await shop.messages(conversation_id))[-1].payload["choices"]
    for tap in taps:
        title, choice = offered[tap]["title"], offered[tap]["id"]
        await arrive(shop, title, sent_at=shown_at + timedelta(seconds=3), choice=choice)
    if also:
        await arrive(shop, also, sent_at=shown_at + timedelta(seconds=4))
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert len(await shop.orders()) == orders


def picked(*pairs: tuple[str, int]) -> list[dict[str, object]]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in pairs]


async def test_what_was_picked_in_the_channels_catalogue_is_in_the_cart_at_our_prices(shop: Shop) -> None:
    ordered = picked(("m-1", 2), ("M-9", 1), ("M-2", 9))
    conversation_id = await arrive(shop, "", ordered=ordered)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    [reply] = await shop.replies(conversation_id)
    assert "$11.980" in reply and "2 × Martillo carpintero" in reply
    assert "M-9" in reply and "No encontré" in reply
    assert "quedan 5" in reply and "5 × Martillo de goma" in reply
    assert "$51.930" in reply
    assert shop.brain.seen_problems == [], "no brain was asked"
    [shown] = [each for each in await shop.messages(conversation_id) if each.sender is Sender.AGENT]
    assert [choice["title"] for choice in shown.payload["choices"]] == ["Cerrar pedido"]
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert sorted(line.quantity for line in await tx.carts.lines(conversation_id)) == [2, 5]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"price": "5990", "currency": "CLP"}, None),
        ({"price": "5990.00", "currency": ""}, None),
        ({"price": "4500", "currency": "CLP"}, "cuesta hoy $5.990 (en el catálogo de WhatsApp decía $4.500)"),
        ({"price": "5990", "currency": "USD"}, "cuesta hoy $5.990 (en el catálogo de WhatsApp estaba en otra moneda)"),
        ({"price": "gratis", "currency": 7}, None),
    ],
)
async def test_a_price_that_was_another_there_is_told(shop: Shop, seen: dict[str, Any], told: str | None) -> None:
    conversation_id = await arrive(shop, "", ordered=[{"sku": "M-1", "quantity": 2, **seen}])
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    [reply] = await shop.replies(conversation_id)
    assert "2 × Martillo carpintero a $5.990 = $11.980" in reply
    assert ("Ojo" in reply) is (told is not None)
    assert told is None or told in reply


async def test_far_too_many_are_as_many_as_there_are(shop: Shop) -> None:
    conversation_id = await arrive(shop, "[pedido] 20000 × M-2", ordered=picked(("M-2", 20_000)))
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    [reply] = await shop.replies(conversation_id)
    assert "quedan 5, así que dejé 5" in reply


async def test_words_that_came_with_the_products_are_answered(shop: Shop) -> None:
    conversation_id = await arrive(shop, "say ¿despachan?\n[pedido] 1 × M-1", ordered=picked(("M-1", 1)))
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    cart, said = await shop.replies(conversation_id)
    assert ("Martillo carpintero" in cart, said) == (True, "¿despachan?")


async def test_an_advertisement_is_what_a_message_is_about(shop: Shop) -> None:
    conversation_id = await arrive(shop, "¿precio?", quoted_text="Taladros en oferta")
    assert (await context_of(shop, conversation_id)).messages[-1].quoted == "Taladros en oferta"


async def test_what_is_said_with_it_is_answered_too(shop: Shop) -> None:
    await arrive(shop, "", ordered=picked(("M-1", 1)))
    conversation_id = await arrive(shop, "say ¿despachan?")
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    cart, said = await shop.replies(conversation_id)
    assert "Martillo carpintero" in cart
    assert said == "¿despachan?"


@pytest.mark.parametrize("ordered", [picked(("X-1", 1)), picked(("M-1", 0)), [{"sku": 3}], "x", [None]])
async def test_an_order_of_nothing_we_have_leaves_the_cart_alone(shop: Shop, ordered: Any) -> None:
    conversation_id = await arrive(shop, "say hola", ordered=ordered)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert await tx.carts.lines(conversation_id) == []
    assert [m for m in await shop.messages(conversation_id) if m.sender is Sender.AGENT]


@pytest.mark.parametrize(
    ("kind", "address", "known"),
    [
        (ChannelKind.META_WHATSAPP, "56987654321", "+56987654321"),
        (ChannelKind.META_WHATSAPP, "CL.56987654321", "CL.56987654321"),
        (ChannelKind.TELEGRAM, "987654321", "987654321"),
    ],
)
async def test_a_number_on_whatsapp_is_the_shoppers_phone(
    shop: Shop, kind: ChannelKind, address: str, known: str
) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.add(kind, "otro", str(uuid4()), {}, None)
        conversation_id, _ = await tx.messages.receive(
            channel.id, address=address, contact_name=None, external_id=str(uuid4()), text="hola",
            payload={}, sent_at=None, queue="default", now=shop.now,
        )  # fmt: skip
    assert (await context_of(shop, conversation_id)).address == known
