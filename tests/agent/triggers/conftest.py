"""Fixtures of the tests about telling other systems."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from agent.triggers.lanes import Lanes
from connectors.http import GuardedHttp, parse_networks
from data.database import Database
from tests.agent.triggers.shop import Shop, open_shop
from tests.servers.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


@pytest.fixture
async def shop(database: Database, tenant_id: UUID) -> AsyncIterator[Shop]:
    http = GuardedHttp(parse_networks("127.0.0.1/32"), total_seconds=1.0)
    lanes = Lanes()
    yield await open_shop(database, tenant_id, http, lanes)
    await lanes.close()
    await http.close()
