"""Row-level security: no tenant table without it, no repository that crosses it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from data.content import MediaKind
from data.database import APP_ROLE, LOOKUP_ROLE, SERVICE_LOGIN, Database, parse_url
from data.directory import Directory
from data.encryption import SecretBox
from data.errors import DataError, NotFound, OutOfStock, UnsafeDatabaseRole
from data.jobs import JobName
from data.models import Base, Conversation, Import, Lead, Order, OrderLine, Summary, Turn, WaitlistEntry
from data.repositories.knowledge import EntryContent
from data.repositories.planning import Scope
from data.repositories.sales import StoredLine
from data.search.wish import Wish
from data.states import (
    Actor,
    BrainKind,
    ChannelKind,
    ConnectionKind,
    ConversationStatus,
    Delivery,
    ImportMode,
    LeadKind,
    LeadStatus,
    MediaStatus,
    Role,
    RunOrigin,
    SuggestionStatus,
)
from data.transaction import Transaction
from tests.database import make_rut, make_tenant

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
ONE = np.full(4, 0.5, np.float32)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONTH = NOW.date().replace(day=1)

# Tables of the schema that hold no tenant's rows.
GLOBAL_TABLES = {"alembic_version"}

_FAULTS = r"""
    SELECT c.relname,
           c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
           EXISTS (
               SELECT FROM pg_policies p
               WHERE p.schemaname = 'app' AND p.tablename = c.relname AND p.cmd = 'ALL'
                 AND p.roles = ARRAY['caserita_app']::name[]
                 AND p.qual ~ '\mtenant\(\)' AND p.with_check = p.qual
           ) AS has_policy,
           pg_get_userbyid(c.relowner) AS owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
