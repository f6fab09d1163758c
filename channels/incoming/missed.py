"""What shoppers wrote while we could not hear: read from the provider's own list, with a cursor, each message once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from channels.adapter import Adapter, ChannelAccess, FetchesMissed
from channels.errors import SendError
from channels.incoming.inbox import take_in
from data.database import Database
from data.encryption import SecretUnreadable
from data.models import Channel
from data.states import ChannelKind

# A webhook has this long to bring a message itself: it knows more of it than a list does.
SETTLING = timedelta(minutes=1)
# Read again each time: a list may fill up late.
OVERLAP = timedelta(minutes=5)
FURTHEST = timedelta(days=3)

log = structlog.get_logger()


async def fetch_missed(
    database: Database,
    adapters: Mapping[ChannelKind, Adapter],
    open_access: Callable[[Channel], ChannelAccess],
    tenant_id: UUID,
    now: datetime,
) -> int:
    """For every active channel of a tenant that can be asked; returns how many messages were read.

    One that fails keeps its cursor and is asked for the same time again.
    """
    async with database.transaction(tenant_id) as tx:
        channels = [channel for channel in await tx.channels.all() if channel.is_active]
    count = 0
    for channel in channels:
        adapter: object = adapters.get(channel.kind)
        if not isinstance(adapter, FetchesMissed):
            continue
        try:
            count += await _fetch(database, adapter, open_access(channel), channel, now)
        except (SendError, SecretUnreadable) as error:
            log.warning("missed_not_fetched", channel_id=str(channel.id), error=str(error))
    return count


async def _fetch(
    database: Database, adapter: FetchesMissed, access: ChannelAccess, channel: Channel, now: datetime
) -> int:
    until = now - SETTLING
    since = max((channel.fetched_until or channel.created_at) - OVERLAP, channel.created_at, now - FURTHEST)
    parsed = await adapter.fetch_missed(access, since)
    settled = [message for message in parsed.messages if message.sent_at is None or message.sent_at <= until]
    await take_in(database, access, replace(parsed, messages=settled), now)
    async with database.transaction(channel.tenant_id) as tx:
        stored = await tx.channels.get(channel.id)
        if stored is not None:
            stored.fetched_until = max(until, stored.fetched_until or until)
    return len(settled)
