"""The tables of the store of record, all in the schema `app`."""

from data.models.base import SCHEMA, Base
from data.models.catalogue import Import, Product, StockLevel, Variant, VariantVector
from data.models.conversations import Contact, ContactAddress, Conversation, Handoff, Message, Turn
from data.models.events import Event
from data.models.sales import Cart, CartLine, Order, OrderLine, Summary
from data.models.tenants import Channel, Member, Tenant

__all__ = [
    "SCHEMA",
    "Base",
    "Cart",
    "CartLine",
    "Channel",
    "Contact",
    "ContactAddress",
    "Conversation",
    "Event",
    "Handoff",
    "Import",
    "Member",
    "Message",
    "Order",
    "OrderLine",
    "Product",
    "StockLevel",
    "Summary",
    "Tenant",
    "Turn",
    "Variant",
    "VariantVector",
]
