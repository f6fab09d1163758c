"""Workflows start once: from events, from a conversation, and again with the same id when n8n did not answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from agent.brains.rules.brain import RulesBrain
from agent.context import OfferedWorkflow, WorkflowAnswer
from agent.tools.workflows import start_workflow
from agent.turn import Agent
from agent.workspace import Refusal, Workspace
from data.catalogue_index import CatalogueIndexes
from data.models import Workflow
from data.search.embedders import make_embedder
from data.states import ConversationStatus, RunOrigin, RunStatus, Sender
from tests.agent.catalogue import turn
from tests.agent.triggers.shop import N8N_SECRET, Shop
from tests.servers.n8n_server import Fault, N8nServer, n8n_server


@pytest.fixture
async def n8n() -> AsyncIterator[N8nServer]:
    async with n8n_server() as server:
        yield server


async def status_of(shop: Shop, workflow: Workflow) -> RunStatus:
    [run] = await shop.runs(workflow.id)
    return run.status


async def test_an_event_starts_the_workflows_that_ask_for_it(shop: Shop, n8n: N8nServer) -> None:
    await shop.connect_n8n(n8n.url)
    n8n.add("aviso", secret=N8N_SECRET, mode="responseNode", answer={"ok": True})
    workflow = await shop.add_workflow("/webhook/aviso", event_names=["catalogue.*"])
    await shop.happen("import.failed", code="EMPTY_FILE")
    await shop.happen("catalogue.restored", version=3)
    await shop.work()
    [call] = n8n.calls
    assert (call.document["type"], call.document["data"]) == ("catalogue.restored", {"version": 3})
    assert await status_of(shop, workflow) is RunStatus.SUCCEEDED


@pytest.mark.parametrize("fault", [Fault(502), Fault(is_cut=True, is_run=True), Fault(wait_seconds=2.0, is_run=True)])
async def test_what_n8n_did_not_answer_is_tried_again_with_the_same_id(
    shop: Shop, n8n: N8nServer, fault: Fault
) -> None:
    shop.runner.call_seconds = 0.5
    await shop.connect_n8n(n8n.url)
    n8n.add("aviso", mode="lastNode", answer={"ok": True})
    n8n.faults.append(fault)
    workflow = await shop.add_workflow("/webhook/aviso", event_names=["*"])
    await shop.happen()
    await shop.work()
    assert await status_of(shop, workflow) is RunStatus.PENDING
    due = await shop.next_attempt("run_workflow")
    assert due is not None
    assert 4 <= (due - shop.now).total_seconds() <= 6
    shop.now = due
    await shop.work()
    assert await status_of(shop, workflow) is RunStatus.SUCCEEDED
    assert len({call.headers["x-caserita-event-id"] for call in n8n.calls}) == 1
    assert [call.document["attempt"] for call in n8n.calls] == [1, 2]


async def test_a_fault_of_the_settings_is_told_and_left(shop: Shop, n8n: N8nServer) -> None:
    await shop.connect_n8n(n8n.url)
    workflow = await shop.add_workflow("/webhook/nadie", event_names=["*"])
    await shop.happen()
    await shop.work()
    assert await shop.next_attempt("run_workflow") is None
    runs = await shop.runs(workflow.id)
    # The event about the fault starts it too, and its own failure is not told again.
    await shop.work()
    assert {run.status for run in await shop.runs(workflow.id)} == {RunStatus.MISCONFIGURED}
    assert len(await shop.runs(workflow.id)) == len(runs) <= 2


async def test_what_a_process_had_in_hand_when_it_ended_is_started_by_another(shop: Shop, n8n: N8nServer) -> None:
    await shop.connect_n8n(n8n.url)
    n8n.add("aviso", mode="lastNode", answer={"ok": True})
    workflow = await shop.add_workflow("/webhook/aviso")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.workflows.begin(
            workflow.id, RunOrigin.API, {}, run_id=uuid4(), lease_until=shop.now + timedelta(seconds=60)
        )
    shop.now += timedelta(seconds=90)
    await shop.runner.tend(shop.tenant_id, shop.now - timedelta(seconds=15))
    await shop.lanes.settle()
    assert await status_of(shop, workflow) is RunStatus.SUCCEEDED


class Chat:
    """A shopper of the shop, whose turns may start workflows."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        indexes = CatalogueIndexes(shop.database, make_embedder(""))
        self.agent = Agent(shop.database, indexes, RulesBrain(), workflows=shop.runner, clock=lambda: shop.now)
        self.address = f"visitor-{uuid4().hex}"
        self.conversation_id = UUID(int=0)

    async def says(self, text: str) -> list[str]:
        before = len(await self.replies())
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            self.conversation_id, _ = await tx.messages.receive(
                self.shop.channel_id, address=self.address, contact_name="Ana", external_id=uuid4().hex, text=text,
                payload={}, sent_at=None, queue="none", now=self.shop.now,
            )  # fmt: skip
        await self.agent.take_turn(self.shop.tenant_id, self.conversation_id)
        return (await self.replies())[before:]

    async def replies(self) -> list[str]:
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            found = await tx.messages.history(self.conversation_id, limit=50)
        return [message.text for message in found if message.sender is Sender.AGENT]

    async def status(self) -> ConversationStatus:
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            return (await tx.conversations.get(self.conversation_id)).status


