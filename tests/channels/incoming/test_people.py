"""People who answer past us, channels that say who answers, and items nobody could read."""

from uuid import uuid4

import pytest

from channels.adapter import EchoMessage, InboundMessage, OwnershipChange, Parsed, Quarantined
from channels.incoming.inbox import take_in
from data.content import MessageContent
from data.models import Conversation
from data.states import Actor, ConversationStatus, Sender
from tests.channels.shop import NOW, SHOPPER, Shop


async def bring(shop: Shop, **parts: object) -> Conversation:
    await take_in(shop.database, shop.access, Parsed(**parts), NOW)  # type: ignore[arg-type]  # each test names real ones
    async with shop.database.transaction(shop.tenant_id) as tx:
        return (await tx.conversations.recent())[0]


def echo(text: str, external_id: str = "E1", author: str | None = None) -> EchoMessage:
    return EchoMessage(external_id, SHOPPER, text, author)


async def test_an_answer_from_the_phone_silences_the_agent_and_is_kept(shop: Shop) -> None:
    await shop.hear("¿tienen martillos?", "SM1")
    for _ in range(2):
        conversation = await bring(shop, echoes=[echo("Sí, le guardo uno", author="Marta")])
    assert conversation.status is ConversationStatus.HANDED_OFF
    assert (conversation.status_actor, conversation.status_actor_name) == (Actor.PHONE, "Marta")
    assert conversation.status_since == NOW
    messages = await shop.messages(conversation.id)
    assert [(m.sender, m.text) for m in messages] == [
        (Sender.CONTACT, "¿tienen martillos?"),
        (Sender.HUMAN, "Sí, le guardo uno"),
    ]
    assert messages[-1].payload["author"] == "Marta"
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert await tx.messages.unanswered(conversation) == []
        assert len(await tx.conversations.ownership_changes(conversation.id)) == 1
    assert await shop.jobs("time_out_handoff") == [], "a person has it already"


async def test_an_echo_of_our_own_message_is_none(shop: Shop) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    message_id = await shop.reply(conversation_id, MessageContent("¡Hola!"))
    async with shop.database.transaction(shop.tenant_id) as tx:
        sent = await tx.messages.get(message_id)
        assert sent is not None
        sent.external_id = "E1"
    conversation = await bring(shop, echoes=[echo("¡Hola!")])
    assert conversation.status is ConversationStatus.AUTOMATED
    assert len(await shop.messages(conversation_id)) == 2


async def test_whoever_writes_first_from_the_phone_begins_the_conversation(shop: Shop) -> None:
    conversation = await bring(shop, echoes=[echo("Buenas, llegó su pedido")])
    assert (conversation.address, conversation.status) == (SHOPPER, ConversationStatus.HANDED_OFF)


async def test_pausa_and_reanuda_from_the_phone(shop: Shop) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    before = len(await shop.jobs("take_turn"))
    assert (await bring(shop, echoes=[echo("/pausa", "E1")])).status is ConversationStatus.HANDED_OFF
    await shop.hear("¿hay alguien?", "SM2")
    assert len(await shop.jobs("take_turn")) == before
    conversation = await bring(shop, echoes=[echo("/reanuda", "E2")])
    assert conversation.status is ConversationStatus.AUTOMATED
    assert len(await shop.jobs("take_turn")) == before + 1, "what waited is answered"
    async with shop.database.transaction(shop.tenant_id) as tx:
        waiting = await tx.messages.unanswered(await tx.conversations.get(conversation_id))
        changes = await tx.conversations.ownership_changes(conversation_id)
    assert [message.text for message in waiting] == ["hola", "¿hay alguien?"]
    assert [(change.status, change.actor) for change in changes] == [
        (ConversationStatus.AUTOMATED, Actor.PHONE),
        (ConversationStatus.HANDED_OFF, Actor.PHONE),
    ]


async def test_the_channel_says_who_answers(shop: Shop) -> None:
    await shop.hear("hola", "SM1")
    steps = [
        (ConversationStatus.HANDED_OFF, ConversationStatus.HANDED_OFF),
        (ConversationStatus.HANDED_OFF, ConversationStatus.HANDED_OFF),
        (ConversationStatus.AUTOMATED, ConversationStatus.AUTOMATED),
        (ConversationStatus.CLOSED, ConversationStatus.CLOSED),
        (ConversationStatus.AUTOMATED, ConversationStatus.CLOSED),
    ]
    for said, then in steps:
        conversation = await bring(shop, ownership=[OwnershipChange(SHOPPER, said, "en la mesa")])
        assert conversation.status is then
    async with shop.database.transaction(shop.tenant_id) as tx:
        changes = await tx.conversations.ownership_changes(conversation.id)
    assert [change.actor for change in changes] == [Actor.DESK] * 3


@pytest.mark.parametrize("raw", [{"a": "\x00"}, ["x"], "text", None, 1.5, {"deep": [[[["x"]]]]}])
async def test_what_cannot_be_read_is_kept_and_the_rest_is_not_lost(shop: Shop, raw: object) -> None:
    good = InboundMessage(uuid4().hex, SHOPPER, "hola")
    conversation = await bring(shop, messages=[good], quarantined=[Quarantined("no se entiende", raw)])
    assert [message.text for message in await shop.messages(conversation.id)] == ["hola"]
    async with shop.database.transaction(shop.tenant_id) as tx:
        [item] = await tx.conversations.quarantined()
    assert (item.channel_id, item.reason) == (shop.channel.id, "no se entiende")
