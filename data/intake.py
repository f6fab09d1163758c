"""An inbound message: the statement that says what it answers, and the one that takes it in, each a round trip."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import JSONB

from data.models.base import Json
from data.states import SetAside

# The function is in data/migrations/versions/0007_ownership.py. Its arguments are computed before it runs,
# so all it reads and writes is under this tenant's policies, also where no transaction has set the tenant yet.
# Returns the conversation, and the new message: null, with nothing changed, for a second delivery.
TAKE_IN = text(
    """
    SELECT found_conversation, new_message FROM app.receive_message(
        CASE WHEN set_config('app.tenant_id', :tenant_id, true) <> '' THEN CAST(:channel_id AS uuid) END,
        :address, :contact_name, :external_id, :text, CAST(:payload AS jsonb), :sent_at, :received_at, :queue,
        :quiet_seconds, :longest_seconds, :consent, :set_aside)
    """
)

# Of the conversation that is open with whoever writes from there. What stands left of the LATERAL is known before what
# stands right of it is read; without its tenant, that would be nothing.
LAST_OUTBOUND = text(
    """
    SELECT said.text, said.payload
    FROM (SELECT CASE WHEN set_config('app.tenant_id', :tenant_id, true) <> ''
                 THEN CAST(:channel_id AS uuid) END AS id) AS channel
    CROSS JOIN LATERAL (
        SELECT message.text, message.payload
        FROM conversations AS talk
        JOIN messages AS message ON (message.tenant_id, message.conversation_id) = (talk.tenant_id, talk.id)
        WHERE talk.tenant_id = CAST(:tenant_id AS uuid) AND talk.channel_id = channel.id AND talk.contact_id = (
            SELECT contact_id FROM contact_addresses
            WHERE tenant_id = CAST(:tenant_id AS uuid) AND channel_id = channel.id AND address = :address)
          AND talk.status <> 'closed' AND message.sender <> 'contact'
        ORDER BY message.position DESC LIMIT 1
    ) AS said
    """
).columns(text=Text, payload=JSONB)


class Consent(StrEnum):
    """What a message says about being written to unasked."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Intake:
    """`payload` must be JSON that PostgreSQL takes; the turn is enqueued in `queue`.

    It begins when nothing more has come for `quiet_seconds`, and `longest_seconds` after the first message at most.
    """

    channel_id: UUID
    address: str
    contact_name: str | None
    external_id: str
    text: str
    payload: Json
    sent_at: datetime | None
    queue: str
    received_at: datetime
    quiet_seconds: float = 0.0
    longest_seconds: float = 0.0
    consent: Consent | None = None
    set_aside: SetAside | None = None

    def values(self, tenant_id: UUID) -> dict[str, object]:
        """The parameters of TAKE_IN."""
        return {
            "tenant_id": str(tenant_id),
            "channel_id": self.channel_id,
            "address": self.address,
            "contact_name": self.contact_name,
            "external_id": self.external_id,
            "text": self.text,
            "payload": json.dumps(self.payload),
            "sent_at": self.sent_at,
            "received_at": self.received_at,
            "queue": self.queue,
            "quiet_seconds": self.quiet_seconds,
            "longest_seconds": self.longest_seconds,
            "consent": self.consent,
            "set_aside": self.set_aside,
        }
