"""A cart that changed while its shopper was away: they learn it once, at their next turn, whatever they write."""

from decimal import Decimal

import pytest

from data.database import Database
from data.states import BrainKind, ConversationStatus
from tests.agent.test_turn import ScriptedBrain, Shop, open_shop

KINDS = [BrainKind.RULES, BrainKind.LLM]


async def opened(database: Database, kind: BrainKind, stock: int = 5) -> Shop:
    return await open_shop(database, ScriptedBrain(kind) if kind is BrainKind.LLM else None, stock=stock)


async def archive(shop: Shop, sku: str = "M-1") -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.catalogue.archive([shop.variants[sku]])


async def cart(shop: Shop) -> list[tuple[int, Decimal]]:
    conversation_id = await shop.arrive("x")
    async with shop.database.transaction(shop.tenant_id) as tx:
        return [(line.quantity, line.unit_price) for line in await tx.carts.lines(conversation_id)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", ["say hola", "say ¿tienen clavos?", "gracias"])
async def test_a_price_that_moved_is_told_once_whatever_they_write(
    database: Database, kind: BrainKind, said: str
) -> None:
    shop = await opened(database, kind)
    await shop.says("add M-1 2")
    await shop.set_price(6990)
    [reply] = await shop.says(said)
    news, _, answer = reply.partition("\n\n")
    assert news.startswith("Ojo: ") and "ahora cuesta $6.990 (antes $5.990)" in news
    assert answer == said.removeprefix("say ")
    assert await shop.says(said) == [said.removeprefix("say ")]
    assert await cart(shop) == [(2, Decimal(6990))]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_sold_any_more_leaves_the_cart_and_they_are_told(database: Database, kind: BrainKind) -> None:
    shop = await opened(database, kind)
    await shop.says("add M-1 2")
    await shop.says("add M-2 1")
    await archive(shop)
    [reply] = await shop.says("say hola")
    assert reply.startswith("Ojo: ya no tenemos ") and reply.endswith("lo saqué de tu carrito.\n\nhola")
    assert await shop.says("say hola") == ["hola"]
    assert len(await cart(shop)) == 1


@pytest.mark.parametrize(("left", "words", "kept"), [(0, "ya no tenemos", []), (1, "queda 1, así que dejé 1", [1])])
async def test_what_ran_out_is_told(database: Database, left: int, words: str, kept: list[int]) -> None:
    shop = await opened(database, BrainKind.RULES)
    await shop.says("add M-1 4")
    await shop.set_stock(left)
    [reply] = await shop.says("say hola")
    assert words in reply
    assert await shop.says("say hola") == ["hola"]
    assert [quantity for quantity, _ in await cart(shop)] == kept


@pytest.mark.parametrize("change", ["price", "archived", "sold out"])
@pytest.mark.parametrize("between", [[], ["say ¿tienen clavos?"]])
async def test_a_summary_of_before_is_not_confirmed(database: Database, change: str, between: list[str]) -> None:
    shop = await opened(database, BrainKind.RULES)
    await shop.says("add M-1 2")
    await shop.says("order")
    await {
        "price": lambda: shop.set_price(6990),
        "archived": lambda: archive(shop),
        "sold out": lambda: shop.set_stock(0),
    }[change]()
    for said in between:
        assert "Ojo: " in (await shop.says(said))[0]
    [reply] = await shop.says("sí")
    assert await shop.orders() == []
    if not between:
        assert reply.count("6.990") + reply.count("agotó") >= 1
        assert "Ojo: " not in reply
    assert await shop.says("say hola") == ["hola"]


async def test_the_news_come_before_a_new_summary_that_can_be_confirmed(database: Database) -> None:
    shop = await opened(database, BrainKind.RULES)
    await shop.says("add M-1 2")
    await shop.set_price(6990)
    [reply] = await shop.says("order")
    assert reply.startswith("Ojo: ") and "$13.980" in reply
    await shop.says("sí")
    [placed] = await shop.orders()
    assert placed.order.total == Decimal(13980)


async def test_who_asks_for_a_person_learns_it_too(database: Database) -> None:
    shop = await opened(database, BrainKind.RULES)
    await shop.says("add M-1 2")
    await shop.set_price(6990)
    [reply] = await shop.says("quiero hablar con una persona")
    assert reply.startswith("Ojo: ") and "persona" in reply
    assert await shop.status(await shop.arrive("x")) is ConversationStatus.HANDED_OFF


async def test_a_cart_as_it_was_is_not_spoken_of(database: Database) -> None:
    shop = await opened(database, BrainKind.RULES)
    await shop.says("add M-1 2")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.tenants.bump_catalogue_version()
    assert await shop.says("say hola") == ["hola"]
