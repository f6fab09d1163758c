"""One of everything that a tenant may have, for tests of who reaches it."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from data.content import MediaKind
from data.database import Database
from data.encryption import SecretBox
from data.jobs import JobName
from data.models import Import, Lead, Order, OrderLine, Summary, Turn, WaitlistEntry
from data.repositories.knowledge import EntryContent
from data.repositories.planning import Scope
from data.repositories.sales import StoredLine
from data.states import (
    Actor,
    BrainKind,
    ChannelKind,
    ConnectionKind,
    ImportMode,
    LeadKind,
    MediaStatus,
    Role,
    RunOrigin,
)
from data.transaction import Transaction

ONE = np.full(4, 0.5, np.float32)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONTH = NOW.date().replace(day=1)


BOX = SecretBox([b"k" * 32])
ATTACHMENT = {"kind": MediaKind.IMAGE, "reference": "https://x.example/1"}


class Rows:
    """One of everything, of one tenant, and how to reach it."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.ids: dict[str, Any] = {}


async def fill(database: Database, tenant_id: UUID) -> Rows:  # noqa: PLR0915 - one of everything
    rows = Rows(tenant_id)
    async with database.transaction(tenant_id) as tx:
        member = await tx.members.add(f"{uuid4()}@example.cl", "hash", Role.OWNER)
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", "web", {}, None)
        products = await tx.catalogue.upsert_products([product_row("martillo", "Martillo")])
        variant_id = uuid4()
        await tx.catalogue.insert_variants([variant_row(variant_id, products["martillo"])])
        await tx.catalogue.set_stock([(variant_id, 5)])
        await tx.vectors.save("e", [("h", b"\0" * 4)])
        search_id = (await tx.catalogue.by_skus(["M-1"]))["M-1"].search_id
        await tx.search_vectors.save("hashed", [search_id], [b"x"], ONE.reshape(1, -1))
        record = await tx.imports.add(
            Import(tenant_id=tenant_id, file_name="a.csv", file_path="a", mode=ImportMode.REPLACE)
        )
        conversation = await tx.conversations.open(channel.id, "+56911111111")
        await receive(tx, channel.id, "+56911111111", "same")
        turn = Turn(
            tenant_id=tenant_id, id=uuid4(), conversation_id=conversation.id, brain=BrainKind.RULES, started_at=NOW,
            duration_ms=Decimal(1), first_position=0, last_position=1,
        )  # fmt: skip
        await tx.conversations.add_turn(turn)
        outbound = await tx.messages.add_outbound(conversation, text="hola", payload={}, now=NOW, turn_id=turn.id)
        await tx.desks.show(conversation.id)
        desk = await tx.desks.get(conversation.id)
        assert desk
        desk.external_id = "12"
        await tx.desks.note_heard(conversation.id, "heard")
        [media] = await tx.media.open(outbound.id, [ATTACHMENT])
        media.status, media.path = MediaStatus.STORED, str(media.id)
        await tx.outbound.keep_content_id(channel.id, "f", "HX1")
        await tx.outbound.count(ChannelKind.WEBCHAT, "service", NOW, sent=1, billed=1)
        cart_id = await tx.carts.open(conversation.id)
        await tx.carts.replace(cart_id, [StoredLine(variant_id, 2, Decimal(5990))])
        summary = Summary(
            tenant_id=tenant_id, id=uuid4(), cart_id=cart_id, hash="h", lines=[], total=Decimal(1), currency="CLP",
            text="…", expires_at=NOW,
        )  # fmt: skip
        await tx.orders.add_summary(summary)
        order = Order(
            tenant_id=tenant_id, id=uuid4(), reference="S00001", conversation_id=conversation.id,
            contact_id=conversation.contact_id, cart_id=cart_id, summary_id=summary.id, total=Decimal(1),
            currency="CLP", placed_at=NOW, external_state={"system": "odoo", "id": "7"},
        )  # fmt: skip
        await tx.connections.put(ConnectionKind.ODOO, {"url": "https://odoo.example"}, {"key": "k"}, BOX)
        line = OrderLine(
            tenant_id=tenant_id, order_id=order.id, variant_id=variant_id, position=0, sku="M-1", name="Martillo",
            quantity=1, unit_price=Decimal(1),
        )  # fmt: skip
        await tx.orders.place(order, [line])
        handoff = await tx.conversations.open_handoff(conversation.id, "pide una persona", NOW)
        conversation.status_actor = Actor.CONTACT
        await tx.conversations.add_ownership_change(conversation, NOW)
        await tx.conversations.quarantine(channel.id, "no se entiende", {})
        wait = WaitlistEntry(
            tenant_id=tenant_id, id=uuid4(), contact_id=conversation.contact_id, conversation_id=conversation.id,
            variant_id=variant_id, wanted="Martillo",
        )  # fmt: skip
        await tx.waitlist.join(wait)
        lead, _ = await tx.leads.record(lead_row(tenant_id, conversation.contact_id, conversation.id))
        await fill_import(tx, record.id)
        entry = await tx.knowledge.add(EntryContent("¿Abren el domingo?", "No."))
        asked = await tx.suggestions.keep("¿Aceptan cheques?", now=NOW, conversation_id=conversation.id)
        assert asked
        subscription, _ = await tx.subscriptions.add("https://avisos.example", "", ["*"], BOX)
        await tx.events.add("order.placed", order_id=str(order.id))
        await tx.models.put(setting="", base_url=None, key="k", is_enabled=True, most_usd_a_month=None, box=BOX)
        await tx.models.count(MONTH, "m", calls=1, input_tokens=1, output_tokens=1, cost=Decimal(1))
        await tx.prompts.put("tone", None, "Con humor.", "ana@example.cl")
        [told] = await tx.subscriptions.log(subscription.id, 1)
        workflow = await tx.workflows.add(name="Aviso", path="/webhook/aviso", external_id="w1", is_offered=True)
        run, _ = await tx.workflows.begin(workflow.id, RunOrigin.API, {}, run_id=uuid4(), lease_until=NOW)
        await tx.jobs.defer(JobName.TAKE_TURN, lock="x", conversation_id=conversation.id)
    rows.ids = {
        "member": member.id, "email": member.email, "channel": channel.id, "variant": variant_id,
        "search": search_id, "product": products["martillo"], "import": record.id, "conversation": conversation.id,
        "contact": conversation.contact_id, "message": outbound.id, "turn": turn.id,
        "media": media.id, "desk": desk, "handoff": handoff.id,
        "cart": cart_id,
        "summary": summary.id, "order": order.id, "lead": lead.id, "entry": entry.id, "entry_search": entry.search_id,
        "suggestion": asked.id, "subscription": subscription.id, "event": told.event.id, "told": told.delivery.id,
        "workflow": workflow.id, "run": run.id, "wait": wait.id,
    }  # fmt: skip
    return rows