"""


async def test_every_table_of_the_database_is_isolated(database: Database) -> None:
    async with database.lookup() as connection:
        rows = (await connection.execute(text(_FAULTS))).all()
    tables = {row.relname for row in rows} - GLOBAL_TABLES
    # It has no model: it is only there where the server has the extension for it.
    assert tables == {table.name for table in Base.metadata.tables.values()} | {"search_vectors"}
    faults = [row.relname for row in rows if row.relname in tables and not (row.is_forced and row.has_policy)]
    assert faults == []
    assert APP_ROLE not in {row.owner for row in rows}


async def test_a_table_without_a_policy_is_noticed(database: Database, database_url: str) -> None:
    """The control of the test above: it can fail."""
    owner = create_async_engine(parse_url(database_url))
    async with owner.connect() as connection:
        await connection.execute(text("CREATE TABLE app.forgotten (tenant_id uuid)"))
        rows = (await connection.execute(text(_FAULTS))).all()
        await connection.rollback()
    await owner.dispose()
    assert [row.relname for row in rows if not row.has_policy and row.relname not in GLOBAL_TABLES] == ["forgotten"]


@pytest.mark.parametrize("statement", ["RESET ROLE", "SET ROLE none", "RESET SESSION AUTHORIZATION"])
async def test_no_statement_brings_the_service_back_to_more_rights(database: Database, statement: str) -> None:
    async with database.lookup() as connection:
        await connection.execute(text(statement))
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() in {APP_ROLE, SERVICE_LOGIN}
        assert (await connection.execute(text("SELECT count(*) FROM app.tenants"))).scalar_one() == 0
        with pytest.raises(DBAPIError):
            await connection.execute(text("ALTER TABLE app.tenants DISABLE ROW LEVEL SECURITY"))


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE postgres",
        f"SET ROLE {LOOKUP_ROLE}",
        "SET SESSION AUTHORIZATION postgres",
        f"GRANT {LOOKUP_ROLE} TO {SERVICE_LOGIN}",
        f"ALTER ROLE {SERVICE_LOGIN} SUPERUSER",
        "ALTER TABLE app.tenants DISABLE ROW LEVEL SECURITY",
    ],
)
async def test_the_service_takes_no_other_role(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|Only roles"):
        async with database.lookup() as connection:
            await connection.execute(text(statement))


async def test_the_owners_login_can_leave_the_role(database: Database, database_url: str) -> None:
    """The control of the tests above: why the service has a login of its own."""
    as_owner = Database(database_url)
    async with as_owner.lookup() as connection:
        await connection.execute(text("SET ROLE none"))
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() != APP_ROLE
    await as_owner.close()


async def test_a_login_with_more_rights_is_warned_of_or_refused(database: Database, database_url: str) -> None:
    as_owner = Database(database_url)
    with capture_logs() as logs:
        await as_owner.check()
        await database.check(needs_plain_login=True)
    assert [entry["event"] for entry in logs] == ["database_login_is_privileged"]
    with pytest.raises(UnsafeDatabaseRole):
        await as_owner.check(needs_plain_login=True)
    await as_owner.close()


async def test_a_role_that_bypasses_security_is_refused(database_url: str) -> None:
    class AsOwner(Database):
        def __init__(self) -> None:
            super().__init__(database_url)
            self.engine = create_async_engine(parse_url(database_url))

    database = AsOwner()
    with pytest.raises(UnsafeDatabaseRole):
        await database.check()
    await database.close()


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
        channel_id, address=address, contact_name=None, external_id=external_id, text="hola", payload={},
        sent_at=None, queue="default", now=NOW,
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


async def everything(batches: AsyncIterator[Sequence[Any]]) -> list[Any]:
    return [row async for batch in batches for row in batch]


Reading = Callable[[Transaction, dict[str, Any]], Awaitable[Any]]

# Every way to read through a repository, with ids of another tenant: each must find nothing.
READS: dict[str, Reading] = {
    "member": lambda tx, ids: tx.members.get(ids["member"]),
    "member by e-mail": lambda tx, ids: tx.members.by_email(ids["email"]),
    "members": lambda tx, ids: tx.members.all(),
    "channel": lambda tx, ids: tx.channels.get(ids["channel"]),
    "channel by address": lambda tx, ids: tx.channels.by_address(ChannelKind.WEBCHAT, "web"),
    "channels": lambda tx, ids: tx.channels.all(),
    "newest conversation": lambda tx, ids: tx.conversations.newest(ids["channel"], "+56911111111"),
    "conversation found": lambda tx, ids: tx.conversations.find(ids["channel"], "+56911111111"),
    "conversations": lambda tx, ids: tx.conversations.recent(),
    "message": lambda tx, ids: tx.messages.get(ids["message"]),
    "message by external id": lambda tx, ids: tx.messages.by_external_id(ids["channel"], "same"),
    "message known as": lambda tx, ids: tx.messages.known_as(ids["conversation"], "same"),
    "media": lambda tx, ids: tx.media.get(ids["media"]),
    "media of messages": lambda tx, ids: tx.media.of_messages([ids["message"]]),
    "stored media": lambda tx, ids: tx.media.stored_before(datetime.now(UTC) + timedelta(days=1), 9),
    "desk's conversation": lambda tx, ids: tx.desks.get(ids["conversation"]),
    "conversation by the desk's name": lambda tx, ids: tx.desks.called("12"),
    "conversations at the desk": lambda tx, ids: tx.desks.all_shown(),
    "told at the desk": lambda tx, ids: tx.desks.is_heard(ids["conversation"], "heard"),
    "not yet at the desk": lambda tx, ids: tx.desks.unposted(ids["desk"]),
    "last word": lambda tx, ids: tx.desks.last_said(ids["conversation"]),
    "open handoff": lambda tx, ids: tx.conversations.current_handoff(ids["conversation"]),
    "provider content": lambda tx, ids: tx.outbound.content_id(ids["channel"], "f"),
    "its model": lambda tx, ids: tx.models.get(),
    "model usage": lambda tx, ids: tx.models.usage(MONTH),
    "model spending": lambda tx, ids: tx.models.spent(MONTH),
    "prompts": lambda tx, ids: tx.prompts.current(ids["channel"]),
    "prompt versions": lambda tx, ids: tx.prompts.versions("tone", None),
    "turns": lambda tx, ids: tx.turns.of_conversation(ids["conversation"], 10),
    "usage": lambda tx, ids: tx.outbound.usage(NOW.date().replace(day=1)),
    "messages": lambda tx, ids: tx.messages.history(ids["conversation"], limit=10),
    "messages following": lambda tx, ids: tx.messages.following(ids["conversation"], 0, limit=10),
    "newest inbound": lambda tx, ids: tx.messages.newest_inbound_position(ids["conversation"]),
    "handoff": lambda tx, ids: tx.conversations.handoff(ids["handoff"]),
    "ownership": lambda tx, ids: tx.conversations.ownership_changes(ids["conversation"]),
    "may be written to": lambda tx, ids: tx.conversations.may_start(ids["contact"]),
    "conversation by digits": lambda tx, ids: tx.conversations.find_by_digits(ids["channel"], "911111111"),
    "quarantined items": lambda tx, ids: tx.conversations.quarantined(),
    "unanswered": lambda tx, ids: tx.unanswered.all(after=LONG_AGO, before=FAR_AHEAD, limit=10),
    "used channel": lambda tx, ids: tx.channels.is_used(ids["channel"]),
    "turn by id": lambda tx, ids: tx.turns.get(ids["turn"]),
    "messages of a turn": lambda tx, ids: tx.messages.by_turn(ids["turn"]),
    "turn": lambda tx, ids: tx.turns.latest(ids["conversation"]),
    "items by search id": lambda tx, ids: tx.catalogue.by_search_ids([ids["search"]]),
    "items by SKU": lambda tx, ids: tx.catalogue.by_skus(["M-1"]),
    "items by variant": lambda tx, ids: tx.catalogue.by_variant_ids([ids["variant"]]),
    "items": lambda tx, ids: tx.catalogue.page(10),
    "exported items": lambda tx, ids: everything(tx.catalogue.exported()),
    "item count": lambda tx, ids: tx.catalogue.count(),
    "indexed variants": lambda tx, ids: everything(tx.indexed.variants("e")),
    "indexed since": lambda tx, ids: tx.indexed.changed_since(0, "e"),
    "vectors kept": lambda tx, ids: tx.search_vectors.digests("hashed"),
    "vectors compared": lambda tx, ids: tx.search_vectors.compare("hashed", ONE, [ids["search"]]),
    "vectors near": lambda tx, ids: tx.search_vectors.nearest("hashed", ONE, 5),
    "vectors read": lambda tx, ids: tx.search_vectors.rows("hashed", [ids["search"]]),
    "narrowed": lambda tx, ids: tx.indexed.narrowed([ids["search"]], Wish(""), 10),
    "all narrowed": lambda tx, ids: tx.indexed.narrowed(None, Wish(""), 10),
    "texts without a vector": lambda tx, ids: tx.indexed.unembedded("other", 10),
    "how many": lambda tx, ids: tx.indexed.unembedded_count("other"),
    "embedders": lambda tx, ids: tx.vectors.embedders(),
    "bought with": lambda tx, ids: tx.orders.bought_with(ids["variant"], 5),
    "unembedded texts": lambda tx, ids: tx.staging.unembedded(ids["import"], "other", 10),
    "text count": lambda tx, ids: tx.staging.text_count(ids["import"]),
    "changes of an import": lambda tx, ids: tx.imports.changes(ids["import"], 10),
    "versions": lambda tx, ids: tx.versions.recent(),
    "column mapping": lambda tx, ids: tx.mappings.get("f"),
    "column mappings": lambda tx, ids: tx.mappings.all(),
    "edited variants": lambda tx, ids: tx.edits.variants(ids["product"]),
    "variants of a product": lambda tx, ids: tx.edits.variant_ids(ids["product"]),
    "import": lambda tx, ids: tx.imports.get(ids["import"]),
    "imports": lambda tx, ids: tx.imports.recent(),
    "cart lines": lambda tx, ids: tx.carts.lines(ids["conversation"]),
    "summary": lambda tx, ids: tx.orders.summary(ids["summary"]),
    "connection": lambda tx, ids: tx.connections.get(ConnectionKind.ODOO),
    "active connection": lambda tx, ids: tx.connections.active(ConnectionKind.ODOO),
    "orders that wait": lambda tx, ids: tx.submissions.waiting(),
    "order": lambda tx, ids: tx.orders.get(ids["order"]),
    "order by reference": lambda tx, ids: tx.orders.by_reference("S00001"),
    "latest order": lambda tx, ids: tx.orders.latest(ids["conversation"]),
    "orders": lambda tx, ids: tx.orders.recent(),
    "orders of a contact": lambda tx, ids: tx.orders.of_contact(ids["contact"], 5),
    "order to change": lambda tx, ids: tx.orders.lock(ids["order"]),
    "units of an order": lambda tx, ids: tx.orders.units(ids["order"]),
    "waitlist entry": lambda tx, ids: tx.waitlist.get(ids["wait"]),
    "waitlist": lambda tx, ids: tx.waitlist.recent(),
    "waitlist to serve": lambda tx, ids: tx.waitlist.ready(10),
    "lead": lambda tx, ids: tx.leads.get(ids["lead"]),
    "leads": lambda tx, ids: tx.leads.recent(),
    "events": lambda tx, ids: tx.events.recent(),
    "knowledge entries": lambda tx, ids: tx.knowledge.all(),
    "page of knowledge": lambda tx, ids: tx.knowledge.page(10),
    "knowledge by search id": lambda tx, ids: tx.knowledge.by_search_ids([ids["entry_search"]]),
    "unanswered questions": lambda tx, ids: tx.suggestions.all(),
    "event by id": lambda tx, ids: tx.events.get(ids["event"]),
    "subscriptions": lambda tx, ids: tx.subscriptions.all(),
    "subscription": lambda tx, ids: tx.subscriptions.get(ids["subscription"]),
    "what a subscription was told": lambda tx, ids: tx.subscriptions.log(ids["subscription"], 5),
    "delivery of an event": lambda tx, ids: tx.subscriptions.lock_delivery(ids["told"]),
    "counts of deliveries": lambda tx, ids: tx.subscriptions.counts(),
    "late subscriptions": lambda tx, ids: tx.subscriptions.late(FAR_AHEAD),
    "workflows": lambda tx, ids: tx.workflows.all(),
    "offered workflows": lambda tx, ids: tx.workflows.offered(),
    "workflow": lambda tx, ids: tx.workflows.get(ids["workflow"]),
    "workflow by its id in n8n": lambda tx, ids: tx.workflows.find("w1"),
    "runs": lambda tx, ids: tx.workflows.runs(ids["workflow"], 5),
    "run": lambda tx, ids: tx.workflows.run(ids["run"]),
    "run to change": lambda tx, ids: tx.workflows.lock_run(ids["run"]),
    "late runs": lambda tx, ids: tx.workflows.late(FAR_AHEAD),
}

# Every way to write through a repository: each must fail or change nothing of the other tenant's.
WRITES: dict[str, Reading] = {
    "received message": lambda tx, ids: tx.messages.receive(
        ids["channel"],
        address="+56911111111",
        contact_name=None,
        external_id="stolen",
        text="hola",
        payload={},
        sent_at=None,
        queue="default",
        now=NOW,
    ),
    "media of its message": lambda tx, ids: tx.media.open(ids["message"], [ATTACHMENT]),
    "shown at the desk": lambda tx, ids: tx.desks.show(ids["conversation"]),
    "all shown at the desk": lambda tx, ids: tx.desks.show_all(),
    "hidden at the desk": lambda tx, ids: tx.desks.hide(ids["conversation"]),
    "forgotten desk": lambda tx, ids: tx.desks.forget(),
    "made anew at the desk": lambda tx, ids: tx.desks.start_anew(ids["desk"]),
    "undelivered at the desk": lambda tx, ids: tx.desks.undelivered(ids["desk"]),
    "reached desk": lambda tx, ids: tx.desks.reached(ids["conversation"]),
    "told before": lambda tx, ids: tx.desks.told(ids["desk"]),
    "post of its message": lambda tx, ids: tx.desks.begin_post(ids["message"], ids["conversation"], NOW),
    "post": lambda tx, ids: tx.desks.post(ids["message"]),
    "said at the desk": lambda tx, ids: tx.desks.note_heard(ids["conversation"], "stolen"),
    "attempts": lambda tx, ids: tx.desks.count_attempt(ids["conversation"]),
    "provider content": lambda tx, ids: tx.outbound.keep_content_id(ids["channel"], "f", "stolen"),
    "usage": lambda tx, ids: tx.outbound.count(ChannelKind.WEBCHAT, "service", NOW, sent=1),
    "echo in its conversation": lambda tx, ids: tx.messages.add_echo(
        Conversation(tenant_id=ids["owner"], id=ids["conversation"], channel_id=ids["channel"]),
        external_id="stolen",
        text="x",
        payload={},
        sent_at=None,
        now=NOW,
    ),
    "taken handoff": lambda tx, ids: tx.conversations.take_handoff(ids["handoff"], NOW),
    "item of its channel": lambda tx, ids: tx.conversations.quarantine(ids["channel"], "x", {}),
    "addresses of a contact": lambda tx, ids: tx.conversations.know_as(ids["channel"], ["+56911111111", "CL.x"]),
    "conversations that wait": lambda tx, ids: tx.conversations.waiting_on(ids["channel"]),
    "timed out handoff": lambda tx, ids: tx.conversations.has_timed_out(ids["conversation"], LONG_AGO),
    "opt-outs": lambda tx, ids: tx.messages.has_opted_out(ids["contact"], 2**60),
    "pace": lambda tx, ids: tx.turns.pace(ids["conversation"], NOW),
    "removed channel": lambda tx, ids: tx.channels.remove(ids["channel"]),
    "delivery": lambda tx, ids: tx.messages.advance(ids["message"], Delivery.READ),
    "import": lambda tx, ids: tx.imports.set(ids["import"], file_name="stolen"),
    "variant": lambda tx, ids: tx.catalogue.update_variants([{"id": ids["variant"], "price": Decimal(1)}]),
    "archive": lambda tx, ids: tx.catalogue.archive([ids["variant"]]),
    "new variant of its product": lambda tx, ids: tx.catalogue.insert_variants(
        [variant_row(uuid4(), ids["product"], "M-2")]
    ),
    "stock": lambda tx, ids: tx.catalogue.set_stock([(ids["variant"], 0)]),
    "taken stock": lambda tx, ids: tx.catalogue.take_stock(ids["variant"], "M-1", 1),
    "returned stock": lambda tx, ids: tx.catalogue.return_stock(ids["variant"], 1),
    "shipped stock": lambda tx, ids: tx.catalogue.ship_stock(ids["variant"], 1),
    "place of its contact": lambda tx, ids: tx.waitlist.join(
        WaitlistEntry(
            contact_id=ids["contact"],
            conversation_id=ids["conversation"],
            wanted="x",
            id=uuid4(),
            variant_id=ids["variant"],
            tenant_id=tx.tenant_id,
        )
    ),
    "status of a lead": lambda tx, ids: tx.leads.set_status(ids["lead"], LeadStatus.CLOSED),
    "lead of its contact": lambda tx, ids: tx.leads.record(lead_row(tx.tenant_id, ids["contact"], ids["conversation"])),
    "vector": lambda tx, ids: tx.vectors.save("e", [("h", b"x")]),
    "search vector": lambda tx, ids: tx.search_vectors.save("hashed", [ids["search"]], [b"x"], ONE.reshape(1, -1)),
    "forgotten search vector": lambda tx, ids: tx.search_vectors.forget("hashed", [ids["search"]]),
    "forgotten vectors": lambda tx, ids: tx.vectors.forget_unused(),
    "forgotten versions": lambda tx, ids: tx.versions.forget_old(),
    "staged texts": lambda tx, ids: tx.staging.clear(ids["import"]),
    "abandoned texts": lambda tx, ids: tx.staging.clear_abandoned(),
    "restored version": lambda tx, ids: tx.versions.restore(1, "vuelta"),
    "edited product": lambda tx, ids: tx.edits.set_product(ids["product"], {"name": "robado"}),
    "product to edit": lambda tx, ids: tx.edits.product(ids["product"]),
    "variant to edit": lambda tx, ids: tx.edits.belongs(ids["product"], ids["variant"]),
    "edited variant": lambda tx, ids: edit_of_another(tx, ids),  # noqa: PLW0108 - defined below
    "new variant by hand": lambda tx, ids: tx.edits.add_variant(ids["product"], edited_row(), 1),
    "kept changes": lambda tx, ids: plan_of_another(tx, ids["import"]),
    "column mapping": lambda tx, ids: tx.mappings.save("f", {"Nombre": "sku"}),
    "cart": lambda tx, ids: tx.carts.replace(ids["cart"], []),
    "cart line": lambda tx, ids: tx.carts.replace(ids["cart"], [StoredLine(ids["variant"], 1, Decimal(1))]),
    "new cart": lambda tx, ids: tx.carts.open(ids["conversation"]),
    "conversation": lambda tx, ids: tx.conversations.get(ids["conversation"], lock=True),
    "contact": lambda tx, ids: tx.conversations.contact(ids["contact"]),
    "new conversation on its channel": lambda tx, ids: tx.conversations.open(ids["channel"], "+56922222222"),
    "message on its channel": lambda tx, ids: receive(tx, ids["channel"], "+56922222222", "new"),
    "second delivery of its message": lambda tx, ids: receive(tx, ids["channel"], "+56911111111", "same"),
    "handoff": lambda tx, ids: tx.conversations.open_handoff(ids["conversation"], "x", NOW),
    "handback": lambda tx, ids: tx.conversations.close_handoff(ids["conversation"], NOW),
    "order of its cart": lambda tx, ids: tx.orders.place(
        Order(tenant_id=ids["owner"], cart_id=ids["cart"], reference="S9"), []
    ),
    "connection like its own": lambda tx, ids: tx.connections.put(ConnectionKind.ODOO, {"url": "x"}, {"key": "x"}, BOX),
    "state of a connection": lambda tx, ids: tx.connections.note(ConnectionKind.ODOO, stolen=True),
    "removed connection": lambda tx, ids: tx.connections.delete(ConnectionKind.ODOO),
    "order to send": lambda tx, ids: tx.submissions.begin(ids["order"], "odoo", NOW),
    "order to send again": lambda tx, ids: tx.submissions.again(ids["order"], NOW),
    "orders due": lambda tx, ids: tx.submissions.queue_due(NOW),
    "orders to hasten": lambda tx, ids: tx.submissions.hasten(NOW),
    "order there": lambda tx, ids: tx.submissions.note(ids["order"], id="8"),
    "order to hold": lambda tx, ids: tx.submissions.hold(ids["order"], "x"),
    "order sent": lambda tx, ids: tx.submissions.submitted(ids["order"], "S1", NOW),
    "orders followed": lambda tx, ids: tx.submissions.followed(NOW),
    "units reserved there": lambda tx, ids: tx.submissions.reserved_there(),
    "events in hand": lambda tx, ids: tx.subscriptions.claim(
        ids["subscription"], FAR_AHEAD, most=5, lease=timedelta(minutes=1)
    ),
    "events sent again": lambda tx, ids: replay_of_another(tx, ids["event"]),
    "given up events sent again": lambda tx, ids: tx.subscriptions.replay_dead(ids["subscription"], NOW),
    "an event for its subscription": lambda tx, ids: tx.subscriptions.send_one(
        ids["subscription"], "test.ping", {}, NOW
    ),
    "forgotten deliveries": lambda tx, ids: tx.subscriptions.forget(FAR_AHEAD),
    "removed subscription": lambda tx, ids: tx.subscriptions.delete(ids["subscription"]),
    "run of its workflow": lambda tx, ids: tx.workflows.begin(
        ids["workflow"], RunOrigin.API, {}, run_id=uuid4(), lease_until=NOW
    ),
    "run in hand": lambda tx, ids: tx.workflows.claim(ids["run"], FAR_AHEAD, timedelta(minutes=1)),
    "removed workflow": lambda tx, ids: tx.workflows.delete(ids["workflow"]),
    "knowledge entry": lambda tx, ids: tx.knowledge.change(ids["entry"], EntryContent("¿Robado?", "Sí.")),
    "knowledge entry by id": lambda tx, ids: tx.knowledge.get(ids["entry"]),
    "removed knowledge": lambda tx, ids: tx.knowledge.remove([ids["entry"]]),
    "an unanswered question like its own": lambda tx, ids: tx.suggestions.keep("¿Aceptan cheques?", now=NOW),
    "its conversation asked": lambda tx, ids: tx.suggestions.keep(
        "¿Tienen taller?", now=NOW, conversation_id=ids["conversation"]
    ),
    "its model forgotten": lambda tx, ids: tx.models.remove(),
    "a prompt on its channel": lambda tx, ids: tx.prompts.put("tone", ids["channel"], "Robado", "x"),
    "settled suggestion": lambda tx, ids: tx.suggestions.settle(ids["suggestion"], SuggestionStatus.DISMISSED),
    "a row in its name": lambda tx, ids: tx.imports.add(
        Import(tenant_id=ids["owner"], file_name="x", file_path="x", mode=ImportMode.UPDATE)
    ),
}


def edited_row() -> dict[str, Any]:
    row = variant_row(uuid4(), uuid4(), "M-3")
    return {name: row[name] for name in ("sku", "barcode", "options", "unit", "price", "currency")}


async def replay_of_another(tx: Transaction, event_id: UUID) -> None:
    mine, _ = await tx.subscriptions.add("https://robo.example", "", ["*"], BOX)
    await tx.subscriptions.replay(mine, NOW, event_id=event_id, since=None)


async def edit_of_another(tx: Transaction, ids: dict[str, Any]) -> None:
    await tx.edits.begin("robo")
    await tx.edits.remember([ids["variant"]])
    await tx.edits.refingerprint(ids["product"])


async def plan_of_another(tx: Transaction, import_id: UUID) -> None:
    """All of a plan for a code that another tenant has too."""
    await load(tx, price=1)
    counts = await tx.plan.make(scope_of(import_id))
    await tx.plan.keep_texts(import_id)
    await tx.plan.apply(scope_of(import_id), counts, "", ignore_progress)
    await load(tx, price=2)
    await tx.plan.make(scope_of(import_id))
    await tx.plan.keep_changes(import_id, 10)


@pytest.fixture(scope="module")
async def owner(database: Database) -> Rows:
    return await fill(database, await make_tenant(database))


@pytest.fixture(scope="module")
async def intruder(database: Database) -> UUID:
    return await make_tenant(database)


async def snapshot(database: Database, tenant_id: UUID) -> dict[str, list[Any]]:
    """All rows of a tenant, table by table."""
    found: dict[str, list[Any]] = {}
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant_id)})
        for table in Base.metadata.sorted_tables:
            rows = await connection.execute(text(f"SELECT t::text FROM app.{table.name} t ORDER BY 1"))
            found[table.name] = list(rows.scalars())
    return found


async def test_the_owner_has_one_row_in_every_table(database: Database, owner: Rows) -> None:
    """The control: what the others must not see is there."""
    rows = await snapshot(database, owner.tenant_id)
    assert [table for table, found in rows.items() if not found] == []


@pytest.mark.parametrize("name", READS)
async def test_another_tenant_reads_nothing(database: Database, owner: Rows, intruder: UUID, name: str) -> None:
    async with database.transaction(intruder) as tx:
        assert not await READS[name](tx, owner.ids)


@pytest.mark.parametrize("name", [name for name in READS if name not in {"newest inbound"}])
async def test_the_owner_reads_its_own(database: Database, owner: Rows, name: str) -> None:
    async with database.transaction(owner.tenant_id) as tx:
        found = await READS[name](tx, owner.ids)
        if name not in {"cart lines", "bought with"}:  # its cart was ordered, and its order has one line
            assert found


@pytest.mark.parametrize("name", WRITES)
async def test_another_tenant_changes_nothing(database: Database, owner: Rows, intruder: UUID, name: str) -> None:
    before = await snapshot(database, owner.tenant_id)
    try:
        async with database.transaction(intruder) as tx:
            await WRITES[name](tx, owner.ids | {"owner": owner.tenant_id})
    except (DataError, DBAPIError):
        pass
    assert await snapshot(database, owner.tenant_id) == before


async def test_every_repository_method_is_in_the_tables_above() -> None:
    """A new repository method must be added to READS or WRITES, or named here with its reason."""
    own_rows_only = {
        "tenants.create",
        "tenants.get",
        "tenants.bump_catalogue_version",
        "tenants.catalogue_version",
        "tenants.lock_catalogue",
        "tenants.catalogue_version_and_words",
        "tenants.set_own_words",
        "knowledge.version",
        "knowledge.lock",
        "plan.load",
        "plan.make",
        "plan.keep_texts",
        "plan.keep_changes",
        "plan.apply",
        "plan.changes",
        "plan.price_jumps",
        "indexed.gone_since",
        "imports.is_cancel_requested",
        "versions.emptied",
        "edits.begin",
        "edits.remember",
        "edits.refingerprint",
        "edits.add_product",
        "tenants.next_order_number",
        "members.add",
        "channels.add",
        "catalogue.upsert_products",
        "catalogue.option_names",
        "events.add",
        "models.put",
        "models.count",
        "turns.heard",
        "subscriptions.add",
        "subscriptions.rotate",
        "subscriptions.replay",
        "subscriptions.wake",
        "subscriptions.try_again",
        "workflows.add",
        "workflows.try_again",
        "waitlist.serve_later",
        "jobs.defer",
        "jobs.notify",
        "jobs.is_waiting",
        "orders.add_summary",
        "conversations.add_turn",
        "conversations.add_ownership_change",
        "messages.add_inbound",
        "messages.add_outbound",
        "messages.unanswered",
        "outbound.known_ids",
        "conversations.get",
    }  # fmt: skip - they take rows of this tenant, or no id at all
    covered = "\n".join(name for lambda_ in (*READS.values(), *WRITES.values()) for name in lambda_.__code__.co_names)
    missing = []
    for repository in vars(Transaction).values():
        kind = getattr(getattr(repository, "func", None), "__annotations__", {}).get("return")
        for method in vars(kind) if kind else {}:
            name = f"{repository.attrname}.{method}"
            if not method.startswith("_") and method not in covered.split("\n") and name not in own_rows_only:
                missing.append(name)
    assert missing == []


async def test_two_tenants_with_the_same_words_stay_apart(database: Database) -> None:
    first, second = [await fill(database, await make_tenant(database)) for _ in range(2)]
    async with database.transaction(first.tenant_id) as tx:
        order = await tx.orders.by_reference("S00001")
        assert order is not None
        assert order.order.id == first.ids["order"] != second.ids["order"]


async def test_a_pool_shared_by_many_tenants_never_mixes_them(database: Database) -> None:
    tenants = [await make_tenant(database, f"Tienda {n}") for n in range(8)]
    order = random.Random(7)  # noqa: S311 - a fixed order, not a secret

    async def use(tenant: UUID) -> None:
        try:
            async with asyncio.timeout(order.choice([0.001, 5, 5, 5])), database.transaction(tenant) as tx:
                assert (await tx.tenants.get()).id == tenant
                if order.random() < 0.2:
                    raise NotFound
        except (TimeoutError, NotFound):
            pass
        async with database.lookup() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM app.tenants"))).scalar_one() == 0

    await asyncio.gather(*(use(order.choice(tenants)) for _ in range(300)))


async def test_the_directory_tells_only_which_tenant(database: Database, owner: Rows) -> None:
    directory = Directory(database)
    assert await directory.tenant_by_channel(owner.ids["channel"]) == owner.tenant_id
    assert await directory.tenant_by_channel(uuid4()) is None
    assert [entry.member_id for entry in await directory.members(owner.ids["email"])] == [owner.ids["member"]]
    assert owner.tenant_id in {entry.id for entry in await directory.tenants()}
    assert await directory.tenant_by_rut(make_rut()) is None


async def test_the_last_units_are_sold_once(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))

    async def take() -> bool:
        try:
            async with database.transaction(rows.tenant_id) as tx:
                await tx.catalogue.take_stock(rows.ids["variant"], "M-1", 1)
        except OutOfStock as error:
            assert error.available == 0
            return False
        return True

    taken = await asyncio.gather(*(take() for _ in range(20)))
    assert sum(taken) == 5


async def test_a_message_delivered_twice_is_one_row(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))

    async def arrive(address: str) -> UUID | None:
        async with database.transaction(rows.tenant_id) as tx:
            return (await receive(tx, rows.ids["channel"], address, "twice"))[1]

    arrived = await asyncio.gather(*(arrive("+56933333333") for _ in range(10)))
    assert len([message for message in arrived if message]) == 1
    async with database.transaction(rows.tenant_id) as tx:
        found = [c for c in await tx.conversations.recent() if c.address == "+56933333333"]
        assert len(found) == 1


async def test_a_status_only_moves_forward(database: Database, owner: Rows) -> None:
    async with database.transaction(owner.tenant_id) as tx:
        conversation = await tx.conversations.get(owner.ids["conversation"])
        message = await tx.messages.add_outbound(conversation, text="a", payload={}, now=NOW)
        assert await tx.messages.advance(message.id, Delivery.READ, external_id="SM1")
        assert not await tx.messages.advance(message.id, Delivery.DELIVERED)
        assert not await tx.messages.advance(message.id, Delivery.FAILED)
        assert message.delivery is Delivery.READ


async def test_a_rolled_back_transaction_leaves_no_job(database: Database, tenant_id: UUID) -> None:
    lock = f"rollback-{uuid4()}"
    with pytest.raises(NotFound):
        async with database.transaction(tenant_id) as tx:
            await tx.jobs.defer(JobName.TAKE_TURN, lock=lock, conversation_id=uuid4())
            raise NotFound
    async with database.transaction(tenant_id) as tx:
        await tx.jobs.defer(JobName.TAKE_TURN, lock=f"{lock}-kept", conversation_id=uuid4())
    statement = text("SELECT lock FROM procrastinate_jobs WHERE lock LIKE :lock")
    async with database.lookup() as connection:
        assert list((await connection.execute(statement, {"lock": f"{lock}%"})).scalars()) == [f"{lock}-kept"]


async def test_a_handoff_opens_and_closes(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))
    async with database.transaction(rows.tenant_id) as tx:
        await tx.conversations.close_handoff(rows.ids["conversation"], NOW + timedelta(minutes=5))
    async with database.transaction(rows.tenant_id) as tx:
        conversation = await tx.conversations.get(rows.ids["conversation"])
        assert conversation.status is ConversationStatus.AUTOMATED
