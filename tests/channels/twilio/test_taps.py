"""What a shopper taps comes back as the choice that was offered: by webhook, by Twilio's list, or typed as a number."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import pytest

from channels.incoming.inbox import receive
from channels.outgoing.outbox import DeliverOutcome
from channels.twilio.content import StoredContentIds
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import Choice, MessageContent
from data.states import ChannelKind
from tests.channels.shop import NOW, JobRunner, Shop, inbound, request
from tests.servers.twilio_server import Fault, TwilioServer

# Alike until the end, and longer than a button or a row.
SIZES = [
    Choice(f"take:2:POL-NEG-{size}", f"Polera básica de algodón orgánico negra (talla {size})", "$9.990")
    for size in ("XS", "S", "M", "L", "XL")
]


@pytest.fixture
async def rich(shop: Shop, twilio: TwilioServer) -> AsyncIterator[TwilioWhatsApp]:
    adapter = TwilioWhatsApp(twilio.url, content_ids=StoredContentIds(shop.database))
    yield adapter
    await adapter.close()


async def offer(shop: Shop, adapter: TwilioWhatsApp, choices: list[Choice]) -> UUID:
    """They are asked which; returns the conversation."""
    conversation_id = await shop.hear("busco poleras negras", "SM-asked")
    message_id = await shop.reply(conversation_id, MessageContent("¿Cuál te llevas?", tuple(choices)))
    runner = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: adapter})
    assert await runner.deliver(message_id) is DeliverOutcome.SENT
    return conversation_id


async def chosen(shop: Shop, conversation_id: UUID, said: Sequence[Mapping[str, str]]) -> list[str | None]:
    """What each answer was taken for."""
    for number, changes in enumerate(said):
        posted = request({**inbound("", f"SM-tap-{number}"), **changes}, shop.access.webhook_url)
        parsed = TwilioWhatsApp().parse(shop.access, posted)
        await receive(shop.database, shop.access, parsed.messages, now=NOW)
    answers = [message for message in await shop.messages(conversation_id) if "tap" in (message.external_id or "")]
    return [answer.payload.get("choice") for answer in answers]


async def test_each_row_of_a_list_is_its_choice(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    conversation_id = await offer(shop, rich, SIZES)
    rows = twilio.messages[-1].shown["twilio/list-picker"]["items"]
    tapped = [{"Body": row["item"], "ListId": row["id"], "ListTitle": row["item"]} for row in rows]
    titles = [{"Body": row["item"]} for row in rows]
    assert await chosen(shop, conversation_id, [*tapped, *titles]) == [size.id for size in SIZES] * 2


async def test_each_button_is_its_choice(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    choices = [Choice(size.id, size.title) for size in SIZES[:3]]
    conversation_id = await offer(shop, rich, choices)
    buttons = twilio.messages[-1].shown["twilio/quick-reply"]["actions"]
    tapped = [{"Body": each["title"], "ButtonText": each["title"], "ButtonPayload": each["id"]} for each in buttons]
    titles = [{"Body": each["title"]} for each in buttons]
    assert await chosen(shop, conversation_id, [*tapped, *titles]) == [choice.id for choice in choices] * 2


async def test_each_number_is_its_choice_where_the_list_went_in_words(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    twilio.content_faults.append(Fault(400, 20001))
    conversation_id = await offer(shop, rich, SIZES)
    assert "5. Polera básica de algodón orgánico negra (talla XL): $9.990" in twilio.messages[-1].body
    numbers = [{"Body": str(number)} for number in range(1, 6)]
    assert await chosen(shop, conversation_id, numbers) == [size.id for size in SIZES]
