"""Customers nobody answered, and why: asked of the messages themselves, so that nothing can be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from data.repositories.repository import Repository
from data.states import ChannelKind, Waiting

_UNANSWERED = text(
    """
    SELECT c.id, c.channel_id, channel.kind, c.contact_id, contact.name, c.address,
        coalesce(waiting.since, lost.said_at, handoff.opened_at) AS since, coalesce(waiting.count, 0) AS message_count,
        coalesce(waiting.last_text, lost.text, heard.text, '') AS last_text,
        CASE
            WHEN waiting.count IS NULL AND lost.text IS NOT NULL THEN 'not_delivered'
            WHEN c.status = 'handed_off' THEN 'with_people'
            WHEN channel.config->>'is_paused' = 'true' THEN 'paused'
            WHEN NOT channel.is_active THEN 'inactive'
            WHEN c.quieted_at IS NOT NULL THEN 'quieted'
            WHEN waiting.is_late THEN 'late'
            ELSE 'not_yet'
        END AS reason
    FROM app.conversations c
    JOIN app.contacts contact ON contact.tenant_id = c.tenant_id AND contact.id = c.contact_id
    JOIN app.channels channel ON channel.tenant_id = c.tenant_id AND channel.id = c.channel_id
    LEFT JOIN LATERAL (
        SELECT min(m.said_at) AS since, nullif(count(*), 0) AS count, bool_and(m.set_aside = 'late') AS is_late,
            (array_agg(m.text ORDER BY m.said_at DESC, m.position DESC))[1] AS last_text
        FROM app.messages m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.sender = 'contact'
          AND m.position > c.answered_position AND (m.set_aside IS NULL OR m.set_aside IN ('late', 'flood'))
    ) waiting ON true
    LEFT JOIN app.handoffs handoff ON handoff.tenant_id = c.tenant_id AND handoff.conversation_id = c.id
        AND handoff.closed_at IS NULL AND handoff.taken_at IS NULL
    LEFT JOIN LATERAL (
        SELECT m.delivery, m.said_at, m.text FROM app.messages m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        ORDER BY m.position DESC LIMIT 1
    ) lost ON lost.delivery = 'failed'
    LEFT JOIN LATERAL (
        SELECT m.text FROM app.messages m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.sender = 'contact'
        ORDER BY m.position DESC LIMIT 1
    ) heard ON handoff.id IS NOT NULL
    WHERE c.tenant_id = :tenant_id AND c.status <> 'closed' AND c.last_message_at > :after
      AND (waiting.since <= :before
           OR (waiting.count IS NULL AND (lost.text IS NOT NULL OR handoff.opened_at <= :before)))
    ORDER BY since, c.id LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """`since` is when the first unanswered message was written, or the reply that did not arrive, or when a person was
    asked for and none has come."""

    conversation_id: UUID
    channel_id: UUID
    channel_kind: ChannelKind
    contact_id: UUID
    contact_name: str | None
    address: str
    since: datetime
    message_count: int
    last_text: str
    reason: Waiting


class UnansweredRepository(Repository):
    async def all(self, *, after: datetime, before: datetime, limit: int) -> Sequence[Unanswered]:
        """Longest waiting first: written before `before`, in conversations that moved after `after`."""
        values = {"tenant_id": self.tenant_id, "after": after, "before": before, "limit": limit}
        rows = await self.session.execute(_UNANSWERED, values)
        return [
            Unanswered(
                conversation_id=row.id,
                channel_id=row.channel_id,
                channel_kind=ChannelKind(row.kind),
                contact_id=row.contact_id,
                contact_name=row.name,
                address=row.address,
                since=row.since,
                message_count=row.message_count,
                last_text=row.last_text,
                reason=Waiting(row.reason),
            )
            for row in rows
        ]
