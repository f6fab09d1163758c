"""Whatever an address that should be an Odoo answers, it is a ConnectorError, in our words and without the server's."""

import logging
import traceback
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from connectors.errors import ConnectorError, Verdict
from connectors.http import GuardedHttp, parse_networks
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import MOST_BYTES, OdooCalls, connect
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.finding import find_products
from connectors.odoo.orders import NewLine, NewOrder, add_note, create_order, read_lines, read_order
from connectors.odoo.products import changed_products, latest_change, read_products, sold_products
from connectors.odoo.quoting import has_price_rules, line_totals
from connectors.odoo.trial import key_expiry, try_connection
from tests.agent.orders.shop import NOW
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, TRACEBACK, Fault, OdooServer, odoo_server

JSON, XML = "application/json", "text/xml"
NOT_ODOO = ("not_odoo", Verdict.CONFIGURATION)
BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><methodResponse><fault>&b;</fault></methodResponse>'
SECRET = TRACEBACK.encode()
FAULT = (
    b"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member>"
    b"<member><name>faultString</name><value><string>%s%s</string></value></member></struct></value></fault>"
    b"</methodResponse>"
)
DENIED = b'{"name": "odoo.exceptions.AccessDenied", "message": "secreto", "debug": "Traceback secreto"}'
LOCKED = b"psycopg2.errors.LockNotAvailable: secreto"


def value(inside: bytes) -> bytes:
    return b"<methodResponse><params><param><value>%s</value></param></params></methodResponse>" % inside


ANSWERS: dict[str, tuple[int, Fault, tuple[str, Verdict]]] = {
    "page": (19, Fault(body=b"<!DOCTYPE html><title>Sitio en construccion</title>"), NOT_ODOO),
    "page, by XML-RPC": (17, Fault(body=b"<!DOCTYPE html><title>Sitio en construccion</title>"), NOT_ODOO),
    "half of it": (19, Fault(body=b'[{"id": 1, "na', media_type=JSON), NOT_ODOO),
    "half of it, by XML-RPC": (17, Fault(body=value(b"<int>1")[:60], media_type=XML), NOT_ODOO),
    "not of its charset": (19, Fault(body=b'["\xff\xfe"]', media_type=JSON), NOT_ODOO),
    "lists without end": (19, Fault(body=b"[" * 200_000, media_type=JSON), NOT_ODOO),
    "entities": (17, Fault(body=BOMB, media_type=XML), NOT_ODOO),
    "no boolean": (17, Fault(body=value(b"<boolean>si</boolean>"), media_type=XML), NOT_ODOO),
    "no name": (17, Fault(body=value(b"<struct><value><int>1</int></value></struct>"), media_type=XML), NOT_ODOO),
    "huge": (19, Fault(body=b" " * (MOST_BYTES + 1)), ("answer_too_large", Verdict.CONFIGURATION)),
    "huge, by XML-RPC": (17, Fault(body=b" " * (MOST_BYTES + 1)), ("answer_too_large", Verdict.CONFIGURATION)),
    "slow drip": (19, Fault(drips=True), ("answer_lost", Verdict.UNCERTAIN)),
    "slow drip, by XML-RPC": (17, Fault(drips=True), ("answer_lost", Verdict.UNCERTAIN)),
    "sent elsewhere": (19, Fault(status=302), ("moved", Verdict.CONFIGURATION)),
    "error as a page": (19, Fault(status=500, body=SECRET), ("answer_lost", Verdict.UNCERTAIN)),
    "denied": (19, Fault(status=401, body=DENIED, media_type=JSON), ("bad_key", Verdict.CONFIGURATION)),
    "fault": (17, Fault(body=FAULT % (SECRET, b"KeyError: x"), media_type=XML), ("odoo_broke", Verdict.REJECTED)),
    "lock": (17, Fault(body=FAULT % (SECRET, LOCKED), media_type=XML), ("busy", Verdict.RETRY)),
}


@asynccontextmanager
async def opened(version: int, seconds: float = 20.0) -> AsyncIterator[tuple[OdooServer, OdooAccess, OdooCalls]]:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with odoo_server(version) as server:
        access = OdooAccess(server.url, DATABASE, KEY, LOGIN)
        yield server, access, await connect(http, access, call_seconds=seconds)
    await http.close()


