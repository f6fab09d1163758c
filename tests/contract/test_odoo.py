"""How an Odoo behaves: the promises our code stands on, and the traps it steps around."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.finding import find_products
from connectors.odoo.loading import find, known_fields, may
from connectors.odoo.orders import (
    NewLine,
    NewOrder,
    add_note,
    cancel_order,
    confirm_order,
    create_order,
    find_order,
    portal_path,
    read_lines,
    read_order,
    set_unit_price,
)
from connectors.odoo.quoting import line_totals
from connectors.odoo.shapes import search_count
from connectors.odoo.trial import try_connection
from tests.contract.shop import Contract


async def refusal(awaited: Any) -> tuple[str, Verdict]:
    with pytest.raises(ConnectorError) as refused:
        await awaited
    assert "Traceback" not in f"{refused.value} {refused.value.sentence} {refused.value.__cause__}"
    return refused.value.code, refused.value.verdict


async def test_a_connection_that_works_says_so(odoo: Contract) -> None:
    trial = await try_connection(odoo.http, odoo.access, datetime.now(UTC))
    assert (trial.is_working, trial.code, trial.version) == (True, "ok", odoo.calls.version)


async def test_a_wrong_key_is_for_the_owner(odoo: Contract) -> None:
    calls = odoo.otherwise(key="f" * 40)
    assert await refusal(calls.call("product.product", "search_count", domain=[])) == (
        "bad_key",
        Verdict.CONFIGURATION,
    )


async def test_a_wrong_database_is_for_the_owner(odoo: Contract) -> None:
    calls = odoo.otherwise(database="no-such-database")
    assert await refusal(calls.call("product.product", "search_count", domain=[])) == (
        "wrong_database",
        Verdict.CONFIGURATION,
    )


async def test_an_unknown_field_is_not_worth_trying_again(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    reading = odoo.calls.call("product.product", "read", [product.id], fields=["no_such_field"])
    assert (await refusal(reading))[1] is Verdict.REJECTED
    assert await known_fields(odoo.calls, "product.product", ["name", "no_such_field"]) == {"name": "char"}


async def test_an_unknown_model_or_method_is_not_worth_trying_again(odoo: Contract) -> None:
    assert (await refusal(odoo.calls.call("no.such.model", "search_count", domain=[])))[1] is Verdict.REJECTED
    assert (await refusal(odoo.calls.call("sale.order", "no_such_method", [1])))[1] is Verdict.REJECTED
    assert not await may(odoo.calls, "no.such.model", "read")


async def test_nothing_is_said_of_an_unknown_id(odoo: Contract) -> None:
    assert await odoo.calls.call("product.product", "read", [999_999_999], fields=["name"]) == []
    assert await read_order(odoo.calls, 999_999_999) is None


async def test_a_method_that_returns_nothing_was_done(odoo: Contract) -> None:
    """By XML-RPC it is told as a fault, after it was committed."""
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 1))
    await confirm_order(odoo.calls, order_id)
    assert await odoo.calls.call("sale.order", "action_lock", [order_id]) is None
    [row] = await odoo.calls.call("sale.order", "read", [order_id], fields=["locked"])
    assert row["locked"] is True


async def test_confirming_nothing_says_yes(odoo: Contract) -> None:
    assert await odoo.calls.call("sale.order", "action_confirm", []) is True


async def test_a_customer_is_created_once(odoo: Contract) -> None:
    customer = Customer(f"contact_{uuid4().hex}", "Ana Pérez")
    made = await asyncio.gather(*(find_or_create(odoo.calls, customer) for _ in range(4)))
    assert len(set(made)) == 1
    assert await find(odoo.calls, "res.partner", customer.external_id) == made[0]
    assert await find(odoo.calls, "res.partner", f"contact_{uuid4().hex}") is None


async def test_a_customer_is_found_by_phone_or_rut(odoo: Contract) -> None:
    phone = f"+5698{uuid4().int % 10**7:07d}"
    first = await find_or_create(odoo.calls, Customer(f"contact_{uuid4().hex}", "Ana", phone=phone))
    assert await find_or_create(odoo.calls, Customer(f"contact_{uuid4().hex}", "Ana P.", phone=phone)) == first
    company = Customer(f"contact_{uuid4().hex}", "Ferretería SpA", phone, rut="76086428-5", is_company=True)
    second = await find_or_create(odoo.calls, company)
    assert second != first
    again = Customer(f"contact_{uuid4().hex}", "Ferretería", rut="76086428-5", is_company=True)
    assert await find_or_create(odoo.calls, again) == second
    [row] = await odoo.calls.call("res.partner", "read", [second], fields=["vat"])
    assert row["vat"] == "76086428-5"


async def test_a_rut_with_a_wrong_digit_is_refused(odoo: Contract) -> None:
    wrong = Customer(f"contact_{uuid4().hex}", "Nadie SpA", rut="76086428-4", is_company=True)
    assert await refusal(find_or_create(odoo.calls, wrong)) == ("not_loaded", Verdict.REJECTED)


async def test_an_order_that_is_loaded_by_many_at_once_is_one(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    order = NewOrder(f"order_{uuid4().hex}", await odoo.customer(), uuid4().hex[:8], [NewLine(product.id, 2)])
    assert await find_order(odoo.calls, order.external_id) is None
    made = await asyncio.gather(*(create_order(odoo.calls, order) for _ in range(6)))
    assert len(set(made)) == 1
    odoo.keep(made[0])
    assert await create_order(odoo.calls, order) == made[0]
    assert await find_order(odoo.calls, order.external_id) == made[0]
    found = await odoo.calls.call("sale.order", "search_count", domain=[["client_order_ref", "=", order.reference]])
    assert found == 1
    assert [(line.product_id, line.quantity) for line in await read_lines(odoo.calls, made[0])] == [
        (product.id, Decimal(2))
    ]


async def test_searching_before_creating_makes_several(odoo: Contract) -> None:
    """The control of the test above."""
    reference, partner = uuid4().hex[:8], await odoo.customer()
    everyone_searched = asyncio.Barrier(4)

    async def search_then_create() -> None:
        domain = [["client_order_ref", "=", reference]]
        found = await odoo.calls.call("sale.order", "search_count", domain=domain)
        await everyone_searched.wait()
        if not found:
            values = {"partner_id": partner, "client_order_ref": reference}
            for order_id in await odoo.create("sale.order", values):
                odoo.keep(order_id)

    await asyncio.gather(*(search_then_create() for _ in range(4)))
    assert len(set(odoo.order_ids)) == 4


async def test_the_total_is_what_the_catalogue_says_a_customer_pays(odoo: Contract) -> None:
    products = (await odoo.products())[:3]
    order_id = await odoo.order(*(NewLine(product.id, 3) for product in products))
    order = await read_order(odoo.calls, order_id)
    assert order is not None
    assert (order.state, order.is_confirmed) == ("draft", False)
    assert order.total == sum(product.price * 3 for product in products)
    assert order.currency == products[0].currency


async def test_what_a_customer_pays_is_told_without_an_order(odoo: Contract) -> None:
    products = (await odoo.products())[:3]
    customer, quantities = await odoo.customer(), {product.id: 3 for product in products}
    before = await search_count(odoo.calls, "sale.order", [["partner_id", "=", customer]])
    totals = await line_totals(odoo.calls, customer, quantities, None)
    assert await search_count(odoo.calls, "sale.order", [["partner_id", "=", customer]]) == before == 0
    order_id = await odoo.order(*(NewLine(*each) for each in quantities.items()))
    assert {line.product_id: line.total for line in await read_lines(odoo.calls, order_id)} == totals


async def test_a_price_may_be_set_so_that_rounding_agrees(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 1))
    [line] = await read_lines(odoo.calls, order_id)
    await set_unit_price(odoo.calls, line.id, line.unit_price + 100)
    order = await read_order(odoo.calls, order_id)
    assert order is not None
    assert order.total > product.price


async def test_an_order_is_confirmed_and_cancelled_once_however_often(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 2))
    await confirm_order(odoo.calls, order_id)
    await confirm_order(odoo.calls, order_id)
    order = await read_order(odoo.calls, order_id)
    assert order is not None
    assert order.is_confirmed
    [found] = (await find_products(odoo.calls, [product.sku]))[product.sku]
    assert product.stock is not None
    assert found.free == product.stock - 2
    for _ in range(2):
        await cancel_order(odoo.calls, order_id)
    order = await read_order(odoo.calls, order_id)
    assert order is not None
    assert order.state == "cancel"


async def test_more_than_there_is_may_be_sold(odoo: Contract) -> None:
    """Odoo refuses none of it: whoever sells has to look."""
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 100_000))
    await confirm_order(odoo.calls, order_id)
    [found] = (await find_products(odoo.calls, [product.sku]))[product.sku]
    assert found.free is not None
    assert found.free <= Decimal(0)


async def test_a_product_that_does_not_exist_is_refused_whole(odoo: Contract) -> None:
    order = NewOrder(f"order_{uuid4().hex}", await odoo.customer(), "S1", [NewLine(999_999_999, 1)])
    assert await refusal(create_order(odoo.calls, order)) == ("not_loaded", Verdict.REJECTED)
    assert await find_order(odoo.calls, order.external_id) is None


async def test_a_note_is_written_once(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 1))
    text = f"https://tienda.example/{uuid4().hex}"
    for _ in range(2):
        await add_note(odoo.calls, order_id, f"Conversación: {text}", text)
    same = [["model", "=", "sale.order"], ["res_id", "=", order_id], ["body", "ilike", text]]
    assert await odoo.calls.call("mail.message", "search_count", domain=same) == 1
    assert (await portal_path(odoo.calls, order_id)).startswith(f"/my/orders/{order_id}?access_token=")


async def test_products_are_found_by_code_whatever_its_case(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    found = await find_products(odoo.calls, [product.sku.lower(), "no-such-code"])
    assert [each.id for each in found[product.sku.lower()]] == [product.id]
    assert "no-such-code" not in found


async def test_a_note_that_was_loaded_cannot_be_loaded_again(odoo: Contract) -> None:
    [product, *_] = await odoo.products()
    order_id = await odoo.order(NewLine(product.id, 1))
    mark = uuid4().hex
    fields = ["id", "model", "res_id", "body", "message_type", "subtype_id/id"]
    row = [f"caserita.note_{mark}", "sale.order", str(order_id), f"<p>{mark}</p>", "comment", "mail.mt_note"]
    answers = [await odoo.calls.call("mail.message", "load", fields=fields, data=[row]) for _ in range(2)]
    assert [bool(answer["ids"]) for answer in answers] == [True, False]
    same = [["model", "=", "sale.order"], ["res_id", "=", order_id], ["body", "ilike", mark]]
    assert await odoo.calls.call("mail.message", "search_count", domain=same) == 1
