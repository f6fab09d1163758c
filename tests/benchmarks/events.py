"""How soon subscribers hear of an event: from its transaction to the first attempt, while other receivers hang.

One process does it all: the shop, the worker and the receivers share its core.
"""

import asyncio
import tempfile
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID

from api.runtime import Runtime, open_runtime
from api.settings import Settings
from api.worker import make_worker
from tests.benchmarks.measure import Figure, Times
from tests.database import make_tenant
from tests.servers.webhook_receiver import Response, WebhookReceiver, webhook_receiver

RATE = 20
SECONDS = 10
HANGING = 3
FIRST_ATTEMPT_MS = 5_000.0


async def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = Settings(storage_dir=Path(folder), allowed_private_networks="127.0.0.1/32")
        async with open_runtime(settings) as runtime, webhook_receiver() as receiver, webhook_receiver() as hanging:
            hanging.usual = Response(hang_seconds=30.0)
            worker = make_worker(runtime)
            working = asyncio.create_task(worker.run())
            await worker.connected()
            try:
                times = await _measure(runtime, receiver, hanging)
            finally:
                worker.stop()
                await working
    name = f"event to its first attempt, {RATE}/s, {HANGING} receivers hanging"
    return [
        Figure(f"{name}, p{percent}", f"{times.p(percent):.0f} ms", "aim: 5 s", times.p(percent) / FIRST_ATTEMPT_MS)
        for percent in (50, 99)
    ]


async def _measure(runtime: Runtime, receiver: WebhookReceiver, hanging: WebhookReceiver) -> Times:
    tenant_id = await make_tenant(runtime.database)
    async with runtime.database.transaction(tenant_id) as tx:
        listening, secret = await tx.subscriptions.add(receiver.url, "", ["*"], runtime.secrets)
        for _ in range(HANGING):
            await tx.subscriptions.add(hanging.url, "", ["*"], runtime.secrets)
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        async with runtime.database.transaction(tenant_id) as tx:
            await tx.events.add("catalogue.restored", version=number)
        await asyncio.sleep(max(0.0, began + (number + 1) / RATE - time.perf_counter()))
    async with asyncio.timeout(60):
        await receiver.wait_for(RATE * SECONDS)
    for received in receiver.received:
        received.verified(secret)
    return Times(await _waits(runtime, tenant_id, listening.id))


async def _waits(runtime: Runtime, tenant_id: UUID, subscription_id: UUID) -> tuple[float, ...]:
    """Milliseconds, as the log of deliveries tells them."""
    async with runtime.database.transaction(tenant_id) as tx:
        log = await tx.subscriptions.log(subscription_id, RATE * SECONDS)
    return tuple(
        (datetime.fromisoformat(due.delivery.attempts[0]["at"]) - due.event.created_at).total_seconds() * 1000
        for due in log
        if due.delivery.attempts
    )


if __name__ == "__main__":
    for figure in asyncio.run(run()):
        print(figure)  # noqa: T201 - for whoever measures this alone
