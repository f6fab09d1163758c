"""A worker process that sends orders and does nothing else: begun in a moment, killed without regret."""

import asyncio
import sys

from agent.orders.submitting import OrderSubmitter
from connectors.http import GuardedHttp, parse_networks
from data.database import Database
from data.directory import Directory
from data.jobs import JobName
from data.states import ConnectionKind
from data.worker import JobWorker, Recurring, Rescue
from tests.agent.orders.shop import BASE_URL, BOX


async def work(url: str, call_seconds: float) -> None:
    database = Database(url, application_name="chaos-worker")
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    submitter = OrderSubmitter(database, http, BOX, BASE_URL, call_seconds=call_seconds)

    async def tend() -> None:
        for tenant_id in await Directory(database).connected_tenants(ConnectionKind.ODOO):
            await submitter.queue_due(tenant_id)

    worker = JobWorker(
        url,
        {JobName.SUBMIT_ORDER: submitter.submit, JobName.CANCEL_EXTERNAL: submitter.cancel},
        recurring={JobName.TEND_CONNECTIONS: Recurring("* * * * * */5", tend)},
        concurrency=8,
        rescue=Rescue(every_seconds=1.0),  # it will not live to see a second round of the usual five
    )
    running = asyncio.create_task(worker.run())
    await worker.connected()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await running


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], float(sys.argv[2])))
