"""What we count on in n8n, held to the local stand-in or, with N8N_URL and N8N_KEY, to a real one.

The real one needs the workflow docs/n8n/caserita-workflow.json, published, its secret in N8N_SECRET.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from connectors.errors import ConnectorError, Verdict
from connectors.http import GuardedHttp, parse_networks
from connectors.n8n.access import N8nAccess
from connectors.n8n.calls import Started, start_workflow
from connectors.n8n.listing import list_workflows, try_connection
from tests.servers.n8n_server import KEY, n8n_server

REAL_URL = os.environ.get("N8N_URL", "")
SECRET = os.environ.get("N8N_SECRET", "secreto-de-contrato")
PATH = "/webhook/caserita"


@dataclass(frozen=True, slots=True)
class Contract:
    http: GuardedHttp
    access: N8nAccess

    async def start(self, path: str = PATH, *, age: int = 0, secret: str = SECRET, **data: object) -> Started:
        event_id = f"run_{uuid4().hex}"
        now = datetime.now(UTC) - timedelta(seconds=age)
        access = replace(self.access, secret=secret)
        return await start_workflow(self.http, access, path, event_id, {"event_id": event_id} | data, now)


@pytest.fixture
async def n8n() -> AsyncIterator[Contract]:
    if REAL_URL:
        http = GuardedHttp(parse_networks("0.0.0.0/0,::/0"))
        yield Contract(http, N8nAccess(REAL_URL.rstrip("/"), SECRET, os.environ["N8N_KEY"]))
        await http.close()
        return
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with n8n_server() as server:
        server.add("caserita", mode="responseNode", secret=SECRET, answer={"reply": "Recibido, gracias."})
        yield Contract(http, N8nAccess(server.url, SECRET, KEY))
    await http.close()


async def test_workflows_are_listed_with_their_paths(n8n: Contract) -> None:
    found = await list_workflows(n8n.http, n8n.access)
    assert [one.is_active for one in found if PATH in one.paths] == [True]


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


async def test_a_call_signed_otherwise_is_a_fault_of_the_settings(n8n: Contract) -> None:
    with pytest.raises(ConnectorError) as refused:
        await n8n.start(secret="otro")
    assert (refused.value.code, refused.value.verdict) == ("signature_refused", Verdict.CONFIGURATION)


async def test_an_unknown_path_is_a_fault_of_the_settings_without_n8ns_words(n8n: Contract) -> None:
    with pytest.raises(ConnectorError) as refused:
        await n8n.start(f"/webhook/{uuid4().hex}")
    assert (refused.value.code, refused.value.verdict) == ("not_registered", Verdict.CONFIGURATION)
    assert "registered" not in refused.value.sentence


async def test_many_at_once_are_all_answered(n8n: Contract) -> None:
    answers = await asyncio.gather(*(n8n.start(n=n) for n in range(50)))
    assert {answer.reply for answer in answers} == {"Recibido, gracias."}
