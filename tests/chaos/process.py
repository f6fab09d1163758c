"""The processes of a chaos run: an API or a worker, with times shortened so that what takes minutes takes seconds.

Forked from one that has everything loaded, so that a killed one is back at once.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from api.cli.running import until_told
from api.runtime import Runtime, open_runtime
from api.server import serve_until_cancelled, work_until_cancelled
from api.settings import Settings
from api.worker import make_handlers, make_last_resorts, make_recurring
from channels.adapter import Adapter, ChannelAccess, Doubt, Fate, Found, SendResult
from channels.botpress import Botpress
from channels.chatwoot.bot import Chatwoot
from channels.meta.whatsapp import MetaWhatsApp
from channels.outgoing.doubts import Patience
from channels.outgoing.outbox import Outbox
from channels.telegram.bot import Telegram
from channels.twilio.content import StoredContentIds
from channels.twilio.whatsapp import TwilioWhatsApp
from connectors.http import GuardedHttp, parse_networks
from data.content import MessageContent
from data.errors import DatabaseUnavailable
from data.jobs import DEFAULT_QUEUE, JobName
from data.states import ChannelKind
from data.worker import LONGEST_SECONDS, JobWorker, Rescue

# What is loaded before the first is forked.
PRELOADED = [
    "tests.chaos.process",
    "api.app",
    "agent.turn",
    "agent.brains.rules.brain",
    "data.catalogue_index",
    "data.search.embedders",
    "ingestion.imports",
    "ingestion.sources.odoo_sync",
    "agent.orders.submitting",
    "agent.orders.following",
]

RECONCILIATION = "reconciliation"
RESCUE_BY_AGE = "rescue-by-age"
CONTROLS = (RECONCILIATION, RESCUE_BY_AGE)

# How a process ends that finds no database as it starts.
NO_DATABASE = 3

PROVIDER_SECONDS = 1.5
# Each is in the same order as in the service: a sender is gone before another may ask, and asks before it sends.
PATIENCE = Patience(
    first=timedelta(seconds=1),
    between=timedelta(seconds=2),
    most_between=timedelta(seconds=3),
    certain_after=timedelta(seconds=12),
    longest=timedelta(seconds=25),
)
LEASE, FRESH_SECONDS = timedelta(seconds=7), 2.0
SHORT = {JobName.TAKE_TURN: 12.0, JobName.SEND_MESSAGE: 12.0}
RESCUE = {
    "every_seconds": 1.0,
    "heartbeat_seconds": 1.0,
    "stalled_seconds": 4.0,
    "longest_seconds": {**LONGEST_SECONDS, **SHORT},
    "grace_seconds": 3.0,
}


@dataclass(frozen=True, slots=True)
class Orders:
    """How a process is to run. `without` names the control."""

    settings: Settings
    without: str = ""


def serve(orders: Orders) -> None:
    async def run() -> None:
        # asyncio sends at once only what it knows to be TCP
        with socket.socket(proto=socket.IPPROTO_TCP) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((orders.settings.host, orders.settings.port))
            async with open_runtime(orders.settings, application_name="chaos-api") as runtime:
                await serve_until_cancelled(runtime, listening, on_ready=lambda: None, with_worker=False)

    quietly(run())


def work(orders: Orders) -> None:
    async def run() -> None:
        async with open_runtime(orders.settings, application_name="chaos-worker") as runtime:
            await work_until_cancelled(make_worker(runtime, orders.without))

    quietly(run())


def quietly(work: Coroutine[Any, Any, None]) -> None:
    """Told to stop, it ends what it has begun, as the commands of the service do."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(until_told(work))
    except DatabaseUnavailable:
        sys.exit(NO_DATABASE)


def make_worker(
    runtime: Runtime,
    without: str = "",
    *,
    queues: Sequence[str] = (DEFAULT_QUEUE,),
    adapters: Mapping[ChannelKind, Adapter] | None = None,
) -> JobWorker:
    """As api.worker makes it, but for the times and what a control leaves out."""
    adapters = adapters or make_adapters(runtime)
    patience = PATIENCE
    if without == RECONCILIATION:
        adapters = {kind: each if each.capabilities.is_pulled else Forgetful(each) for kind, each in adapters.items()}
        patience = Patience(first=timedelta(), absences=1, certain_after=timedelta())
    outbox = Outbox(runtime.database, adapters, runtime.open_access, patience, LEASE, FRESH_SECONDS)

    async def send_message(tenant_id: UUID, message_id: UUID) -> None:
        await outbox.deliver(tenant_id, message_id, datetime.now(UTC))

    return JobWorker(
        runtime.database_url,
        make_handlers(runtime) | {JobName.SEND_MESSAGE: send_message},
        last_resorts=make_last_resorts(runtime),
        recurring=make_recurring(runtime),
        concurrency=runtime.settings.worker_concurrency,
        queues=queues,
        rescue=Rescue(**RESCUE, by_age=without != RESCUE_BY_AGE),  # type: ignore[arg-type]  # a table of its fields
    )


def make_adapters(runtime: Runtime) -> Mapping[ChannelKind, Adapter]:
    """Those of the service, which wait less for an answer."""
    settings = runtime.settings
    http = GuardedHttp(parse_networks(settings.allowed_private_networks), total_seconds=PROVIDER_SECONDS)
    return {
        **runtime.adapters,
        ChannelKind.TWILIO_WHATSAPP: TwilioWhatsApp(
            settings.twilio_api_url, PROVIDER_SECONDS, StoredContentIds(runtime.database)
        ),
        ChannelKind.META_WHATSAPP: MetaWhatsApp(settings.meta_api_url, PROVIDER_SECONDS),
        ChannelKind.TELEGRAM: Telegram(settings.telegram_api_url, PROVIDER_SECONDS),
        ChannelKind.CHATWOOT: Chatwoot(http),
        ChannelKind.BOTPRESS: Botpress(http),
    }


class Forgetful:
    """The control: an adapter that takes whatever got no answer for not sent, as is usual."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self.kind = adapter.kind
        self.capabilities = adapter.capabilities
        self.verify = adapter.verify
        self.parse = adapter.parse

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        return await self._adapter.send(access, to, content, message_id)

    async def find_sent(self, access: ChannelAccess, doubt: Doubt) -> Found:
        return Found(Fate.NOT_TAKEN)
