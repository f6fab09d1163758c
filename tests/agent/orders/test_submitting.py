"""A placed order reaches the shop's Odoo once and as agreed, or waits, or is held for a person."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from data.order_changes import change_order
from data.ownership import By, hand_back
from data.states import Actor, ConversationStatus, OrderStatus
from tests.agent.orders.shop import BASE_URL, NOW, PATIENCE, OdooTenant
from tests.servers.odoo_server import (
    BAD_GATEWAY_AFTER_COMMIT,
    CUT_AFTER_COMMIT,
    CUT_BEFORE,
    TIMEOUT_AFTER_COMMIT,
    UNAVAILABLE,
    Fault,
)

SLOW = Fault(wait_seconds=0.2)


async def test_an_order_arrives_as_agreed_and_is_confirmed(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 3}, address="whatsapp:+56987654321")
    assert await shop.jobs("submit_order") == 1
    order = await shop.submit(order_id)
    [there] = shop.odoo.shop.orders
    assert (there["state"], there["client_order_ref"]) == ("sale", order.reference)
    assert (order.status, order.external_reference, order.held_reason) == (OrderStatus.CONFIRMED, there["name"], None)
    assert order.submitted_at == NOW
    assert order.external_state is not None
    assert order.external_state["total"] == "35700.0"
    [partner] = shop.odoo.shop.rows["res.partner"].values()
    assert (partner["name"], partner["phone_sanitized"], partner["country_id"]) == (
        "Ana",
        "+56987654321",
        shop.odoo.shop.chile,
    )
    [note] = shop.odoo.shop.rows["mail.message"].values()
    assert f"{BASE_URL}/v1/conversations/{order.conversation_id}" in note["body"]


async def test_a_second_run_changes_nothing(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    first = await shop.submit(order_id)
    calls = len(shop.odoo.calls)
    second = await shop.submit(order_id)
    assert len(shop.odoo.calls) == calls
    assert first.external_state == second.external_state


async def test_a_quotation_is_left_to_the_shop(shop: OdooTenant) -> None:
    await shop.connect(confirms_orders=False)
    order = await shop.submit(await shop.place({"POL-1": 1}))
    assert (order.status, shop.odoo.shop.orders[0]["state"]) == (OrderStatus.SUBMITTED, "draft")


async def test_without_an_odoo_nothing_is_sent(shop: OdooTenant) -> None:
    await shop.connect(sends_orders=False)
    order = await shop.order(await shop.place({"POL-1": 1}))
    assert order.external_state is None
    assert await shop.jobs("submit_order") == 0


CHANGING = [
    ("res.partner", "load"), ("sale.order", "load"), ("sale.order", "action_confirm"), ("mail.message", "load"),
    ("sale.order", "search_read"),
]  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [TIMEOUT_AFTER_COMMIT, CUT_AFTER_COMMIT, CUT_BEFORE, BAD_GATEWAY_AFTER_COMMIT, UNAVAILABLE],
    ids=["timeout", "cut after", "cut before", "502 after", "503"],
)
async def test_whatever_call_fails_there_is_one_order_in_the_end(shop: OdooTenant, fault: Fault) -> None:
    placed = []
    for failing in CHANGING:
        shop.odoo.chaos = once(failing, fault)
        order_id = await shop.place({"POL-1": 2})
        placed.append(order_id)
        shop.give_up_after(0.5 if fault is TIMEOUT_AFTER_COMMIT else PATIENCE)
        order = await shop.submit(order_id)
        shop.give_up_after(PATIENCE)
        assert (order.status, order.submitted_at, order.held_reason) == (OrderStatus.PLACED, None, None)
        assert (await shop.submit(order_id)).status is OrderStatus.CONFIRMED
    assert [there["state"] for there in shop.odoo.shop.orders] == ["sale"] * len(CHANGING)
    assert len(shop.odoo.shop.rows["res.partner"]) == len(CHANGING)
    assert len(shop.odoo.shop.rows["mail.message"]) == len(CHANGING)


def once(failing: tuple[str, str], fault: Fault) -> Callable[[str, str], Fault | None]:
    """The first call of this method fails so."""
    waiting = [fault]
    return lambda model, method: waiting.pop() if waiting and (model, method) == failing else None


async def test_orders_of_one_moment_go_together(shop: OdooTenant) -> None:
    await shop.connect(confirms_orders=True)
    order_ids = [await shop.place({"POL-1": 1}) for _ in range(4)]
    await asyncio.gather(*(shop.submit(order_id) for order_id in order_ids))
    orders = [await shop.order(each) for each in order_ids]
    assert [order.external_state and order.external_state.get("waits_because") for order in orders] == [None] * 4
    assert sorted(order.external_reference or "" for order in orders) == sorted(
        there["name"] for there in shop.odoo.shop.orders
    )
    assert {order["state"] for order in shop.odoo.shop.orders} == {"sale"}


async def test_an_order_that_odoo_refuses_holds_up_none_of_the_others(shop: OdooTenant) -> None:
    await shop.connect(confirms_orders=True)
    await shop.sell("GONE-1", 5000)
    good, bad = [await shop.place({"POL-1": 1}) for _ in range(3)], await shop.place({"GONE-1": 1})
    await asyncio.gather(*(shop.submit(order_id) for order_id in (*good, bad)))
    assert (await shop.order(bad)).held_reason
    assert all([(await shop.order(each)).submitted_at for each in good])


async def test_two_workers_with_one_order_send_it_once(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 2})
    shop.odoo.faults.extend([SLOW] * 6)
    await asyncio.gather(*(shop.submit(order_id) for _ in range(4)))
    assert len(shop.odoo.shop.orders) == 1
    assert len(shop.odoo.shop.rows["res.partner"]) == 1
    assert (await shop.order(order_id)).status is OrderStatus.CONFIRMED


async def test_while_odoo_is_down_orders_wait_ever_longer_and_say_why(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    waits = []
    for _ in range(8):
        shop.odoo.faults.append(UNAVAILABLE)
        order = await shop.submit(order_id)
        assert order.external_state is not None
        waits.append(order.external_state["next_attempt_at"])
    assert waits[:4] == sorted(waits[:4])
    assert order.external_state is not None
    assert (order.external_state["attempts"], order.external_state["last_error"]) == (8, "unavailable")
    assert order.external_state["waits_because"].startswith("Odoo no está disponible")
    assert waits[-1] < (NOW + timedelta(minutes=7)).isoformat()
    order = await shop.submit(order_id)
    assert order.external_state is not None
    assert "waits_because" not in order.external_state


async def test_what_waits_is_taken_up_when_its_time_comes_even_if_its_job_was_lost(shop: OdooTenant) -> None:
    await shop.place({"POL-1": 1})
    assert await shop.jobs("submit_order") == 1
    await shop.submitter.queue_due(shop.tenant_id)
    assert await shop.jobs("submit_order") == 1
    shop.now += timedelta(minutes=4)
    await shop.submitter.queue_due(shop.tenant_id)
    await shop.submitter.queue_due(shop.tenant_id)
    assert await shop.jobs("submit_order") == 2


async def test_when_odoo_is_back_the_others_need_not_wait(shop: OdooTenant) -> None:
    first, second = await shop.place({"POL-1": 1}), await shop.place({"POL-1": 1})
    for _ in range(6):
        for order_id in (first, second):
            shop.odoo.faults.append(UNAVAILABLE)
            await shop.submit(order_id)
    await shop.submit(first)
    jobs = await shop.jobs("submit_order")
    await shop.submitter.queue_due(shop.tenant_id)
    assert await shop.jobs("submit_order") == jobs + 1


async def test_a_wrong_key_waits_for_the_owner(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    await shop.connect(database="otra")
    order = await shop.submit(order_id)
    assert order.external_state is not None
    assert order.external_state["last_error"] == "wrong_database"
    assert order.held_reason is None
    await shop.connect()
    assert (await shop.submit(order_id)).status is OrderStatus.CONFIRMED


async def test_a_price_that_changed_in_odoo_is_never_silently_taken(shop: OdooTenant) -> None:
    [product] = shop.odoo.shop.rows["product.product"].values()
    shop.odoo.shop.change("product.product", product["id"], lst_price=12_000)
    order_id = await shop.place({"POL-1": 2})
    order = await shop.submit(order_id)
    assert order.held_reason == "Odoo calcula $28.560 para S00001 y el cliente aceptó $23.800."
    assert order.status is OrderStatus.PLACED
    assert [there["state"] for there in shop.odoo.shop.orders] == ["draft"]
    [held] = await shop.events("order.held")
    assert held.payload["reason"] == "total"
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(order.conversation_id)
    assert conversation.status is ConversationStatus.HANDED_OFF
    assert conversation.status_reason == f"Pedido {order.reference} en espera: {order.held_reason}"
    # Nobody tries again before a person has looked at it.
    assert (await shop.submit(order_id)).held_reason is not None
    shop.odoo.shop.change("product.product", product["id"], lst_price=10_000)
    for line in shop.odoo.shop.rows["sale.order.line"].values():
        line["price_unit"] = 10_000
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.submissions.again(order_id, NOW)
    order = await shop.submit(order_id)
    assert (order.status, order.held_reason) == (OrderStatus.CONFIRMED, None)
    assert len(shop.odoo.shop.orders) == 1


async def test_what_only_rounding_tells_apart_is_set_right(shop: OdooTenant) -> None:
    """990 net is 1.178,1: ten of them are 11.780 to the shopper and 11.781 to Odoo."""
    shop.odoo.shop.add_product("Clavo", "CLA-1", 990)
    await shop.sell("CLA-1", 1178)
    order = await shop.submit(await shop.place({"CLA-1": 10}))
    assert (order.status, order.total) == (OrderStatus.CONFIRMED, Decimal(11_780))
    assert order.external_state is not None
    assert Decimal(order.external_state["total"]) == order.total


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "unknown_product"),
        ({"sale_ok": False}, "not_for_sale"),
        ({"default_code": "OTRO"}, "unknown_product"),
        ({"qty_available": 1}, "stock"),
    ],
)
async def test_what_odoo_would_take_without_a_word_is_held(
    shop: OdooTenant, change: dict[str, object], reason: str
) -> None:
    [product] = shop.odoo.shop.rows["product.product"].values()
    shop.odoo.shop.change("product.product", product["id"], **change)
    order = await shop.submit(await shop.place({"POL-1": 2}))
    [held] = await shop.events("order.held")
    assert (held.payload["reason"], order.status, shop.odoo.shop.orders) == (reason, OrderStatus.PLACED, [])
    assert order.held_reason


async def test_an_order_held_twice_for_the_same_is_handed_off_once(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 2})
    for row in shop.odoo.shop.rows["product.product"].values():
        row["sale_ok"] = False
    conversation_id = (await shop.submit(order_id)).conversation_id
    async with shop.database.transaction(shop.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id, lock=True)
        assert await hand_back(tx, conversation, "Visto.", By(Actor.MEMBER), NOW)
        await tx.submissions.again(order_id, NOW)
    assert (await shop.submit(order_id)).held_reason
    assert len(await shop.events("order.held")) == 2
    assert len(await shop.events("handoff.opened")) == 1


async def test_a_code_that_two_products_have_is_held(shop: OdooTenant) -> None:
    shop.odoo.shop.add_product("Otra polera", "pol-1", 10_000)
    order = await shop.submit(await shop.place({"POL-1": 2}))
    assert order.held_reason == "En Odoo hay 2 productos con el código POL-1."


async def test_selling_the_same_unit_twice_is_told(shop: OdooTenant) -> None:
    [product] = shop.odoo.shop.rows["product.product"].values()
    shop.odoo.shop.change("product.product", product["id"], qty_available=3)
    first, second = await shop.place({"POL-1": 2}), await shop.place({"POL-1": 2})
    shop.odoo.faults.extend([SLOW] * 30)
    await asyncio.gather(shop.submit(first), shop.submit(second))
    held = [order for order in [await shop.order(first), await shop.order(second)] if order.held_reason]
    assert held
    assert await shop.events("order.held")


async def test_a_factura_is_made_out_to_its_rut(shop: OdooTenant) -> None:
    details = {
        "document": "factura", "rut": "76.086.428-5", "legal_name": "Ferretería SpA", "activity": "Ferretería",
        "address": "Av. Uno 123", "commune": "Ñuñoa", "fulfilment": "delivery", "phone": "+56 9 8765 4321",
    }  # fmt: skip
    for _ in range(2):
        await shop.submit(await shop.place({"POL-1": 1}, details=details))
    [company] = shop.odoo.shop.rows["res.partner"].values()
    assert (company["vat"], company["name"], company["l10n_cl_activity_description"]) == (
        "76086428-5",
        "Ferretería SpA",
        "Ferretería",
    )
    assert (company["l10n_cl_sii_taxpayer_type"], company["street"], company["city"]) == ("1", "Av. Uno 123", "Ñuñoa")
    bodies = [note["body"] for note in shop.odoo.shop.rows["mail.message"].values()]
    assert all("Documento: factura." in body and "Entrega: despacho." in body for body in bodies)


async def test_a_shopper_who_comes_back_is_the_same_customer(shop: OdooTenant) -> None:
    for _ in range(3):
        await shop.submit(await shop.place({"POL-1": 1}, address="whatsapp:+56987654321"))
    assert len(shop.odoo.shop.rows["res.partner"]) == 1
    assert len({there["partner_id"] for there in shop.odoo.shop.orders}) == 1
    await shop.submit(await shop.place({"POL-1": 1}, address="US.13491208655302741918"))
    assert len(shop.odoo.shop.rows["res.partner"]) == 2


async def cancel(shop: OdooTenant, order_id: UUID) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        await change_order(tx, order_id, OrderStatus.CANCELLED, now=NOW)


async def test_an_order_cancelled_here_is_cancelled_there(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    await shop.submit(order_id)
    await cancel(shop, order_id)
    assert await shop.jobs("cancel_external") == 1
    for _ in range(2):
        await shop.submitter.cancel(shop.tenant_id, order_id)
    assert [there["state"] for there in shop.odoo.shop.orders] == ["cancel"]


async def test_an_order_cancelled_before_it_was_sent_is_not_sent(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    await cancel(shop, order_id)
    await shop.submit(order_id)
    await shop.submitter.cancel(shop.tenant_id, order_id)
    assert shop.odoo.shop.orders == []


async def test_an_order_cancelled_on_its_way_is_cancelled_there(shop: OdooTenant) -> None:
    order_id = await shop.place({"POL-1": 1})
    shop.odoo.faults.extend([SLOW] * 5)
    sending = asyncio.create_task(shop.submitter.submit(shop.tenant_id, order_id))
    await asyncio.sleep(0.3)
    await cancel(shop, order_id)
    await sending
    await shop.submitter.cancel(shop.tenant_id, order_id)
    assert [there["state"] for there in shop.odoo.shop.orders] == ["cancel"]


async def test_what_odoo_says_of_its_inside_stays_there(shop: OdooTenant) -> None:
    shop.odoo.shop.lacking.add(("sale.order", "create"))
    order = await shop.submit(await shop.place({"POL-1": 1}))
    assert order.external_state is not None
    assert order.external_state["last_error"] == "no_rights"
    assert "Traceback" not in str(order.external_state)
