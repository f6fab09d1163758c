"""Every way to reach rows through a repository, with the ids of another tenant."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from data.models import Conversation, Import, Order, WaitlistEntry
from data.repositories.knowledge import EntryContent
from data.repositories.sales import StoredLine
from data.search.wish import Wish
from data.states import (
    ChannelKind,
    ConnectionKind,
    Delivery,
    ImportMode,
    LeadStatus,
    RunOrigin,
    SuggestionStatus,
)
from data.transaction import Transaction
from tests.data.rows import (
    ATTACHMENT,
    BOX,
    MONTH,
    NOW,
    ONE,
    ignore_progress,
    lead_row,
    load,
    receive,
    scope_of,
    variant_row,
)

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


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
    "message written anew": lambda tx, ids: tx.messages.corrections(ids["conversation"], "same"),
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
