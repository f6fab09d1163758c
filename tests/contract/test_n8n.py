"""What we count on in n8n, held to the local stand-in or, with N8N_URL and N8N_KEY, to a real one.

A real one gets the workflows of docs/n8n for the time of the run, and answers to the address this machine has on its
way.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from connectors.errors import ConnectorError, Verdict
from connectors.http import GuardedHttp, parse_networks
from connectors.n8n.access import N8nAccess
from connectors.n8n.calls import Started, start_workflow
from connectors.n8n.listing import list_workflows, try_connection
from connectors.signatures import is_signed
from tests.contract.ready_workflows import HEADER, Paths, ready_workflows
from tests.servers.n8n_server import KEY, N8nServer, n8n_server
from tests.servers.webhook_receiver import WebhookReceiver, webhook_receiver

REAL_URL = os.environ.get("N8N_URL", "").rstrip("/")
SECRET = uuid4().hex
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Contract:
    http: GuardedHttp
    access: N8nAccess
    paths: Paths

    async def start(
        self, path: str = "", *, age: int = 0, event_id: str = "", access: N8nAccess | None = None, **data: object
    ) -> Started:
        told = event_id or f"run_{uuid4().hex}"
        now = datetime.now(UTC) - timedelta(seconds=age)
        document = {"event_id": told} | data
        return await start_workflow(
            self.http, access or self.access, path or self.paths.now, told, document, now, seconds=PATIENCE
        )

    async def refusal(self, path: str = "", *, age: int = 0, access: N8nAccess | None = None) -> tuple[str, Verdict]:
        with pytest.raises(ConnectorError) as refused:
            await self.start(path, age=age, access=access)
        assert not any(word in refused.value.sentence for word in ("registered", "wrong", "Error"))
        return refused.value.code, refused.value.verdict


@pytest.fixture(scope="module")
async def n8n() -> AsyncIterator[Contract]:
    async with AsyncExitStack() as stack:
        http = GuardedHttp(parse_networks("0.0.0.0/0,::/0" if REAL_URL else "127.0.0.1/32"), total_seconds=30.0)
        stack.push_async_callback(http.close)
        if REAL_URL:
            access = N8nAccess(REAL_URL, SECRET, os.environ["N8N_KEY"])
            paths = await stack.enter_async_context(ready_workflows(access.url, access.key, SECRET))
        else:
            server = await stack.enter_async_context(n8n_server())
            access, paths = N8nAccess(server.url, SECRET, KEY), stand_ins(server)
        yield Contract(http, access, paths)


def stand_ins(server: N8nServer) -> Paths:
    server.add("ahora", mode="responseNode", secret=SECRET, answer={"reply": "Recibido, gracias."})
    server.add("despues", mode="responseNode", secret=SECRET, answer={"status": "waiting"}, answers_later=True)
    server.add("con-clave", header=HEADER)
    return Paths("/webhook/ahora", "/webhook/despues", "/webhook/con-clave")


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    """Where n8n reaches us: at the address this machine has on the way to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        target = httpx.URL(REAL_URL or "http://127.0.0.1")
        way.connect((target.host, target.port or 80))
        async with webhook_receiver(way.getsockname()[0]) as running:
            yield running


async def test_workflows_are_listed_with_their_paths(n8n: Contract) -> None:
    found = await list_workflows(n8n.http, n8n.access)
    assert [one.is_active for one in found if n8n.paths.now in one.paths] == [True]


async def test_a_key_that_is_none_is_told(n8n: Contract) -> None:
    trial = await try_connection(n8n.http, replace(n8n.access, key="x"))
    assert (trial.is_working, trial.code) == (False, "bad_key")
    assert (await try_connection(n8n.http, n8n.access)).is_working
    assert (await try_connection(n8n.http, replace(n8n.access, key=""))).is_working


@pytest.mark.parametrize("text", ["hola", 'ñandú 😀 “comillas” \\ " \u2028', "\ufeffBOM", " " * 50, "línea\r\notra\t"])
async def test_a_signed_call_is_answered(n8n: Contract, text: str) -> None:
    started = await n8n.start(data=text)
    assert (started.is_final, started.reply) == (True, "Recibido, gracias.")


async def test_a_large_call_is_signed_byte_for_byte(n8n: Contract) -> None:
    assert (await n8n.start(data=[{"n": n, "texto": "ñ" * 50} for n in range(2_000)])).is_final


async def test_a_call_signed_otherwise_or_long_ago_is_a_fault_of_the_settings(n8n: Contract) -> None:
    refused = ("signature_refused", Verdict.CONFIGURATION)
    for path in (n8n.paths.now, n8n.paths.later):
        assert await n8n.refusal(path, access=replace(n8n.access, secret="otro")) == refused
        assert await n8n.refusal(path, age=400) == refused


async def test_an_unknown_path_is_a_fault_of_the_settings_without_n8ns_words(n8n: Contract) -> None:
    assert await n8n.refusal(f"/webhook/{uuid4().hex}") == ("not_registered", Verdict.CONFIGURATION)


async def test_a_webhook_that_asks_for_a_header_is_started_with_it_alone(n8n: Contract) -> None:
    name, value = HEADER
    assert await n8n.refusal(n8n.paths.guarded) == ("bad_credentials", Verdict.CONFIGURATION)
    wrong = replace(n8n.access, header_name=name, header_value="otra")
    assert await n8n.refusal(n8n.paths.guarded, access=wrong) == ("bad_credentials", Verdict.CONFIGURATION)
    right = replace(n8n.access, header_name=name, header_value=value)
    assert not (await n8n.start(n8n.paths.guarded, access=right)).is_final


async def test_many_at_once_are_all_answered(n8n: Contract) -> None:
    answers = await asyncio.gather(*(n8n.start(n=n) for n in range(50)))
    assert {answer.reply for answer in answers} == {"Recibido, gracias."}


async def test_an_answer_comes_later_signed_and_once_for_an_event_however_often_it_is_told(
    n8n: Contract, receiver: WebhookReceiver
) -> None:
    callback_url = f"{receiver.url}/v1/webhooks/n8n"
    first, second = f"run_{uuid4().hex}", f"run_{uuid4().hex}"
    for event_id, answers in ((first, 1), (first, 1), (second, 2)):
        started = await n8n.start(
            n8n.paths.later, event_id=event_id, callback_url=callback_url, data={"nota": "ñ \u2028"}
        )
        assert (started.is_final, started.reply) == (False, "")
        async with asyncio.timeout(30):
            await receiver.wait_for(answers)
    assert [json.loads(each.body)["event_id"] for each in receiver.received] == [first, second]
    for each in receiver.received:
        timestamp, signature = each.headers["x-n8n-timestamp"], each.headers["x-n8n-signature"]
        now = datetime.now(UTC).timestamp()
        assert is_signed(SECRET, timestamp, each.body, signature, now)
        assert not is_signed("otro", timestamp, each.body, signature, now)
        assert json.loads(each.body)["reply"]
