"""Channels opened a moment ago: a webhook is acknowledged without asking for its channel each time."""

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from api.errors import Missing
from api.runtime import Runtime
from channels.adapter import ChannelAccess
from data.tenant_settings import bursts

KEPT_SECONDS = 5.0
MOST_KEPT = 10_000


class OpenChannels:
    """Keeps a channel for five seconds at most: one switched off, or a new secret, is noticed by then."""

    def __init__(self, runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> None:
        self._runtime = runtime
        self._clock = clock
        self._kept: dict[UUID, tuple[float, ChannelAccess]] = {}

    async def get(self, channel_id: str) -> ChannelAccess:
        """Raises Missing for what is no id, unknown, or switched off."""
        try:
            key = UUID(channel_id)
        except ValueError as error:
            raise Missing("No hay un canal en esta dirección.") from error
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        self._kept.pop(key, None)
        access = await self._open(key)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (self._clock() + KEPT_SECONDS, access)
        return access

    async def beside(self, access: ChannelAccess, address: str) -> ChannelAccess | None:
        """The tenant's channel of the same kind at another address: several numbers of one app have one webhook."""
        async with self._runtime.database.transaction(access.tenant_id) as tx:
            found = await tx.channels.by_address(access.kind, address)
        return await self.get(str(found.id)) if found is not None and found.is_active else None

    async def _open(self, channel_id: UUID) -> ChannelAccess:
        tenant_id = await self._runtime.directory.tenant_by_channel(channel_id)
        if tenant_id is not None:
            async with self._runtime.database.transaction(tenant_id) as tx:
                channel = await tx.channels.get(channel_id)
                tenant = await tx.tenants.get()
            if channel is not None:
                access = self._runtime.open_access(channel)
                return replace(access, config={**bursts(tenant), **access.config})
        raise Missing("No hay un canal en esta dirección.")
