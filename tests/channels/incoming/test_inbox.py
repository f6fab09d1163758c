"""An inbound message is kept once, with one job, whatever arrives, how often, and in which order."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from channels.adapter import InboundMessage, StatusUpdate
from channels.incoming.inbox import apply_statuses, receive
from data.content import Choice, MessageContent
from data.database import Database
from data.states import ChannelKind, ConversationStatus, Delivery, Sender
from tests.channels.shop import NOW, SHOPPER, JobRunner, Shop, open_shop


def message(text: str = "hola", external_id: str = "SM1", **fields: object) -> InboundMessage:
    plain = InboundMessage(external_id=external_id, address=SHOPPER, text=text, contact_name="Carolina")
    return replace(plain, **fields)  # type: ignore[arg-type]  # each test names real fields


async def test_a_message_becomes_a_row_and_a_turn(shop: Shop) -> None:
    inbound = message("¿tienen poleras?", choice="yes", raw={"Body": "¿tienen poleras?", "New": ""})
    [received] = await receive(shop.database, shop.access, [inbound], now=NOW)
    [row] = await shop.messages(received.conversation_id)
    assert (row.id, row.text, row.sender, row.external_id) == (
        received.message_id, "¿tienen poleras?", Sender.CONTACT, "SM1",
    )  # fmt: skip
    assert row.payload == {"raw": {"Body": "¿tienen poleras?", "New": ""}, "choice": "yes"}
    assert row.delivery is None
    [job] = await shop.jobs("take_turn")
    assert job["lock"] == f"conversation:{received.conversation_id}"
    assert job["args"] == {"tenant_id": str(shop.tenant_id), "conversation_id": str(received.conversation_id)}
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(received.conversation_id)
        contact = await tx.conversations.contact(conversation.contact_id)
    assert (conversation.last_inbound_at, conversation.last_message_at) == (NOW, NOW)
    assert (conversation.address, contact.name) == (SHOPPER, "Carolina")


async def test_the_job_goes_to_the_queue_that_is_named(shop: Shop) -> None:
    await receive(shop.database, shop.access, [message()], queue="chat-1", now=NOW)
    assert [job["queue_name"] for job in await shop.jobs("take_turn")] == ["chat-1"]


async def test_a_second_delivery_changes_nothing(shop: Shop) -> None:
    [first] = await receive(shop.database, shop.access, [message()], now=NOW)
    [second] = await receive(shop.database, shop.access, [message("otra cosa")], now=NOW.replace(hour=20))
    assert second.conversation_id == first.conversation_id
    assert second.message_id is None
    assert [row.text for row in await shop.messages(first.conversation_id)] == ["hola"]
    assert len(await shop.jobs("take_turn")) == 1
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert (await tx.conversations.get(first.conversation_id)).last_inbound_at == NOW


async def test_ten_deliveries_at_once_are_one_row_and_one_job(shop: Shop) -> None:
    arrivals = await asyncio.gather(*(receive(shop.database, shop.access, [message()], now=NOW) for _ in range(10)))
    received = [each for arrival in arrivals for each in arrival]
    assert len({each.conversation_id for each in received}) == 1
    assert len([each for each in received if each.message_id]) == 1
    assert len(await shop.messages(received[0].conversation_id)) == 1
    assert len(await shop.jobs("take_turn")) == 1


async def test_ten_first_messages_at_once_are_one_conversation_of_one_contact(shop: Shop) -> None:
    arrivals = await asyncio.gather(
        *(receive(shop.database, shop.access, [message(f"n {n}", f"SM{n}")], now=NOW) for n in range(10))
    )
    [conversation_id] = {arrival[0].conversation_id for arrival in arrivals}
    rows = await shop.messages(conversation_id)
    assert sorted(row.text for row in rows) == sorted(f"n {n}" for n in range(10))
    assert len({row.position for row in rows}) == 10
    assert len(await shop.jobs("take_turn")) == 1, "one turn answers them all"
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert len(await tx.conversations.recent()) == 1
        contacts = await tx.conversations.session.execute(text("SELECT count(*) FROM app.contacts"))
    assert contacts.scalar_one() == 1


async def test_a_message_that_waited_for_the_conversation_comes_after_those_that_did_not(shop: Shop) -> None:
    """Else a turn could answer a later position, and the earlier one, committed after it, would be overlooked."""
    conversation_id = await shop.hear("hola", "SM1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.conversations.get(conversation_id, lock=True)
        waiting = asyncio.create_task(shop.hear("espera", "SM2"))
        await shop.someone_waits_for_a_lock()
        await tx.messages.receive(
            shop.channel.id,
            address=SHOPPER,
            contact_name=None,
            external_id="SM3",
            text="pasa",
            payload={},
            sent_at=None,
            queue="default",
            now=NOW,
        )
    await waiting
    assert [row.text for row in await shop.messages(conversation_id)] == ["hola", "pasa", "espera"]


async def test_the_same_id_on_another_channel_is_another_message(database: Database, shop: Shop) -> None:
    page = await open_shop(database, shop.tenant_id, ChannelKind.WEBCHAT)
    [here] = await receive(database, shop.access, [message()], now=NOW)
    [there] = await receive(database, page.access, [message()], now=NOW)
    assert there.message_id not in (None, here.message_id)
    assert there.conversation_id != here.conversation_id


async def test_while_a_person_answers_no_turn_is_taken(shop: Shop) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.conversations.open_handoff(conversation_id, "asked", NOW)
    assert await shop.hear("¿sigues ahí?", "SM2") == conversation_id
    assert len(await shop.messages(conversation_id)) == 2
    assert len(await shop.jobs("take_turn")) == 1


async def test_after_a_closed_conversation_a_new_one_begins_with_the_same_contact(shop: Shop) -> None:
    first_id = await shop.hear("hola", "SM1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        (await tx.conversations.get(first_id)).status = ConversationStatus.CLOSED
    second_id = await shop.hear("hola de nuevo", "SM2")
    assert await shop.hear("tarde", "SM1") == first_id, "a late copy belongs where it was"
    async with shop.database.transaction(shop.tenant_id) as tx:
        first, second = await tx.conversations.get(first_id), await tx.conversations.get(second_id)
    assert first.id != second.id
    assert first.contact_id == second.contact_id


async def test_one_unusable_message_does_not_lose_the_others(shop: Shop) -> None:
    batch = [
        message(external_id=""),
        message("a", "SM1"),
        message("b", "x" * 10_000),
        message("c", "a\x00b"),
        message("d", "SM2"),
    ]
    received = await receive(shop.database, shop.access, batch, now=NOW)
    assert [row.text for row in await shop.messages(received[0].conversation_id)] == ["a", "d"]
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert len(await tx.conversations.quarantined()) == 3


async def test_one_unusable_status_does_not_lose_the_others(shop: Shop) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        sent = await tx.messages.add_outbound(conversation, text="¡Hola!", payload={}, now=NOW)
        sent.external_id = "SM-out"
    batch = [
        StatusUpdate("SM\x00out", Delivery.READ),
        StatusUpdate("x" * 10_000, Delivery.READ, uuid4()),
        StatusUpdate("SM-out", Delivery.DELIVERED, is_billed=True, billing_kind="util\x00ity" * 50),
    ]
    assert await apply_statuses(shop.database, shop.access, batch, NOW) == 1
    moved = await shop.message(sent.id)
    assert (moved.delivery, (moved.billing_kind or "")[:9]) == (Delivery.DELIVERED, "utilityut")


@pytest.mark.parametrize(
    "words",
    [
        "a" * 100_000,
        "🙏" * 50_000,
        "\x00\x01\x02\x1b[31m",
        "\ud800",
        "",
        "\u202e\u200b",
        "'; DROP TABLE app.messages; --",
    ],
    ids=["100 kB", "emojis", "control", "half a pair", "empty", "invisible", "sql"],
)
async def test_hostile_text_is_stored_safely(shop: Shop, words: str) -> None:
    raw = {"Body": words, "\x00key": [words, {"deep": words}], "number": float("nan")}
    [received] = await receive(shop.database, shop.access, [message(words, raw=raw)], now=NOW)
    [row] = await shop.messages(received.conversation_id)
    assert len(row.text) <= 4_000
    assert "\x00" not in row.text
    assert len(await shop.jobs("take_turn")) == 1
    if len(words) > 4_000:
        assert row.payload["text_length"] == len(words)


CONFIRM = MessageContent(
    "Total: $12.990", (Choice("confirm_order", "Sí, confirmar"), Choice("keep_cart", "No, seguir"))
)


@pytest.mark.parametrize(
    ("words", "choice"),
    [("1", "confirm_order"), ("2.", "keep_cart"), ("3", None), ("0", None), ("12", None), ("sí", None)],
)
async def test_a_number_names_the_choice_it_was_shown_with(
    shop: Shop, outbox: JobRunner, words: str, choice: str | None
) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    await outbox.deliver(await shop.reply(conversation_id, CONFIRM))
    await shop.hear(words, "SM2")
    assert (await shop.messages(conversation_id))[-1].payload.get("choice") == choice


async def test_a_tapped_height_is_no_wish_to_leave_and_a_tapped_wish_is(shop: Shop) -> None:
    conversation_id = await shop.hear("mesas", "SM1")
    await shop.reply(conversation_id, MessageContent("¿Cuál?", (Choice("SKU-1", "Baja"), Choice("SKU-2", "Alta"))))

    async def tap(external_id: str, choice: str) -> dict[str, Any]:
        message = InboundMessage(external_id, SHOPPER, "Baja", choice=choice)
        await receive(shop.database, shop.access, [message], now=NOW)
        return (await shop.messages(conversation_id))[-1].payload

    assert "consent" not in await tap("SM2", "SKU-1")
    assert (await tap("SM3", "of a template's button"))["consent"] == "out"


async def test_a_number_names_nothing_when_the_text_numbers_products(shop: Shop, outbox: JobRunner) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    await outbox.deliver(await shop.reply(conversation_id, replace(CONFIRM, text="1. Polera negra\n2. Polera blanca")))
    await shop.hear("1", "SM2")
    assert "choice" not in (await shop.messages(conversation_id))[-1].payload


async def sent_message(shop: Shop, external_id: str = "SM9") -> UUID:
    conversation_id = await shop.hear("hola", "SM1")
    message_id = await shop.reply(conversation_id, MessageContent("hola"))
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.messages.advance(message_id, Delivery.SENT, external_id=external_id)
    return message_id


@pytest.mark.parametrize(
    ("order", "end"),
    [
        ("sent delivered read", "read"),
        ("read delivered sent", "read"),
        ("delivered sent", "delivered"),
        ("failed sent", "failed"),
        ("failed delivered", "delivered"),
        ("read failed", "read"),
        ("failed failed", "failed"),
    ],
)
async def test_statuses_only_move_forward(shop: Shop, order: str, end: str) -> None:
    message_id = await sent_message(shop)
    for name in order.split():
        await apply_statuses(shop.database, shop.access, [StatusUpdate("SM9", Delivery(name))])
    assert (await shop.message(message_id)).delivery is Delivery(end)


async def test_a_status_finds_its_message_by_our_id(shop: Shop) -> None:
    conversation_id = await shop.hear("hola", "SM1")
    message_id = await shop.reply(conversation_id, MessageContent("hola"))
    status = StatusUpdate("SM7", Delivery.FAILED, message_id, "bad_number")
    assert await apply_statuses(shop.database, shop.access, [status]) == 1
    row = await shop.message(message_id)
    assert (row.delivery, row.delivery_error, row.external_id) == (Delivery.FAILED, "bad_number", "SM7")
    async with shop.database.transaction(shop.tenant_id) as tx:
        [event] = await tx.events.recent()
    assert (event.name, event.payload["code"]) == ("message.failed", "bad_number")


async def test_a_status_of_no_outbound_message_changes_nothing(
    database: Database, shop: Shop, other_tenant_id: UUID
) -> None:
    other = await open_shop(database, other_tenant_id)
    theirs = await sent_message(other)
    await sent_message(shop)
    page = await open_shop(database, shop.tenant_id, ChannelKind.WEBCHAT)
    mine = await sent_message(shop, "SM10")
    statuses = [
        StatusUpdate("SM404", Delivery.READ),
        StatusUpdate("SM404", Delivery.READ, uuid4()),
        StatusUpdate("SM404", Delivery.READ, theirs),
        StatusUpdate("SM1", Delivery.READ),  # inbound
    ]
    assert await apply_statuses(database, shop.access, statuses) == 0
    assert await apply_statuses(database, page.access, [StatusUpdate("x", Delivery.READ, mine)]) == 0
    assert (await other.message(theirs)).delivery is Delivery.SENT
