"""What happens in a store, written straight into its tables."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from channels.adapter import ChannelAccess, InboundMessage
from channels.incoming.inbox import receive
from data.content import MessageContent
from data.models import Message, Order, OrderLine, Summary
from data.repositories.sales import StoredLine
from data.states import Sender
from tests.api.service import Service, Store


async def add_product(service: Service, store: Store, sku: str, name: str, price: int = 5990, on_hand: int = 3) -> UUID:
    variant_id = uuid4()
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        products = await tx.catalogue.upsert_products([{"key": sku, "name": name, "synonyms": []}])
        variant = {
            "id": variant_id,
            "product_id": products[sku],
            "sku": sku,
            "options": {},
            "price": Decimal(price),
            "currency": "CLP",
            "content_hash": sku,
            "is_archived": False,
        }
        await tx.catalogue.insert_variants([variant])
        await tx.catalogue.set_stock([(variant_id, on_hand)])
        await tx.tenants.bump_catalogue_version()
    return variant_id


async def begin_conversation(service: Service, store: Store, text: str, address: str = "") -> UUID:
    """A visitor of the store's web chat writes."""
    access = await open_webchat(service, store)
    message = InboundMessage(external_id=uuid4().hex, address=address or str(uuid4()), text=text)
    (received,) = await receive(service.runtime.database, access, [message], now=datetime.now(UTC))
    return received.conversation_id


async def open_webchat(service: Service, store: Store) -> ChannelAccess:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
    assert channel is not None
    return service.runtime.open_access(channel)


async def answer(service: Service, store: Store, conversation_id: UUID, content: MessageContent) -> Message:
    """The agent's answer, as a turn leaves it."""
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id, lock=True)
        message = await tx.messages.add_outbound(
            conversation, text=content.text, payload=content.payload(), now=datetime.now(UTC), sender=Sender.AGENT
        )
        conversation.answered_position = await tx.messages.newest_inbound_position(conversation_id)
        await tx.jobs.notify("messages", f"{store.tenant_id}/{conversation_id}")
    return message


async def place_order(service: Service, store: Store, conversation_id: UUID, sku: str) -> str:
    now = datetime.now(UTC)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        item = (await tx.catalogue.by_skus([sku]))[sku]
        conversation = await tx.conversations.get(conversation_id)
        cart_id = await tx.carts.open(conversation_id)
        await tx.carts.replace(cart_id, [StoredLine(item.variant_id, 2, item.unit_price)])
        summary = Summary(
            tenant_id=store.tenant_id,
            id=uuid4(),
            cart_id=cart_id,
            hash="x",
            lines=[],
            total=item.unit_price * 2,
            currency="CLP",
            text="",
            expires_at=now + timedelta(minutes=15),
        )
        await tx.orders.add_summary(summary)
        reference = f"S{await tx.tenants.next_order_number():05d}"
        order = Order(
            tenant_id=store.tenant_id,
            id=uuid4(),
            reference=reference,
            conversation_id=conversation_id,
            contact_id=conversation.contact_id,
            cart_id=cart_id,
            summary_id=summary.id,
            total=item.unit_price * 2,
            currency="CLP",
            placed_at=now,
        )
        line = OrderLine(
            tenant_id=store.tenant_id,
            order_id=order.id,
            variant_id=item.variant_id,
            position=0,
            sku=sku,
            name=item.name,
            quantity=2,
            unit_price=item.unit_price,
        )
        await tx.orders.place(order, [line])
    return reference
