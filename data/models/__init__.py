"""The tables of the store of record, all in the schema `app`."""

from data.models.base import SCHEMA, Base
from data.models.catalogue import Product, StockLevel, TextVector, Variant
from data.models.connections import Connection
from data.models.conversations import (
    Contact,
    ContactAddress,
    Conversation,
    Handoff,
    Message,
    OwnershipChange,
    QuarantinedItem,
    Turn,
)
from data.models.desks import DeskConversation, DeskPost
from data.models.events import Event, EventDelivery, Subscription, Workflow, WorkflowRun
from data.models.imports import (
    CatalogueChange,
    CatalogueVersion,
    Import,
    ImportChange,
    ImportText,
    StoredMapping,
)
from data.models.knowledge import KnowledgeEntry, UnansweredQuestion
from data.models.language_models import ModelUsage, PromptVersion, TenantModel
from data.models.outbound import Media, ProviderContent, UsageCount
from data.models.sales import Cart, CartLine, Lead, Order, OrderLine, Summary, WaitlistEntry
from data.models.tenants import Channel, Member, Tenant

__all__ = [
    "SCHEMA",
    "Base",
    "Cart",
    "CartLine",
    "CatalogueChange",
    "CatalogueVersion",
    "Channel",
    "Connection",
    "Contact",
    "ContactAddress",
    "Conversation",
    "DeskConversation",
    "DeskPost",
    "Event",
    "EventDelivery",
    "Handoff",
    "Import",
    "ImportChange",
    "ImportText",
    "KnowledgeEntry",
    "Lead",
    "Media",
    "Member",
    "Message",
    "ModelUsage",
    "Order",
    "OrderLine",
    "OwnershipChange",
    "Product",
    "PromptVersion",
    "ProviderContent",
    "QuarantinedItem",
    "StockLevel",
    "StoredMapping",
    "Subscription",
    "Summary",
    "Tenant",
    "TenantModel",
    "TextVector",
    "Turn",
    "UnansweredQuestion",
    "UsageCount",
    "Variant",
    "WaitlistEntry",
    "Workflow",
    "WorkflowRun",
]
