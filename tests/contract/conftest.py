"""The Odoo that a run is about: the local stand-in, in each of its protocols, or the one of the environment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.http import GuardedHttp, parse_networks
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import Json2Calls, OdooCalls, XmlRpcCalls, server_version
from tests.contract.shop import Contract
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, odoo_server

REAL_URL = os.environ.get("ODOO_URL", "")
LOCAL_VERSIONS = {"json2": 19, "xmlrpc": 17}


@asynccontextmanager
async def _access(protocol: str) -> AsyncIterator[OdooAccess]:
    if REAL_URL:
        login = os.environ.get("ODOO_LOGIN", "")
        if protocol == "xmlrpc" and not login:
            pytest.fail("XML-RPC needs ODOO_LOGIN, the user of the key")
        yield OdooAccess(REAL_URL, os.environ["ODOO_DB"], os.environ["ODOO_KEY"], login)
        return
    async with odoo_server(LOCAL_VERSIONS[protocol]) as server:
        server.shop.add_product("Polera algodón", "POL-1", 10_000)
        server.shop.add_product("Taza", "TAZ-1", 11_990, taxes_id=[server.shop.gross_tax])
        server.shop.add_product("Asesoría", "SRV-1", 50_000, stock=None)
        yield OdooAccess(server.url, DATABASE, KEY, LOGIN)


def _calls(http: GuardedHttp, access: OdooAccess, version: int, protocol: str) -> OdooCalls:
    kind = Json2Calls if protocol == "json2" else XmlRpcCalls
    return kind(http, access, version, 30.0)


@pytest.fixture(params=["json2", "xmlrpc"])
async def odoo(request: pytest.FixtureRequest) -> AsyncIterator[Contract]:
    http = GuardedHttp(parse_networks("0.0.0.0/0,::/0" if REAL_URL else "127.0.0.1/32"))
    async with _access(request.param) as access:
        version = await server_version(http, access.url)
        calls = _calls(http, access, version, request.param)
        contract = Contract(http, access, calls, lambda other: _calls(http, other, version, request.param))
        try:
            yield contract
        finally:
            await contract.clean_up()
            await http.close()
