"""People who answer past us, channels that say who answers, and items nobody could read."""

from datetime import timedelta
from uuid import uuid4

import pytest

from channels.adapter import EchoMessage, InboundMessage, Moved, OwnershipChange, Parsed, Quarantined
from channels.incoming.inbox import take_in
from data.content import MessageContent
from data.models import Conversation
from data.states import Actor, ConversationStatus, Sender, SetAside
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


async def test_what_the_phone_said_before_it_said_reanuda_silences_nobody(shop: Shop) -> None:
    await shop.hear("hola", "SM1")
    answered, resumed = NOW - timedelta(seconds=20), NOW - timedelta(seconds=10)
    await bring(shop, echoes=[EchoMessage("E2", SHOPPER, "/reanuda", sent_at=resumed)])
    conversation = await bring(shop, echoes=[EchoMessage("E1", SHOPPER, "le guardo uno", sent_at=answered)])
    assert conversation.status is ConversationStatus.AUTOMATED
    conversation = await bring(shop, echoes=[EchoMessage("E3", SHOPPER, "mejor dos", sent_at=NOW)])
    assert conversation.status is ConversationStatus.HANDED_OFF
    assert {m.text for m in await shop.messages(conversation.id)} >= {"/reanuda", "le guardo uno", "mejor dos"}


async def test_what_the_phone_answers_by_itself_is_nobodys_answer(shop: Shop) -> None:
    await shop.hear("hola", "SM1")
    conversation = await bring(shop, echoes=[echo("¡Gracias por contactarnos! Te responderemos a la brevedad.")])
    assert conversation.status is ConversationStatus.AUTOMATED
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert [m.text for m in await tx.messages.unanswered(conversation)] == ["hola"]


async def test_an_answer_to_one_address_of_someone_is_one_to_the_other(shop: Shop) -> None:
    before = await shop.hear("hola", "SM1", sender="whatsapp:+56911112222")
    conversation = await bring(
        shop, echoes=[EchoMessage("E1", SHOPPER, "le guardo uno", alias="whatsapp:+56911112222")]
    )
    assert (conversation.id, conversation.status) == (before, ConversationStatus.HANDED_OFF)


def corrected(external_id: str, words: str, replaces: str) -> InboundMessage:
    return InboundMessage(external_id, SHOPPER, words, replaces=replaces)


async def waiting(shop: Shop, conversation: Conversation) -> list[str]:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return [m.text for m in await tx.messages.unanswered(await tx.conversations.get(conversation.id))]


async def test_a_message_written_anew_is_answered_as_it_is_now(shop: Shop) -> None:
    await shop.hear("quiero 2", "SM1")
    for _ in range(2):
        conversation = await bring(shop, messages=[corrected("SM2", "quiero 3", "SM1")])
    assert await waiting(shop, conversation) == ["quiero 3"]
    assert [(m.text, m.set_aside) for m in await shop.messages(conversation.id)] == [
        ("quiero 2", SetAside.WITHDRAWN),
        ("quiero 3", None),
    ]


async def test_of_a_message_written_anew_twice_the_last_is_answered(shop: Shop) -> None:
    """Each time its provider names the first."""
    await shop.hear("quiero 2", "SM1")
    third = corrected("SM3", "quiero 4", "SM1")
    for each in (corrected("SM2", "quiero 3", "SM1"), third, third, corrected("SM2", "quiero 3", "SM1")):
        conversation = await bring(shop, messages=[each])
    assert await waiting(shop, conversation) == ["quiero 4"]


async def test_a_message_written_anew_and_then_deleted_is_not_answered(shop: Shop) -> None:
    await shop.hear("mi clave es 1234", "SM1")
    await bring(shop, messages=[corrected("SM2", "mi clave es 12345", "SM1")])
    conversation = await bring(shop, withdrawn=["SM1"])
    assert await waiting(shop, conversation) == []


async def test_a_message_deleted_before_it_was_answered_is_not(shop: Shop) -> None:
    await shop.hear("mi clave es 1234", "SM1")
    await shop.hear("¿tienen martillos?", "SM2")
    conversation = await bring(shop, withdrawn=["SM1", "SM1", "never seen", "\x00"])
    assert await waiting(shop, conversation) == ["¿tienen martillos?"]


async def test_what_was_answered_stays_as_it_was(shop: Shop) -> None:
    await shop.hear("quiero 2", "SM1")
    conversation = await bring(shop, echoes=[echo("Le anoto 2")])
    await bring(shop, withdrawn=["SM1", "E1"])
    assert [m.set_aside for m in await shop.messages(conversation.id)] == [None, None]


async def test_who_has_a_new_number_is_the_same_contact_and_answered_there(shop: Shop) -> None:
    new = "whatsapp:+56911112222"
    before = await shop.hear("hola", "SM1")
    conversation = await bring(shop, moved=[Moved(SHOPPER, new), Moved("whatsapp:+1", "whatsapp:+2")])
    assert (conversation.id, conversation.address) == (before, new)
    assert await shop.hear("soy yo", "SM2", sender=new) == before


async def test_a_number_that_is_someone_elses_stays_theirs(shop: Shop) -> None:
    other = "whatsapp:+56911112222"
    mine, theirs = await shop.hear("hola", "SM1"), await shop.hear("hola", "SM2", sender=other)
    await bring(shop, moved=[Moved(SHOPPER, other)])
    assert (await shop.hear("yo", "SM3"), await shop.hear("yo", "SM4", sender=other)) == (mine, theirs)


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