def lead_row(tenant_id: UUID, contact_id: UUID, conversation_id: UUID) -> Lead:
    return Lead(
        tenant_id=tenant_id, id=uuid4(), contact_id=contact_id, conversation_id=conversation_id, kind=LeadKind.CALL
    )


def scope_of(import_id: UUID) -> Scope:
    return Scope(import_id, ImportMode.UPDATE, "CLP", frozenset(), has_stock=False)


async def load(tx: Transaction, price: int) -> None:
    """One row of a file."""
    row = {"position": 0, "sku": "M-1", "name": "Martillo", "price": price, "product_key": "M-1", "is_rejected": "f",
           "synonyms": "[]", "tags": "[]", "more_images": "[]", "options": "{}"}  # fmt: skip
    await tx.plan.load(list(row), BytesIO("\t".join(map(str, row.values())).encode()))


async def fill_import(tx: Transaction, import_id: UUID) -> None:
    """An import that was applied, and another one's rows on their way."""
    await load(tx, price=9990)
    counts = await tx.plan.make(scope_of(import_id))
    await tx.plan.keep_texts(import_id)
    await tx.plan.keep_changes(import_id, 10)
    await tx.plan.apply(scope_of(import_id), counts, "a.csv", ignore_progress)
    await tx.mappings.save("f", {"Nombre": "name"})


async def ignore_progress(share: float) -> None:
    pass


async def receive(tx: Transaction, channel_id: UUID, address: str, external_id: str) -> tuple[UUID, UUID | None]:
    return await tx.messages.receive(
        channel_id, address=address, contact_name=None, external_id=external_id, text="hola",
        payload={"replaces": "same"}, sent_at=None, queue="default", now=NOW,
    )  # fmt: skip


def product_row(key: str, name: str) -> dict[str, Any]:
    return {
        "id": uuid4(), "key": key, "name": name, "brand": None, "category": None, "description": None,
        "synonyms": [], "image_url": None,
    }  # fmt: skip


def variant_row(variant_id: UUID, product_id: UUID, sku: str = "M-1", price: int = 5990) -> dict[str, Any]:
    return {
        "id": variant_id, "product_id": product_id, "sku": sku, "barcode": None, "options": {}, "unit": None,
        "price": Decimal(price), "currency": "CLP", "content_hash": "h",
    }  # fmt: skip
