"""The closed sets of values that rows may hold, each with its meaning beside it."""

from enum import StrEnum


class Role(StrEnum):
    """What a member may do; each includes what the next one may."""

    OWNER = "owner"  # everything, members and secrets included
    ADMIN = "admin"  # catalogue, channels, settings
    SELLER = "seller"  # answers people, changes orders
    ACCOUNTANT = "accountant"  # reads orders and reports
    VIEWER = "viewer"  # reads


class ChannelKind(StrEnum):
    TWILIO_WHATSAPP = "twilio_whatsapp"
    META_WHATSAPP = "meta_whatsapp"
    CHATWOOT = "chatwoot"  # Chatwoot owns the inbox, we are its agent bot
    TELEGRAM = "telegram"
    BOTPRESS = "botpress"
    WEBCHAT = "webchat"
    TERMINAL = "terminal"


READ_FROM_THE_TABLE = frozenset({ChannelKind.WEBCHAT, ChannelKind.TERMINAL})
"""Channels whose shoppers see a message as soon as it is a row; others have a provider in between."""


class ConversationStatus(StrEnum):
    AUTOMATED = "automated"  # the agent answers
    HANDED_OFF = "handed_off"  # a human answers, the agent is silent
    CLOSED = "closed"


class Actor(StrEnum):
    """Who changed whom a conversation is with."""

    CONTACT = "contact"  # the shopper asked
    AGENT = "agent"  # the brain, a guardrail, a turn that failed
    MEMBER = "member"  # a member of the tenant, here
    DESK = "desk"  # a person at the tenant's own desk (Chatwoot)
    PHONE = "phone"  # a person answering from the business phone
    TIMEOUT = "timeout"  # nobody took it


class SetAside(StrEnum):
    """Why an inbound message is kept without being answered."""

    LATE = "late"  # overtaken: a day old, or from before an order
    AUTOMATIC = "automatic"  # an auto-responder wrote it
    CONSENT = "consent"  # BAJA or ALTA, confirmed
    COMMAND = "command"  # /pausa or /reanuda from an owner's phone
    FLOOD = "flood"  # came while a loop or a flood was being sat out
    WITHDRAWN = "withdrawn"  # deleted or written anew by who wrote it


class Waiting(StrEnum):
    """Why a contact has no answer."""

    WITH_PEOPLE = "with_people"
    PAUSED = "paused"
    INACTIVE = "inactive"
    QUIETED = "quieted"
    LATE = "late"
    NOT_DELIVERED = "not_delivered"
    NOT_YET = "not_yet"


class Sender(StrEnum):
    CONTACT = "contact"
    AGENT = "agent"
    HUMAN = "human"
    SYSTEM = "system"


class Delivery(StrEnum):
    """How far an outbound message got; only moves down this list."""

    QUEUED = "queued"
    SENDING = "sending"  # handed to the provider, answer not yet known
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


# The error of a FAILED message that its provider may have got all the same; a later status settles it.
UNKNOWN_FATE = "unknown"


class MediaStatus(StrEnum):
    """What became of a file that a shopper sent."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


class ConnectionKind(StrEnum):
    """A tenant's other systems."""

    ODOO = "odoo"
    N8N = "n8n"
    SHOPIFY = "shopify"
    CHATWOOT = "chatwoot"  # the desk where people answer


class ImportStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportPhase(StrEnum):
    READING = "reading"
    EMBEDDING = "embedding"  # making vectors of texts that changed
    SAVING = "saving"  # comparing and writing, in one transaction


class ChangeKind(StrEnum):
    """What an import does to a variant."""

    CREATED = "created"
    UPDATED = "updated"
    ARCHIVED = "archived"


class VersionKind(StrEnum):
    """What made a version of the catalogue."""

    IMPORT = "import"
    EDIT = "edit"
    RESTORE = "restore"


class ImportMode(StrEnum):
    REPLACE = "replace"  # variants missing from the file are archived
    UPDATE = "update"  # variants missing from the file stay as they are


class SuggestionStatus(StrEnum):
    """What became of a question that no knowledge entry answered."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class CartStatus(StrEnum):
    OPEN = "open"
    ORDERED = "ordered"


class OrderStatus(StrEnum):
    PLACED = "placed"  # agreed with the contact
    SUBMITTED = "submitted"  # sent to Odoo
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    FULFILLED = "fulfilled"


ORDER_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.SUBMITTED, OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.SUBMITTED: frozenset({OrderStatus.CONFIRMED, OrderStatus.FULFILLED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.SUBMITTED, OrderStatus.FULFILLED, OrderStatus.CANCELLED}),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.FULFILLED: frozenset(),
}
"""What an order may become next."""


class CancelledBy(StrEnum):
    CONTACT = "contact"
    STORE = "store"
    EXPIRY = "expiry"  # nobody confirmed it in time


class WaitlistStatus(StrEnum):
    WAITING = "waiting"
    TOLD = "told"  # a message is on its way
    FOR_PEOPLE = "for_people"  # it is here, but only a person may tell them now
    CANCELLED = "cancelled"


class LeadKind(StrEnum):
    CALL = "call"
    EMAIL = "email"
    QUOTE = "quote"


class LeadStatus(StrEnum):
    NEW = "new"
    CONTACTED = "contacted"
    CLOSED = "closed"


class EventDeliveryStatus(StrEnum):
    """Whether a subscription has heard of an event."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up: a person may send it again


class RunOrigin(StrEnum):
    """Who started a workflow."""

    AGENT = "agent"
    EVENT = "event"
    API = "api"


class RunStatus(StrEnum):
    PENDING = "pending"  # not begun, or to be tried again
    WAITING = "waiting"  # begun; its answer may still come
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MISCONFIGURED = "misconfigured"  # the owner has to change something


class BrainKind(StrEnum):
    RULES = "rules"
    LLM = "llm"
