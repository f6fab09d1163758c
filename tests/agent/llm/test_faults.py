"""A model's server that fails in every way at once: each message is answered in time, and nothing is done twice."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from agent.brains.llm import LlmBrain, make_chat_model
from agent.brains.rules import RulesBrain
from agent.turn import Agent
from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.search.embedders import make_embedder
from data.states import BrainKind, Sender
from tests.agent.llm.test_hostile_turns import Store, open_trial
from tests.servers.openai_server import OpenAIServer, Step, calls, says

TIMEOUT_SECONDS = 0.4
ADD = ("search_products", {"query": "brocha"}), ("add_to_cart", {"sku": "BRO-2", "quantity": 1})
# In shares of a hundred: the rest add one brush and say so.
FAULTS: tuple[tuple[int, Step], ...] = (
    (20, Step(text="tarde", delay_seconds=TIMEOUT_SECONDS * 3)),
    (10, Step(status=429)),
    (10, Step(status=500)),
    (5, Step(text="a medias", drops=True)),
    (5, calls(("add_to_cart", '{"sku": "BRO-2", "quantity": 1'))),
    (5, calls(("pagar_todo", {"monto": 1}))),
    (5, Step(text="")),
    (5, Step(text="b" * 100_000)),
    (5, calls(*ADD)),  # and again, for ever
    (5, Step(raw=b'{"choices": []}')),
)


class Faulty:
    """Draws a fault for each turn's first request; a healthy turn adds to the cart, then tells of it."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - a fixed order, not a secret
        self.drawn: list[Step | None] = []

    def __call__(self, request: dict[str, Any]) -> Step:
        if any(message["role"] == "tool" for message in request["messages"]):
            looping = calls(*ADD) in [step for share, step in FAULTS if step in self.drawn[-1:]]
            return calls(*ADD) if looping else says("Agregué {{quantity:BRO-2}} Brocha cerda. Tu total es {{total}}.")
        draw, step = self._dice.randrange(100), None
        for share, fault in FAULTS:
            if 0 <= draw < share:
                step = fault
            draw -= share
        self.drawn.append(step)
        return step or calls(*ADD)


async def write(database: Database, store: Store, said: str, now: datetime) -> UUID:
    async with database.transaction(store.tenant_id) as tx:
        conversation_id, _ = await tx.messages.receive(
            store.channel_id, address="shopper", contact_name=None, external_id=str(uuid4()), text=said, payload={},
            sent_at=None, queue="faults", now=now,
        )  # fmt: skip
    return conversation_id


async def test_every_message_is_answered_in_time_and_nothing_is_doubled(
    database: Database, server: OpenAIServer
) -> None:
    store = (await open_trial(database, seed=3)).stores[0]
    model = make_chat_model("openai:test-model", api_key="k", base_url=server.base_url)
    server.script = faulty = Faulty(seed=5)
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    agent = Agent(
        database, CatalogueIndexes(database, make_embedder("")), RulesBrain(),
        LlmBrain(model, timeout_seconds=TIMEOUT_SECONDS), clock=lambda: now,
    )  # fmt: skip
    brains = []
    for number in range(1, 61):
        now += timedelta(minutes=7)
        conversation_id = await write(database, store, "dame una brocha" if number % 2 else "otra brocha", now)
        async with asyncio.timeout(20):
            await agent.take_turn(store.tenant_id, conversation_id)
        async with database.transaction(store.tenant_id) as tx:
            turn = await tx.turns.latest(conversation_id)
            assert turn is not None
            replies = await tx.messages.by_turn(turn.id)
            lines = await tx.carts.lines(conversation_id)
            said = await tx.messages.history(conversation_id, limit=500)
        assert len(replies) == 1
        assert len([one for one in said if one.sender is Sender.CONTACT]) == number
        assert len([one for one in said if one.sender is Sender.AGENT]) == number
        assert sum(line.quantity for line in lines) <= min(number, 30)
        assert len(turn.tool_calls) <= 8
        assert (turn.brain is BrainKind.LLM) == (turn.fallback_reason is None)
        brains.append(turn.brain)
    # Some of each: the faults did come, and the model was heard whenever it could be.
    assert brains.count(BrainKind.LLM) >= 5
    assert brains.count(BrainKind.RULES) >= 20
    assert all(step in faulty.drawn for _, step in FAULTS)