@pytest.mark.parametrize("case", ANSWERS)
async def test_no_answer_harms(case: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    version, fault, expected = ANSWERS[case]
    caplog.set_level(logging.DEBUG)
    async with opened(version, seconds=0.5 if fault.drips else 20.0) as (server, _, calls):
        server.faults.append(fault)
        with pytest.raises(ConnectorError) as failed:
            await calls.call("res.partner", "search_read", domain=[], fields=["name"])
        assert await calls.call("res.partner", "search_read", domain=[], fields=["name"]) == []
    assert (failed.value.code, failed.value.verdict) == expected
    told = "".join(traceback.format_exception(failed.value)).replace(__file__, "")
    seen = (told, str(failed.value), failed.value.sentence, caplog.text, *capfd.readouterr())
    assert not [text for text in seen if "secreto" in text or "/usr/lib/odoo" in text]


@pytest.mark.parametrize("version", [17, 19])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"database": "otra"}, "wrong_database"),
        ({"key": "f" * 40}, "bad_key"),
        ({"company_id": 999}, "wrong_company"),
        ({"warehouse_id": 999}, "wrong_warehouse"),
    ],
    ids=["wrong database", "expired key", "company", "warehouse"],
)
async def test_what_the_owner_has_to_change_is_named(version: int, change: dict[str, Any], code: str) -> None:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with opened(version) as (_, access, _):
        trial = await try_connection(http, replace(access, **change), NOW)
    await http.close()
    assert (trial.is_working, trial.code) == (False, code)
    assert "Traceback" not in trial.sentence


async def test_an_odoo_too_old_is_told_so() -> None:
    with pytest.raises(ConnectorError) as failed:
        async with opened(14):
            pass
    assert failed.value.code == "too_old"
    assert "versión 14" in failed.value.sentence


@pytest.mark.parametrize("version", [17, 19])
async def test_a_customer_that_was_deleted_there_is_made_again(version: int) -> None:
    async with opened(version) as (server, _, calls):
        product_id = server.shop.add_product("Polera", "POL-1", 10_000)
        customer = Customer(f"contact_{uuid4().hex}", "Ana")
        first = await find_or_create(calls, customer)
        del server.shop.rows["res.partner"][first]
        server.shop.external.clear()  # which Odoo does with the record
        order = NewOrder(f"order_{uuid4().hex}", first, "S00001", [NewLine(product_id, 1)])
        with pytest.raises(ConnectorError) as failed:
            await create_order(calls, order)
        assert (failed.value.code, failed.value.verdict) == ("not_loaded", Verdict.REJECTED)
        again = await find_or_create(calls, customer)
        assert await create_order(calls, replace(order, partner_id=again)) in server.shop.rows["sale.order"]
    assert again != first


ORDER = NewOrder("order_1", 1, "S00001", [NewLine(1, 1)])
READERS: dict[str, Callable[[OdooCalls], Awaitable[object]]] = {
    "what is sold": sold_products,
    "what changed": lambda calls: changed_products(calls, "2026-11-21 12:00:00"),
    "latest change": latest_change,
    "products": lambda calls: anext(read_products(calls, [1])),
    "products of an order": lambda calls: find_products(calls, ["POL-1"]),
    "customer": lambda calls: find_or_create(calls, Customer("contact_1", "Ana", "+56987654321")),
    "order": lambda calls: read_order(calls, 1),
    "lines": lambda calls: read_lines(calls, 1),
    "new order": lambda calls: create_order(calls, ORDER),
    "note": lambda calls: add_note(calls, 1, "Hola", "Hola"),
    "price rules": has_price_rules,
    "prices": lambda calls: line_totals(calls, 1, {1: 2}, None),
    "expiry of the key": lambda calls: key_expiry(calls, NOW),
}


ODD = (b'"si"', b"3.5", b'{"x": []}', b'[{"id": "uno"}]', b"[[1]]", b'[{"id": 1, "expiration_date": "ayer"}]')


@pytest.mark.parametrize("reader", READERS)
async def test_another_shape_is_a_failure_of_the_connection(reader: str) -> None:
    async with opened(19) as (server, _, calls):
        for body in ODD:
            odd = Fault(body=body, media_type=JSON)
            server.faults = deque([odd] * 3)
            with pytest.raises(ConnectorError) as failed:
                await READERS[reader](calls)
            assert (failed.value.code, failed.value.verdict) == ("odd_answer", Verdict.CONFIGURATION)
            assert failed.value.__cause__ is None
            assert failed.value.__suppress_context__
