"""Fixtures of the channels' tests."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import pytest

from channels.adapter import Adapter
from channels.pull import PulledChannel
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import Choice, MessageContent
from data.database import Database
from data.states import ChannelKind
from tests.channels.shop import ACCOUNT, TOKEN, JobRunner, Shop, open_shop
from tests.servers.twilio_server import TwilioServer, twilio_server


@pytest.fixture
async def shop(database: Database, tenant_id: UUID) -> Shop:
    return await open_shop(database, tenant_id)


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioServer]:
    async with twilio_server(ACCOUNT, TOKEN) as server:
        yield server


@pytest.fixture
async def adapter(twilio: TwilioServer) -> AsyncIterator[TwilioWhatsApp]:
    adapter = TwilioWhatsApp(twilio.url, timeout_seconds=0.5)
    yield adapter
    await adapter.close()


@pytest.fixture
def adapters(adapter: TwilioWhatsApp) -> Mapping[ChannelKind, Adapter]:
    return {ChannelKind.TWILIO_WHATSAPP: adapter, ChannelKind.WEBCHAT: PulledChannel(ChannelKind.WEBCHAT)}


@pytest.fixture
def outbox(shop: Shop, adapters: Mapping[ChannelKind, Adapter]) -> JobRunner:
    return JobRunner(shop, adapters)


@pytest.fixture
async def message_id(shop: Shop) -> UUID:
    conversation_id = await shop.hear("hola", "SM1")
    choices = (Choice("yes", "Sí, confirmar"), Choice("no", "No, seguir"))
    return await shop.reply(conversation_id, MessageContent("¿Confirmas? Total $12.990", choices))
