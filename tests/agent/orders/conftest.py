"""Fixtures of the tests about orders in a shop's own system."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from connectors.http import GuardedHttp, parse_networks
from data.database import Database
from tests.agent.orders.shop import OdooTenant, open_shop
from tests.servers.odoo_server import odoo_server


@pytest.fixture
async def shop(database: Database, tenant_id: UUID) -> AsyncIterator[OdooTenant]:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with odoo_server() as odoo:
        yield await open_shop(database, tenant_id, http, odoo)
    await http.close()
