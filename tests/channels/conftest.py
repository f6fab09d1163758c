"""Fixtures of the channels' tests."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from channels.twilio_whatsapp import TwilioWhatsApp
from data.database import Database
from tests.channels.shop import ACCOUNT, TOKEN, Shop, open_shop
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
