"""Acknowledging a signed WhatsApp message, against a bare FastAPI route that inserts one row with asyncpg.

Both run behind uvicorn in one server process of their own; the client asks them in turns over loopback.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg
import httpx
import uvicorn
from fastapi import FastAPI, Request
from twilio.request_validator import RequestValidator

from api.app import create_app
from api.runtime import open_runtime
from api.settings import Settings
from channels.access import create_channel
from data.database import Database, libpq_url
from data.embedded import start_embedded
from data.states import ChannelKind
from tests.benchmarks.measure import Figure, compared, in_turns
from tests.database import make_tenant

REQUESTS = 600
TOKEN = "benchmark-token"
ACCOUNT = "AC" + "0" * 32


async def run(database: Database, settings: Settings) -> list[Figure]:
    tenant_id = await make_tenant(database)
    async with open_runtime(settings) as runtime, runtime.database.transaction(tenant_id) as tx:
        channel = await create_channel(
            tx, runtime.secrets, ChannelKind.TWILIO_WHATSAPP, "WhatsApp", f"whatsapp:+569{uuid4().int % 10**8:08d}",
            {"account_sid": ACCOUNT}, {"auth_token": TOKEN},
        )  # fmt: skip
    address, url = channel.address, f"{settings.base_url}/v1/webhooks/channels/{channel.id}"
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.webhook", str(settings.storage_dir), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        ports = json.loads(await server.stdout.readline())
        async with httpx.AsyncClient(trust_env=False) as client:

            async def ours(n: int) -> None:
                form = _form(address, n)
                body, signature = urlencode(form), RequestValidator(TOKEN).compute_signature(url, form)
                answer = await client.post(
                    f"http://127.0.0.1:{ports['ours']}/v1/webhooks/channels/{channel.id}",
                    content=body,
                    headers={"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature},
                )
                answer.raise_for_status()

            async def floor(n: int) -> None:
                form = _form(address, n)
                RequestValidator(TOKEN).compute_signature(url, form)  # the client's own share, in both
                answer = await client.post(
                    f"http://127.0.0.1:{ports['floor']}/insert",
                    content=urlencode(form),
                    headers={"Content-Type": "application/x-www-form-urlencoded"},
                )
                answer.raise_for_status()

            times = await in_turns(ours, floor, count=REQUESTS, warmup=50)
    finally:
        server.terminate()
        await server.wait()
    name, floor_name = "webhook acknowledged", "bare route, one INSERT"
    return [compared(name, *times, floor_name, percent, "aim: at most 2" * (percent == 50)) for percent in (50, 99)]


def _form(address: str, n: int) -> dict[str, str]:
    return {
        "MessageSid": f"SM{uuid4().hex}", "AccountSid": ACCOUNT, "From": f"whatsapp:+5691111{n % 50:04d}",
        "To": address, "Body": f"hola, tienen martillos? {n}", "NumMedia": "0", "ProfileName": "Ana",
        "WaId": f"5691111{n % 50:04d}", "MessageType": "text", "ApiVersion": "2010-04-01", "SmsStatus": "received",
    }  # fmt: skip


def _bare(owner_url: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(libpq_url(owner_url), min_size=2, max_size=10) as pool:
            await pool.execute("CREATE TABLE IF NOT EXISTS public.bare (id bigserial PRIMARY KEY, body text)")
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/insert")
    async def insert(request: Request) -> dict[str, bool]:
        body = (await request.body()).decode()
        await app.state.pool.execute("INSERT INTO public.bare (body) VALUES ($1)", body)
        return {"ok": True}

    return app


async def _serve(storage_dir: Path) -> None:
    settings = Settings(storage_dir=storage_dir)
    async with open_runtime(settings) as runtime:
        apps = {"ours": create_app(runtime), "floor": _bare(start_embedded(storage_dir))}
        servers = {
            name: uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
            for name, app in apps.items()
        }
        running = [asyncio.create_task(server.serve()) for server in servers.values()]
        while not all(server.started for server in servers.values()):  # noqa: ASYNC110 - uvicorn tells no other way
            await asyncio.sleep(0.02)
        ports = {name: server.servers[0].sockets[0].getsockname()[1] for name, server in servers.items()}
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        await asyncio.gather(*running)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
