"""While an answer is made the shopper sees that it is coming, where the channel can; no failure reaches the turn."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from channels.outgoing.typing import TypingIndicator
from channels.twilio.whatsapp import TwilioWhatsApp
from data.states import ChannelKind
from tests.channels.shop import Shop
from tests.servers.twilio_server import TwilioServer


@pytest.fixture
async def typing(shop: Shop, adapter: TwilioWhatsApp) -> AsyncIterator[TypingIndicator]:
    indicator = TypingIndicator(shop.database, {ChannelKind.TWILIO_WHATSAPP: adapter}, shop.open_access)
    yield indicator
    await indicator.close()


async def test_the_newest_waiting_message_shows_it(shop: Shop, typing: TypingIndicator, twilio: TwilioServer) -> None:
    now = datetime.now(UTC)
    await shop.hear("hola", "SM" + "1" * 32, now=now)
    conversation_id = await shop.hear("tienen martillos?", "SM" + "2" * 32, now=now)
    typing(shop.tenant_id, conversation_id)
    await typing.close()
    assert [shown.get("messageId") or shown.get("MessageId") for shown in twilio.typing] == ["SM" + "2" * 32]


async def test_nothing_is_shown_outside_the_service_window(
    shop: Shop, typing: TypingIndicator, twilio: TwilioServer
) -> None:
    conversation_id = await shop.hear("hola", "SM" + "1" * 32, now=datetime.now(UTC) - timedelta(hours=25))
    typing(shop.tenant_id, conversation_id)
    await typing.close()
    assert twilio.typing == []


async def test_a_provider_that_refuses_is_no_ones_problem(
    shop: Shop, adapter: TwilioWhatsApp, twilio: TwilioServer
) -> None:
    await adapter.close()  # every call fails from here on
    indicator = TypingIndicator(shop.database, {ChannelKind.TWILIO_WHATSAPP: adapter}, shop.open_access)
    conversation_id = await shop.hear("hola", "SM" + "1" * 32, now=datetime.now(UTC))
    indicator(shop.tenant_id, conversation_id)
    await indicator.close()
    assert twilio.typing == []