OFFERED: dict[str, Any] = {
    "name": "Agendar visita",
    "description": "Agenda una visita del técnico.",
    "is_offered": True,
    "phrases": ["agendar una visita"],
    "input_schema": {
        "properties": {"mensaje": {"type": "string", "x-from": "message"}, "nombre": {"x-from": "name"}},
        "required": ["mensaje"],
    },
}


async def test_the_owners_words_start_a_workflow_and_its_answer_is_the_reply(shop: Shop, n8n: N8nServer) -> None:
    await shop.connect_n8n(n8n.url)
    n8n.add("visita", mode="lastNode", answer={"reply": "Anotado: el técnico te llamará."})
    workflow = await shop.add_workflow("/webhook/visita", **OFFERED)
    chat = Chat(shop)
    assert await chat.says("Hola, ¿puedo Agendar una VISITA?") == ["Anotado: el técnico te llamará."]
    assert n8n.calls[0].document["data"] == {"mensaje": "Hola, ¿puedo Agendar una VISITA?", "nombre": "Ana"}
    assert n8n.calls[0].document["conversation_id"] == str(chat.conversation_id)
    assert await status_of(shop, workflow) is RunStatus.SUCCEEDED
    await chat.says("hola")
    assert len(n8n.calls) == 1


async def test_a_workflow_that_answers_later_is_announced(shop: Shop, n8n: N8nServer) -> None:
    await shop.connect_n8n(n8n.url)
    n8n.add("visita")
    workflow = await shop.add_workflow("/webhook/visita", **OFFERED)
    [said] = await Chat(shop).says("quiero agendar una visita")
    assert "te escribo" in said
    assert await status_of(shop, workflow) is RunStatus.WAITING


@pytest.mark.parametrize(
    "flow", [{"answer": {"reply": "Cuesta $15.000."}}, {"is_active": False}], ids=["an amount", "not published"]
)
async def test_what_may_not_be_said_or_done_goes_to_a_person(shop: Shop, n8n: N8nServer, flow: dict[str, Any]) -> None:
    await shop.connect_n8n(n8n.url)
    n8n.add("visita", mode="lastNode", **flow)
    await shop.add_workflow("/webhook/visita", **OFFERED)
    chat = Chat(shop)
    [said] = await chat.says("quiero agendar una visita")
    assert "15.000" not in said
    assert await chat.status() is ConversationStatus.HANDED_OFF


class Scripted:
    """Answers as told, and keeps what it was started with."""

    def __init__(self, answer: WorkflowAnswer) -> None:
        self.answer = answer
        self.started: list[tuple[UUID, dict[str, Any]]] = []

    async def start(self, workflow_id: UUID, values: Any) -> WorkflowAnswer:
        self.started.append((workflow_id, dict(values)))
        return self.answer


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [("Borrar todo", {}, "UNKNOWN_WORKFLOW"), ("agendar VISITA", {"url": "http://x"}, "INVALID_INPUT"),
     ("Agendar visita", {"mensaje": 3}, "INVALID_INPUT")],
)  # fmt: skip
async def test_a_model_starts_only_what_is_offered_and_only_with_its_input(
    name: str, values: dict[str, Any], code: str
) -> None:
    workspace = with_workflow(Scripted(WorkflowAnswer(RunStatus.SUCCEEDED)))
    refused = await start_workflow(workspace, name, values)
    assert isinstance(refused, Refusal)
    assert refused.code == code
    assert isinstance(workspace.workflows, Scripted)
    assert workspace.workflows.started == []


async def test_a_turn_starts_two_at_most() -> None:
    workspace = with_workflow(Scripted(WorkflowAnswer(RunStatus.WAITING)))
    answers = [await start_workflow(workspace, "Agendar visita", {}) for _ in range(3)]
    assert [getattr(answer, "code", "") for answer in answers] == ["", "", "TOO_MANY"]


def with_workflow(workflows: Scripted) -> Workspace:
    workspace = turn("quiero agendar una visita")
    offered = OfferedWorkflow(uuid4(), "Agendar visita", "", OFFERED["input_schema"])
    workspace.context = replace(workspace.context, workflows=(offered,))
    workspace.workflows = workflows
    return workspace
