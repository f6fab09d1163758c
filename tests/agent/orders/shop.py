"""A shop with an Odoo, and shoppers whose orders are placed as a turn places them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from agent.orders.submitting import OrderSubmitter, submit_later
from connectors.http import GuardedHttp
from data.database import Database
from data.encryption import SecretBox
from data.models import Event, Order, OrderLine, Summary
from data.repositories.sales import StoredLine
from data.states import ChannelKind, ConnectionKind
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, OdooServer

BOX = SecretBox([b"k" * 32])
BASE_URL = "https://tienda.example"
PATIENCE = 20.0
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class OdooTenant:
    """`now` is what the submitter takes for the time."""

    database: Database
    tenant_id: UUID
    channel_id: UUID
    http: GuardedHttp
    odoo: OdooServer
    variants: dict[str, tuple[UUID, Decimal]] = field(default_factory=dict)
    now: datetime = NOW
    submitter: OrderSubmitter = field(init=False)

    def __post_init__(self) -> None:
        self.give_up_after(PATIENCE)

    def give_up_after(self, call_seconds: float) -> None:
        """Only a test of answers that do not come should be in a hurry: a busy machine is slow too."""
        self.submitter = OrderSubmitter(
            self.database, self.http, BOX, BASE_URL, clock=lambda: self.now, call_seconds=call_seconds
        )

    async def connect(self, **config: Any) -> None:
        known = {"url": self.odoo.url, "database": DATABASE, "login": LOGIN, "confirms_orders": True}
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.connections.put(ConnectionKind.ODOO, known | config, {"key": KEY}, BOX)

    async def sell(self, sku: str, price: int, *, name: str = "Polera", stock: int = 100) -> None:
        """A variant of ours; what Odoo has of it is up to the test."""
        variant_id = uuid4()
        async with self.database.transaction(self.tenant_id) as tx:
            products = await tx.catalogue.upsert_products(
                [{"id": uuid4(), "key": sku, "name": name, "brand": None, "category": None, "description": None}]
            )
            await tx.catalogue.insert_variants(
                [
                    {
                        "id": variant_id, "product_id": products[sku], "sku": sku, "barcode": None, "options": {},
                        "unit": None, "price": Decimal(price), "currency": "CLP", "content_hash": "h",
                    }
                ]
            )  # fmt: skip
            await tx.catalogue.set_stock([(variant_id, stock)])
        self.variants[sku] = (variant_id, Decimal(price))

    async def place(
        self, lines: Mapping[str, int], *, address: str = "", details: dict[str, Any] | None = None, name: str = "Ana"
    ) -> UUID:
        address = address or f"whatsapp:+569{uuid4().int % 10**8:08d}"
        async with self.database.transaction(self.tenant_id) as tx:
            conversation_id, _ = await tx.messages.receive(
                self.channel_id, address=address, contact_name=name, external_id=uuid4().hex, text="hola",
                payload={}, sent_at=None, queue="none", now=self.now,
            )  # fmt: skip
            conversation = await tx.conversations.get(conversation_id)
            cart_id = await tx.carts.open(conversation_id)
            await tx.carts.replace(
                cart_id,
                [StoredLine(self.variants[sku][0], count, self.variants[sku][1]) for sku, count in lines.items()],
            )
            for sku, count in lines.items():
                await tx.catalogue.take_stock(self.variants[sku][0], sku, count)
            total = sum((self.variants[sku][1] * count for sku, count in lines.items()), Decimal(0))
            summary = Summary(
                tenant_id=self.tenant_id, id=uuid4(), cart_id=cart_id, hash="x", lines=[], total=total, currency="CLP",
                text="", expires_at=self.now + timedelta(minutes=15),
            )  # fmt: skip
            await tx.orders.add_summary(summary)
            order = Order(
                tenant_id=self.tenant_id, id=uuid4(), reference=f"S{await tx.tenants.next_order_number():05d}",
                conversation_id=conversation_id, contact_id=conversation.contact_id, cart_id=cart_id,
                summary_id=summary.id, total=total, currency="CLP", placed_at=self.now, details=details or {},
            )  # fmt: skip
            rows = [
                OrderLine(
                    tenant_id=self.tenant_id, order_id=order.id, variant_id=self.variants[sku][0], position=position,
                    sku=sku, name=sku, quantity=count, unit_price=self.variants[sku][1],
                )
                for position, (sku, count) in enumerate(lines.items())
            ]  # fmt: skip
            await tx.orders.place(order, rows)
            await submit_later(tx, order, self.now)
            return order.id

    async def submit(self, order_id: UUID) -> Order:
        await self.submitter.submit(self.tenant_id, order_id)
        return await self.order(order_id)

    async def order(self, order_id: UUID) -> Order:
        async with self.database.transaction(self.tenant_id) as tx:
            found = await tx.orders.get(order_id)
        assert found is not None
        return found.order

    async def events(self, name: str) -> list[Event]:
        async with self.database.transaction(self.tenant_id) as tx:
            return [event for event in await tx.events.recent() if event.name == name]

    async def jobs(self, task: str) -> int:
        statement = text(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task AND args->>'tenant_id' = :tenant"
        )
        async with self.database.lookup() as connection:
            found = await connection.execute(statement, {"task": task, "tenant": str(self.tenant_id)})
            return int(found.scalar_one())


async def open_shop(database: Database, tenant_id: UUID, http: GuardedHttp, odoo: OdooServer) -> OdooTenant:
    """It sells a shirt at 11.900, tax included, as its Odoo does at 10.000 net, and is connected."""
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", "web", {}, None)
    shop = OdooTenant(database, tenant_id, channel.id, http, odoo)
    odoo.shop.add_product("Polera", "POL-1", 10_000)
    await shop.sell("POL-1", 11_900)
    await shop.connect()
    return shop
