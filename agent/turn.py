"""The life of a turn: read and close; think; write everything in one transaction, or nothing."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import structlog

from agent.brains import Brain, BrainUnavailable, TenantModels
from agent.cart_news import catch_up, with_news
from agent.context import Opening, Prices
from agent.graph import build_graph
from agent.loading import open_turn
from agent.retriever import Retriever
from agent.saving import StaleTurn, hand_over_unanswered, save_turn
from agent.shop_knowledge import ShopKnowledge
from agent.state import Brains, Outcome, TurnState, first_state
from agent.timing_out import time_out_handoff
from agent.triggers.offering import TurnWorkflows
from agent.triggers.running import WorkflowRunner
from agent.workspace import Workspace
from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.errors import OutOfStock
from data.knowledge_index import KnowledgeIndexes
from data.models.base import Json

MOST_TAKES = 4
# The model's share of a turn, all tries and takes together; a job may take 120 seconds.
LLM_SECONDS = 60.0

log = structlog.get_logger()


def utc_now() -> datetime:
    return datetime.now(UTC)


class Agent:
    """Takes turns for any tenant; holds nothing of them between turns."""

    def __init__(
        self,
        database: Database,
        indexes: CatalogueIndexes,
        rules: Brain,
        llm: Brain | None = None,
        *,
        models: TenantModels | None = None,
        knowledge: KnowledgeIndexes | None = None,
        clock: Callable[[], datetime] = utc_now,
        workflows: WorkflowRunner | None = None,
        prices: Prices | None = None,
        on_thinking: Callable[[UUID, UUID], None] | None = None,
    ) -> None:
        """`llm` is the installation's model; with `models` a tenant may have its own.
        `on_thinking` is told the tenant and the conversation as soon as it is known that a reply will follow."""
        self._database = database
        self._indexes = indexes
        self._knowledge = knowledge
        self._workflows = workflows
        self._prices = prices
        self._rules, self._llm, self._models = rules, llm, models
        self._clock = clock
        self._on_thinking = on_thinking
        self._graph = build_graph()

    async def take_turn(self, tenant_id: UUID, conversation_id: UUID) -> None:
        """Answer what waits in a conversation. Does nothing when nothing waits, or a person holds it.

        Taken again when a newer message, another shopper or a changed price overtook it; a message that keeps
        being overtaken is answered all the same, and the newer one by its own turn.
        """
        llm_deadline = asyncio.get_running_loop().time() + LLM_SECONDS
        model_calls: list[Json] = []
        for take in range(1, MOST_TAKES + 1):
            async with self._database.transaction(tenant_id) as tx:
                opening = await open_turn(tx, conversation_id, self._clock())
            if opening is None:
                return
            if take == 1 and self._on_thinking is not None:
                self._on_thinking(tenant_id, conversation_id)
            outcome = await self._think(opening, llm_deadline, model_calls)
            try:
                async with self._database.transaction(tenant_id) as tx:
                    await save_turn(tx, outcome, now=self._clock(), is_last_take=take == MOST_TAKES)
            except (StaleTurn, OutOfStock) as overtaken:
                log.info("turn_overtaken", conversation_id=str(conversation_id), reason=type(overtaken).__name__)
                continue
            return
        raise StaleTurn

    async def give_up(self, tenant_id: UUID, conversation_id: UUID) -> None:
        """A turn that failed for the last time: the shopper is told once, and a person answers from here on."""
        async with self._database.transaction(tenant_id) as tx:
            await hand_over_unanswered(tx, conversation_id, self._clock())

    async def time_out_handoff(self, tenant_id: UUID, handoff_id: UUID) -> None:
        """Nobody took it: the shopper is told, and the agent goes on."""
        async with self._database.transaction(tenant_id) as tx:
            await time_out_handoff(tx, handoff_id, self._clock())

    def _offer(self, opening: Opening) -> TurnWorkflows | None:
        context = opening.context
        if self._workflows is None or not context.workflows:
            return None
        return TurnWorkflows(
            self._database, self._workflows, context.tenant_id, context.conversation_id, opening.first_position
        )

    async def _think(self, opening: Opening, llm_deadline: float, model_calls: list[Json]) -> Outcome:
        """`model_calls` are those of earlier takes, which cost as well."""
        context = opening.context
        started_at, started = self._clock(), time.perf_counter()
        catalogue = Retriever(self._database, self._indexes, context.tenant_id)
        knowledge = ShopKnowledge(self._database, self._knowledge, context.tenant_id) if self._knowledge else None
        workspace = Workspace.open(context, catalogue, knowledge, self._offer(opening), self._prices)
        workspace.model_calls = model_calls
        catch_up(workspace)
        llm, why_not = self._llm_of(opening)
        first = first_state(workspace, llm_deadline, why_not)
        state: TurnState = await self._graph.ainvoke(first, context=Brains(self._rules, llm))  # type: ignore[assignment]
        if state["draft"] is not None:
            state["draft"] = with_news(state["draft"], state["workspace"])
        return Outcome(state, opening, started_at, (time.perf_counter() - started) * 1000, catalogue.found)

    def _llm_of(self, opening: Opening) -> tuple[Brain | None, str | None]:
        """Who thinks for this tenant now, or why no model does."""
        choice = opening.model
        if choice.off:
            return None, choice.off if self._llm or choice.setting else None
        if not choice.setting:
            return self._llm, None
        if self._models is None:
            return None, "unavailable"
        try:
            return self._models.brain(opening.context.tenant_id, choice), None
        except BrainUnavailable as unavailable:
            return None, unavailable.reason
