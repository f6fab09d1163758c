"""An owner connects n8n and describes workflows; they start from the API and from events, and answer later."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from connectors.signatures import sign
from data.models import Conversation
from data.ownership import By, close, hand_off
from data.repositories.sales import StoredLine
from data.states import Actor, Role, RunOrigin, RunStatus, Sender
from tests.api.service import Service, Store, error_of
from tests.api.shop import add_product, begin_conversation
from tests.servers.n8n_server import KEY, Fault, N8nServer, n8n_server

CALLBACK = "/v1/webhooks/n8n"


@pytest.fixture
async def n8n() -> AsyncIterator[N8nServer]:
    async with n8n_server() as server:
        yield server


async def connect(owner: httpx.AsyncClient, n8n: N8nServer, **other: Any) -> str:
    settings = {"url": f"{n8n.url}/home/workflows", "api_key": KEY} | other
    response = await owner.put("/v1/connections/n8n", json=settings)
    assert response.status_code == 200
    return str(response.json()["secret"])


async def describe(owner: httpx.AsyncClient, path: str = "/webhook/aviso", **other: Any) -> str:
    response = await owner.post("/v1/workflows", json={"name": "Aviso", "path": path} | other)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def test_a_connection_shows_its_secret_once_and_never_its_keys(owner: httpx.AsyncClient, n8n: N8nServer) -> None:
    secret = await connect(owner, n8n, header_name="X-Clave", header_value="muy-secreto")
    seen = await owner.get("/v1/connections/n8n")
    assert (seen.json()["url"], seen.json()["has_api_key"]) == (n8n.url, True)
    again = await owner.put("/v1/connections/n8n", json={"url": n8n.url})
    assert again.json()["secret"] is None
    assert not any(word in seen.text + again.text for word in (secret, KEY, "muy-secreto"))
    fresh = (await owner.post("/v1/connections/n8n/secret")).json()["secret"]
    assert fresh != secret
    elsewhere = await owner.put("/v1/connections/n8n", json={"url": "http://127.0.0.1:9"})
    assert elsewhere.json()["has_api_key"] is False
    assert (await owner.delete("/v1/connections/n8n")).status_code == 204
    assert (await owner.get("/v1/connections/n8n")).status_code == 404


async def test_an_address_of_the_inside_is_refused(owner: httpx.AsyncClient) -> None:
    refused = error_of(await owner.put("/v1/connections/n8n", json={"url": "http://10.0.0.1:5678"}))
    assert refused["details"] == {"field": "url", "reason": "private"}


async def test_a_trial_says_in_a_sentence_what_is_wrong(owner: httpx.AsyncClient, n8n: N8nServer) -> None:
    n8n.add("a")
    n8n.add("b", is_active=False)

    async def tried() -> str:
        return str((await owner.post("/v1/connections/n8n/test")).json()["message"])

    await connect(owner, n8n)
    assert await tried() == "Conectado a n8n. Flujos: 2; publicados: 1."
    await connect(owner, n8n, api_key="otra")
    assert (await tried()).startswith("La clave API de n8n no es válida")
    await connect(owner, n8n, api_key="")
    assert (await tried()).startswith("n8n responde")
    await connect(owner, n8n, url="http://127.0.0.1:9")
    assert (await tried()).startswith("No pudimos conectarnos")


async def test_all_pages_of_workflows_are_listed_without_their_insides(
    owner: httpx.AsyncClient, n8n: N8nServer
) -> None:
    n8n.page_size = 2
    for number in range(5):
        n8n.add(f"flujo-{number}")
    await connect(owner, n8n)
    listed = await owner.get("/v1/workflows/available")
    assert [one["paths"] for one in listed.json()] == [[f"/webhook/flujo-{number}"] for number in range(5)]
    assert "cred-secreta" not in listed.text


@pytest.mark.parametrize(
    "path", ["/webhook-test/aviso", "https://otro.example/webhook/aviso", "../rest/login", "a/../../rest", "a?b=c", "/"]
)
async def test_a_path_that_is_no_webhook_of_that_n8n_is_refused(
    owner: httpx.AsyncClient, n8n: N8nServer, path: str
) -> None:
    await connect(owner, n8n)
    refused = error_of(await owner.post("/v1/workflows", json={"name": "x", "path": path}))
    assert refused["details"]["field"] == "path"


@pytest.mark.parametrize("route", ["/v1/workflows/{id}/trigger", "/n8n/workflow/{id}", "/n8n/trigger"])
async def test_a_workflow_starts_signed_and_its_answer_comes_back(
    owner: httpx.AsyncClient, n8n: N8nServer, route: str
) -> None:
    secret = await connect(owner, n8n)
    n8n.add("aviso", mode="responseNode", answer={"reply": "Listo", "lead": 7}, secret=secret)
    workflow_id = await describe(owner, f"{n8n.url}/webhook/aviso", input={"properties": {"lead_id": {}}})
    body: dict[str, Any] = {"data": {"lead_id": "lead_123"}}
    body |= {"workflow": "Aviso"} if route == "/n8n/trigger" else {}
    answered = await owner.post(route.format(id=workflow_id), json=body)
    assert answered.status_code == 200
    assert (answered.json()["status"], answered.json()["reply"]) == ("succeeded", "Listo")
    document = n8n.calls[0].document
    assert document["data"] == {"lead_id": "lead_123"}
    assert document["event_id"] == n8n.calls[0].headers["x-caserita-event-id"]
    [run] = (await owner.get(f"/v1/workflows/{workflow_id}/runs")).json()
    assert (run["event_id"], run["status"]) == (document["event_id"], "succeeded")


async def test_a_wrong_secret_is_refused_by_the_workflow(owner: httpx.AsyncClient, n8n: N8nServer) -> None:
    """The control of the test above."""
    await connect(owner, n8n)
    n8n.add("aviso", mode="responseNode", answer={"reply": "Listo"}, secret="otro")
    workflow_id = await describe(owner)
    refused = await owner.post(f"/v1/workflows/{workflow_id}/trigger", json={})
    assert refused.status_code == 409
    assert "firma" in error_of(refused)["message"]


async def test_what_the_owner_has_to_put_right_is_said_and_not_tried_again(
    owner: httpx.AsyncClient, n8n: N8nServer
) -> None:
    await connect(owner, n8n, header_name="X-Clave", header_value="mala")
    workflow_id = await describe(owner)
    route = f"/v1/workflows/{workflow_id}/trigger"
    missing = await owner.post(route, json={})
    assert (missing.status_code, "stack" in missing.text, "secreto.js" in missing.text) == (409, False, False)
    assert "publica el flujo" in error_of(missing)["message"]
    flow = n8n.add("aviso", header=("x-clave", "buena"))
    assert "encabezado de autenticación" in error_of(await owner.post(route, json={}))["message"]
    [described] = (await owner.get("/v1/workflows")).json()
    assert "encabezado" in described["fault"]
    runs = (await owner.get(f"/v1/workflows/{workflow_id}/runs")).json()
    assert {(run["status"], run["next_attempt_at"]) for run in runs} == {("misconfigured", None)}
    flow.header = ("x-clave", "mala")
    assert (await owner.post(route, json={})).json()["status"] == "waiting"
    assert (await owner.get("/v1/workflows")).json()[0]["fault"] is None


async def test_the_same_key_starts_it_once(owner: httpx.AsyncClient, n8n: N8nServer) -> None:
    await connect(owner, n8n)
    n8n.add("aviso", mode="lastNode", answer={"reply": "Hecho"})
    workflow_id = await describe(owner)
    answers = [
        (await owner.post(f"/v1/workflows/{workflow_id}/trigger", json={}, headers={"Idempotency-Key": "una"})).json()
        for _ in range(2)
    ]
    assert answers[0]["run_id"] == answers[1]["run_id"]
    assert answers[0]["reply"] == answers[1]["reply"] == "Hecho"
    assert len(n8n.calls) == 1


async def test_the_same_key_with_other_data_is_refused(owner: httpx.AsyncClient, n8n: N8nServer) -> None:
    await connect(owner, n8n)
    n8n.add("aviso", mode="lastNode", answer={"reply": "Hecho"})
    route = f"/v1/workflows/{await describe(owner, input={'properties': {'lead': {}}})}/trigger"
    sent = [
        await owner.post(route, json={"data": {"lead": lead}}, headers={"Idempotency-Key": "una"}) for lead in "aab"
    ]
    assert [one.status_code for one in sent] == [200, 200, 422]
    assert error_of(sent[-1])["details"] == {"field": "Idempotency-Key"}


async def test_a_workflow_that_is_taken_away_while_it_runs_fails_without_a_fault_of_ours(
    owner: httpx.AsyncClient, n8n: N8nServer
) -> None:
    await connect(owner, n8n)
    n8n.add("aviso", mode="lastNode", answer={"reply": "Hecho"})
    workflow_id = await describe(owner)
    n8n.faults.append(Fault(wait_seconds=0.5))
    started = asyncio.create_task(owner.post(f"/v1/workflows/{workflow_id}/trigger", json={}))
    async with asyncio.timeout(10):
        await n8n.called.wait()
    assert (await owner.delete(f"/v1/workflows/{workflow_id}")).status_code == 204
    answer = await started
    assert (answer.status_code, answer.json()["status"]) == (200, "failed")
    assert (await owner.post(f"/v1/workflows/{workflow_id}/trigger", json={})).status_code == 404


@pytest.mark.parametrize(
    ("data", "field"),
    [({}, "data.visita"), ({"visita": 3}, "data.visita"), ({"visita": "x", "otro": 1}, "data.otro"),
     ({"visita": "x" * 50}, "data.visita"), ({"visita": "x", "personas": True}, "data.personas"),
     ({"visita": "x", "personas": 9}, "data.personas")],
)  # fmt: skip
async def test_input_that_does_not_fit_is_refused(
    owner: httpx.AsyncClient, n8n: N8nServer, data: dict[str, Any], field: str
) -> None:
    await connect(owner, n8n)
    schema = {
        "type": "object",
        "properties": {
            "visita": {"type": "string", "maxLength": 40},
            "personas": {"type": "integer", "minimum": 1, "maximum": 8},
        },
        "required": ["visita"],
    }
    workflow_id = await describe(owner, input=schema)
    refused = await owner.post(f"/v1/workflows/{workflow_id}/trigger", json={"data": data})
    assert (refused.status_code, error_of(refused)["details"]) == (422, {"field": field})
    assert n8n.calls == []


class Waiting:
    """A conversation whose workflow has not answered yet."""

    def __init__(self, service: Service, store: Store, secret: str, run_id: UUID, conversation_id: UUID) -> None:
        self.service = service
        self.store = store
        self.secret = secret
        self.run_id = run_id
        self.conversation_id = conversation_id

    async def answer(self, *, secret: str = "", age: int = 0, **document: Any) -> httpx.Response:
        body = json.dumps({"event_id": f"run_{self.run_id.hex}"} | document).encode()
        timestamp = str(int(time.time()) - age)
        headers = {"X-N8N-Timestamp": timestamp, "X-N8N-Signature": sign(secret or self.secret, timestamp, body)}
        async with self.service.client() as client:
            return await client.post(CALLBACK, content=body, headers=headers)

    async def said(self) -> list[str]:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            found = await tx.messages.history(self.conversation_id, limit=20)
        return [message.text for message in found if message.sender is Sender.AGENT]

    async def conversation(self) -> Conversation:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            return await tx.conversations.get(self.conversation_id)


@pytest.fixture
async def waiting(service: Service, store: Store, owner: httpx.AsyncClient, n8n: N8nServer) -> Waiting:
    secret = await connect(owner, n8n)
    n8n.add("aviso")
    workflow_id = UUID(await describe(owner))
    conversation_id = await begin_conversation(service, store, "hola")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        workflow = await tx.workflows.get(workflow_id)
    assert workflow is not None
    result = await service.runtime.workflows.start(
        store.tenant_id, workflow, RunOrigin.AGENT, {}, run_id=uuid4(), conversation_id=conversation_id
    )
    assert result.status is RunStatus.WAITING
    return Waiting(service, store, secret, result.run_id, conversation_id)


async def test_a_later_answer_goes_to_the_conversation_once(waiting: Waiting) -> None:
    before = await waiting.said()
    first = await waiting.answer(reply="Tu visita\u202e quedó agendada.", execution_id="9")
    assert first.json() == {"outcome": "told"}
    assert (await waiting.answer(reply="Otra cosa.")).json() == {"outcome": "duplicate"}
    assert await waiting.said() == [*before, "Tu visita quedó agendada."]


async def test_an_answer_that_is_not_signed_or_is_old_changes_nothing(waiting: Waiting) -> None:
    before = await waiting.said()
    assert (await waiting.answer(secret="otro", reply="Hola")).status_code == 403
    assert (await waiting.answer(age=310, reply="Hola")).status_code == 403
    waiting.run_id, kept = uuid4(), waiting.run_id
    assert (await waiting.answer(reply="Hola")).status_code == 403
    waiting.run_id = kept
    assert await waiting.said() == before
    assert (await waiting.answer(age=290, reply="Hola")).json() == {"outcome": "told"}


async def test_another_shops_secret_does_not_sign(
    waiting: Waiting, service: Service, other_store: Store, n8n: N8nServer
) -> None:
    async with service.client(other_store.tokens[Role.OWNER]) as other:
        secret = await connect(other, n8n)
    assert secret != waiting.secret
    assert (await waiting.answer(secret=secret, reply="Hola")).status_code == 403


async def test_an_amount_that_the_shop_does_not_know_is_not_said_and_a_person_looks(waiting: Waiting) -> None:
    before = await waiting.said()
    assert (await waiting.answer(reply="Te lo dejo en $4.990.")).json() == {"outcome": "refused"}
    assert await waiting.said() == before
    conversation = await waiting.conversation()
    assert conversation.status.value == "handed_off"
    assert "monto" in (conversation.status_reason or "")


async def test_an_amount_of_the_cart_may_be_said(waiting: Waiting) -> None:
    database, tenant_id = waiting.service.runtime.database, waiting.store.tenant_id
    await add_product(waiting.service, waiting.store, "A-1", "Alicate", 4990)
    async with database.transaction(tenant_id) as tx:
        item = (await tx.catalogue.by_skus(["A-1"]))["A-1"]
        cart_id = await tx.carts.open(waiting.conversation_id)
        await tx.carts.replace(cart_id, [StoredLine(item.variant_id, 2, item.unit_price)])
    assert (await waiting.answer(reply="Son $9.980 en total.")).json() == {"outcome": "told"}


@pytest.mark.parametrize("how", [hand_off, close])
async def test_people_who_have_the_conversation_are_not_interrupted(waiting: Waiting, how: Any) -> None:
    database, tenant_id = waiting.service.runtime.database, waiting.store.tenant_id
    async with database.transaction(tenant_id) as tx:
        conversation = await tx.conversations.get(waiting.conversation_id, lock=True)
        await how(tx, conversation, "prueba", By(Actor.MEMBER, "Ana"), conversation.created_at)
    before = await waiting.said()
    assert (await waiting.answer(reply="Hola")).json() == {"outcome": "kept"}
    assert await waiting.said() == before


async def test_a_workflow_that_says_it_failed_says_nothing_to_the_shopper(waiting: Waiting) -> None:
    before = await waiting.said()
    assert (await waiting.answer(status="error", reply="TypeError: x")).json() == {"outcome": "kept"}
    assert await waiting.said() == before
