"""What code settles before any brain: opt-outs, owner commands, loops, hand-offs that nobody took."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from data.database import Database
from data.intake import Consent
from data.models import Conversation
from data.ownership import By, hand_off, person_answered
from data.states import Actor, ChannelKind, ConversationStatus, Sender, SetAside
from tests.agent.test_turn import Shop, open_shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    """One that answers on a channel where loops can happen: a terminal has a person before it."""
    shop = await open_shop(database)
    async with database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", "web", {}, None)
    shop.channel_id = channel.id
    return shop


async def arrive(shop: Shop, said: str, address: str | None = None, **more: Any) -> UUID:
    payload = more.pop("payload", {}) | ({"consent": more["consent"]} if "consent" in more else {})
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation_id, _ = await tx.messages.receive(
            shop.channel_id, address=address or shop.address, contact_name=None, external_id=str(uuid4()), text=said,
            payload=payload, sent_at=None, queue="default", now=shop.now, **more,
        )  # fmt: skip
    return conversation_id


async def tell(shop: Shop, said: str, address: str | None = None, **more: Any) -> list[str]:
    """Write, have the turn taken, and read the replies to it."""
    shop.now += timedelta(seconds=5)
    conversation_id = await arrive(shop, said, address, **more)
    before = len(await shop.replies(conversation_id))
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    return (await shop.replies(conversation_id))[before:]


async def settings(shop: Shop, **values: object) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        tenant = await tx.tenants.get()
        tenant.settings = tenant.settings | values


async def conversation_of(shop: Shop, conversation_id: UUID) -> Conversation:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return await tx.conversations.get(conversation_id)


async def may_start(shop: Shop) -> bool:
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.find(shop.channel_id, shop.address)
        assert conversation is not None
        return await tx.conversations.may_start(conversation.contact_id)


async def jobs(shop: Shop, task: str) -> list[Mapping[str, Any]]:
    statement = text(
        "SELECT args, scheduled_at FROM procrastinate_jobs "
        "WHERE task_name = :task AND args->>'tenant_id' = :tenant ORDER BY id"
    )
    async with shop.database.lookup() as connection:
        rows = await connection.execute(statement, {"task": task, "tenant": str(shop.tenant_id)})
        return [dict(row) for row in rows.mappings()]


async def test_baja_is_confirmed_once_and_undone_by_alta(shop: Shop) -> None:
    await tell(shop, "say hola")
    assert await may_start(shop)
    [confirmed] = await tell(shop, "BAJA", consent=Consent.OUT)
    assert "ALTA" in confirmed
    assert not await may_start(shop)
    assert await tell(shop, "BAJA", consent=Consent.OUT) == []
    assert await tell(shop, "say ¿y el martillo?") == ["¿y el martillo?"], "who asks is answered"
    assert not await may_start(shop)
    [welcome] = await tell(shop, "ALTA", consent=Consent.IN)
    assert "BAJA" in welcome
    assert await may_start(shop)


async def test_alta_of_someone_who_never_left_means_something_else(shop: Shop) -> None:
    assert await tell(shop, "say alta", consent=Consent.IN) == ["alta"]


async def test_baja_in_a_burst_leaves_the_rest_to_the_turn(shop: Shop) -> None:
    await arrive(shop, "say ¿llegó mi pedido?")
    replies = await tell(shop, "no me escriban más", consent=Consent.OUT)
    assert len(replies) == 2 and replies[1] == "¿llegó mi pedido?"


async def test_what_is_asked_beside_baja_is_answered(shop: Shop) -> None:
    words = "say no me manden más ofertas. ¿llegó mi pedido?"
    replies = await tell(shop, words, consent=Consent.OUT, payload={"says_more": True})
    assert len(replies) == 2 and "ALTA" in replies[0]
    assert not await may_start(shop)


async def test_an_auto_reply_is_kept_and_not_answered(shop: Shop) -> None:
    await tell(shop, "say hola")
    assert await tell(shop, "Este es un mensaje automático", set_aside=SetAside.AUTOMATIC) == []
    assert await tell(shop, "say sigo aquí") == ["sigo aquí"]


@pytest.mark.parametrize(
    "words",
    [
        "say Hola, en que puedo ayudarte hoy",
        "say Recibimos tu consulta {n} y la revisaremos antes del dia {n}",
    ],
)
async def test_two_auto_responders_stop_within_a_few_turns(shop: Shop, words: str) -> None:
    said = [await tell(shop, words.format(n=n)) for n in range(12)]
    assert [len(replies) for replies in said[:3]] == [1, 1, 1]
    assert sum(len(replies) for replies in said) <= 5
    [notice] = next(replies for replies in said if replies and "pausa" in replies[0])
    assert "persona" in notice
    conversation_id = await arrive(shop, "x")
    heard = [m for m in await shop.messages(conversation_id) if m.sender is Sender.CONTACT]
    assert len(heard) == 13, "nothing is lost"


async def test_after_a_quiet_while_the_agent_answers_again(shop: Shop) -> None:
    for _ in range(6):
        await tell(shop, "say lo mismo de siempre")
    assert await tell(shop, "say lo mismo de siempre") == []
    shop.now += timedelta(minutes=11)
    assert await tell(shop, "say lo mismo de siempre") == ["lo mismo de siempre"]


async def test_who_says_something_else_after_repeating_it_is_answered(shop: Shop) -> None:
    """A shopper who asked four times for what the shop has not got goes on with the next thing."""
    for _ in range(5):
        await tell(shop, "say ¿hay cemento?")
    assert await tell(shop, "say ya, ¿y martillos?") == ["ya, ¿y martillos?"]


async def test_auto_responders_that_take_turns_stay_silenced(shop: Shop) -> None:
    said = [await tell(shop, f"say {words}") for _ in range(6) for words in ("Menú principal", "Opción no válida")]
    assert sum(len(replies) for replies in said) <= 8
    assert said[-4:] == [[]] * 4


async def test_one_size_after_another_is_no_loop(shop: Shop) -> None:
    sizes = [f"say cuánto vale la plancha de zinc de {n} metros" for n in (2, 3, 4, 5)]
    assert [len(await tell(shop, words)) for words in sizes] == [1, 1, 1, 1]


async def test_whoever_asks_for_a_person_is_heard_through_the_silence(shop: Shop) -> None:
    for _ in range(6):
        await tell(shop, "say lo mismo de siempre")
    [reply] = await tell(shop, "quiero hablar con una persona")
    assert "persona" in reply


async def test_the_same_words_that_get_something_done_are_no_loop(shop: Shop) -> None:
    await shop.set_stock(50)
    for _ in range(8):
        assert await tell(shop, "add M-1 1") == ["Lo agregué."]


async def test_more_turns_than_a_person_could_want_are_a_flood(shop: Shop) -> None:
    await settings(shop, contact_turns_per_minute=3)
    said = [await tell(shop, f"say número {n}") for n in range(6)]
    assert [len(replies) for replies in said] == [1, 1, 1, 1, 0, 0]
    assert "pausa" in said[3][0]
    shop.now += timedelta(minutes=2)
    assert await tell(shop, "say y otra cosa") == [], "which is answered once it was quiet"


async def test_a_tenant_in_a_hurry_is_answered_later_not_never(shop: Shop) -> None:
    await settings(shop, tenant_turns_per_minute=2)
    said = [await tell(shop, f"say número {n}", address=f"+5692222000{n}") for n in range(3)]
    assert [len(replies) for replies in said] == [1, 1, 0]
    assert any(job["scheduled_at"] for job in await jobs(shop, "take_turn"))
    shop.now += timedelta(minutes=2)
    conversation_id = await arrive(shop, "say ¿y?", address="+56922220002")
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    assert await shop.replies(conversation_id) == ["número 2", "¿y?"]


OWNER = "+56 9 7777 7777"


async def command(shop: Shop, said: str, name: str, about: str | None = None) -> list[str]:
    payload = {"command": name} | ({"about": about} if about else {})
    return await tell(shop, said, "whatsapp:+56977777777", payload=payload)


async def test_the_owner_pauses_the_channel_and_starts_it_again(shop: Shop) -> None:
    await settings(shop, owner_phones=[OWNER])
    [paused] = await command(shop, "/pausa", "pause")
    assert "pausa" in paused
    assert await tell(shop, "say ¿hay alguien?") == []
    before = len(await jobs(shop, "take_turn"))
    [resumed] = await command(shop, "/reanuda", "resume")
    assert "1 conversación" in resumed
    assert len(await jobs(shop, "take_turn")) == before + 1, "for the one that waits"
    assert await tell(shop, "say yo") == ["¿hay alguien?", "yo"]


async def test_the_owner_takes_one_conversation(shop: Shop) -> None:
    await settings(shop, owner_phones=[OWNER])
    conversation_id = await arrive(shop, "say hola")
    [reply] = await command(shop, "/pausa 911111111", "pause", "911111111")
    assert "911111111" in reply
    assert (await conversation_of(shop, conversation_id)).status is ConversationStatus.HANDED_OFF
    await command(shop, "/reanuda 911111111", "resume", "911111111")
    assert (await conversation_of(shop, conversation_id)).status is ConversationStatus.AUTOMATED
    [unknown] = await command(shop, "/pausa 933333333", "pause", "933333333")
    assert "No encuentro" in unknown


async def test_a_command_of_anyone_else_is_only_words(shop: Shop) -> None:
    assert await tell(shop, "say /pausa", payload={"command": "pause"}) == ["/pausa"]
    assert await tell(shop, "say hola") == ["hola"]


async def test_a_handoff_nobody_took_is_apologised_for_once_and_goes_on(shop: Shop) -> None:
    await tell(shop, "quiero hablar con una persona")
    conversation_id = await arrive(shop, "say ¿sigues ahí?")
    [timeout] = await jobs(shop, "time_out_handoff")
    assert timeout["scheduled_at"] == shop.now + timedelta(minutes=15)
    handoff_id = UUID(timeout["args"]["handoff_id"])
    shop.now += timedelta(minutes=15)
    await asyncio.gather(*(shop.agent.time_out_handoff(shop.tenant_id, handoff_id) for _ in range(3)))
    conversation = await conversation_of(shop, conversation_id)
    assert (conversation.status, conversation.status_actor) == (ConversationStatus.AUTOMATED, Actor.TIMEOUT)
    await shop.agent.take_turn(shop.tenant_id, conversation_id)
    _, apology, answer = await shop.replies(conversation_id)
    assert "espera" in apology and "Ferretería Sol" in apology
    assert answer == "¿sigues ahí?"


async def test_the_second_time_they_wait_for_a_person(shop: Shop) -> None:
    for _ in range(2):
        conversation_id = await arrive(shop, "quiero hablar con una persona")
        await shop.agent.take_turn(shop.tenant_id, conversation_id)
        [*_, timeout] = await jobs(shop, "time_out_handoff")
        shop.now += timedelta(minutes=15)
        await shop.agent.time_out_handoff(shop.tenant_id, UUID(timeout["args"]["handoff_id"]))
    assert (await conversation_of(shop, conversation_id)).status is ConversationStatus.HANDED_OFF
    assert sum("espera" in reply for reply in await shop.replies(conversation_id)) == 1


@pytest.mark.parametrize("actor", [Actor.MEMBER, Actor.DESK, Actor.PHONE])
async def test_a_handoff_that_a_person_took_does_not_time_out(shop: Shop, actor: Actor) -> None:
    await tell(shop, "quiero hablar con una persona")
    conversation_id = await arrive(shop, "hola")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id, lock=True)
        await person_answered(tx, conversation, "respondió", By(actor, "Marta"), shop.now)
    [timeout] = await jobs(shop, "time_out_handoff")
    await shop.agent.time_out_handoff(shop.tenant_id, UUID(timeout["args"]["handoff_id"]))
    assert (await conversation_of(shop, conversation_id)).status is ConversationStatus.HANDED_OFF


async def test_a_shop_may_let_its_shoppers_wait(shop: Shop) -> None:
    await settings(shop, handoff_timeout_minutes=0)
    await tell(shop, "quiero hablar con una persona")
    assert await jobs(shop, "time_out_handoff") == []


async def test_after_a_handback_the_agent_knows_what_the_person_said(shop: Shop) -> None:
    conversation_id = await arrive(shop, "say hola")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id, lock=True)
        await hand_off(tx, conversation, "la tomó", By(Actor.MEMBER, "Marta"), shop.now)
        await tx.messages.add_echo(
            conversation, external_id="E1", text="Le guardo dos martillos", payload={}, sent_at=None, now=shop.now
        )
        conversation.status = ConversationStatus.AUTOMATED
    seen: list[str] = []

    async def look() -> None:
        async with shop.database.transaction(shop.tenant_id) as tx:
            seen.extend(m.text for m in await tx.messages.history(conversation_id, limit=9))

    shop.brain.meanwhile.append(look)
    await tell(shop, "say ¿cuántos?")
    assert "Le guardo dos martillos" in seen
