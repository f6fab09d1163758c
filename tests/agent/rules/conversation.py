"""Plays a conversation through the graph with the rules brain, carrying memory and cart as the service does."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from agent.brains.rules import RulesBrain
from agent.cart_news import catch_up, with_news
from agent.context import CartLine, InboundText, OrderSummary, PlacedOrder, StoreProfile, TurnContext, Utterance
from agent.graph import build_graph
from agent.memory import Memory
from agent.order_data import OrderData, OrderSettings
from agent.state import Brains, first_state
from agent.workspace import LeadWish, Workspace
from data.states import OrderStatus, Sender
from tests.agent.rules.shops import NAMES, catalogue

_GRAPH = build_graph()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one turn did and said. `problems` are the guardrails' objections."""

    text: str
    shown: tuple[str, ...]
    cart: dict[str, int]
    ordered: dict[str, int] | None
    is_handed_off: bool
    has_summary: bool
    problems: tuple[str, ...]
    memory: Memory
    reply_count: int
    choices: tuple[str, ...]
    cancelled: str | None
    waits: tuple[str, ...]
    lead: LeadWish | None
    summary: OrderSummary | None


@dataclass(slots=True)
class Conversation:
    shop: str = "hardware"
    memory: Memory = field(default_factory=Memory)
    cart: tuple[CartLine, ...] = ()
    summary: OrderSummary | None = None
    history: list[Utterance] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    conversation_id: UUID = field(default_factory=uuid4)
    order_count: int = 0
    tone: str = "cercano"
    settings: OrderSettings = field(default_factory=OrderSettings)
    known_data: OrderData = field(default_factory=OrderData)
    last_summary: OrderSummary | None = None
    orders: list[PlacedOrder] = field(default_factory=list)

    async def say(self, *texts: str, choice: str | None = None) -> Answer:
        context = TurnContext(
            tenant_id=self.conversation_id,
            conversation_id=self.conversation_id,
            contact_id=self.conversation_id,
            contact_name=None,
            store=StoreProfile(NAMES[self.shop], tone=self.tone),
            messages=tuple(InboundText(text, choice) for text in texts),
            history=tuple(self.history[-20:]),
            memory=self.memory,
            cart=self.cart,
            summary=self.summary,
            now=self.now,
            order_settings=self.settings,
            known_data=self.known_data,
            last_summary=self.last_summary,
            orders=tuple(self.orders),
        )
        workspace = Workspace.open(context, catalogue(self.shop))
        catch_up(workspace)
        state = await _GRAPH.ainvoke(first_state(workspace), context=Brains(RulesBrain()))
        state["draft"] = with_news(state["draft"], state["workspace"])
        return self._kept(texts, state)

    def _kept(self, texts: tuple[str, ...], state: dict[str, object]) -> Answer:
        workspace, draft = state["workspace"], state["draft"]
        assert isinstance(workspace, Workspace)
        replies = [reply.text for reply in draft.replies]  # type: ignore[attr-defined]  # a Draft, kept in a plain dict
        choices = tuple(choice.id for reply in draft.replies for choice in reply.choices)  # type: ignore[attr-defined]
        self.memory = Memory.model_validate_json(workspace.memory.model_dump_json())
        self.cart = tuple(workspace.lines.values())
        self.summary = workspace.new_summary or (self.summary if self.memory.summary_id else None)
        self.last_summary = workspace.new_summary or self.last_summary
        ordered = {line.sku: line.quantity for line in workspace.order.lines} if workspace.order else None
        if workspace.order:
            self.order_count += 1
            self.summary = self.last_summary = None
            self.known_data = workspace.order.data.over(self.known_data)
            self.orders.insert(0, _placed(workspace.order, f"S{self.order_count:05}", self.now))
            self.memory = self.memory.model_copy(
                update={"order_reference": f"S{self.order_count:05}", "just_ordered": True}
            )
        if workspace.cancelled:
            self.orders = [
                replace(order, status=OrderStatus.CANCELLED) if order.id == workspace.cancelled.id else order
                for order in self.orders
            ]
        self.history += [Utterance(Sender.CONTACT, text) for text in texts]
        self.history += [Utterance(Sender.AGENT, text) for text in replies]
        self.now += timedelta(minutes=1)
        return Answer(
            text="\n".join(replies),
            shown=tuple(item.sku for item in workspace.shown),
            cart={sku: line.quantity for sku, line in workspace.lines.items()},
            ordered=ordered,
            is_handed_off=workspace.handoff_reason is not None,
            has_summary=workspace.new_summary is not None,
            problems=tuple(state["all_problems"]),  # type: ignore[arg-type]  # a tuple of str
            memory=self.memory,
            reply_count=len(replies),
            choices=choices,
            cancelled=workspace.cancelled.reference if workspace.cancelled else None,
            waits=tuple(wait.wanted for wait in workspace.waits),
            lead=workspace.lead,
            summary=workspace.new_summary,
        )

    def restocked(self, sku: str, available: int) -> None:
        """Another shopper was faster: what is left of a line in the cart."""
        self.cart = tuple(
            replace(line, item=replace(line.item, available=available)) if line.item.sku == sku else line
            for line in self.cart
        )


def _placed(summary: OrderSummary, reference: str, now: datetime) -> PlacedOrder:
    return PlacedOrder(
        uuid4(), reference, OrderStatus.PLACED, summary.lines, summary.total, summary.currency, now, summary.data,
        summary.dispatch_cost,
    )  # fmt: skip


async def play(shop: str, *messages: str) -> Answer:
    """The answer to the last of several messages, one a turn."""
    conversation = Conversation(shop)
    answer = None
    for message in messages:
        answer = await conversation.say(message)
    assert answer is not None
    return answer


def main() -> None:
    """Talk to a shop: python -m tests.agent.rules.conversation hardware "hola" "dos martillos"."""
    import sys

    conversation = Conversation(sys.argv[1])
    for message in sys.argv[2:] or sys.stdin:
        answer = asyncio.run(conversation.say(message.strip()))
        sys.stdout.write(f"\n> {message.strip()}\n{answer.text}\n")
        state = [f"cart={answer.cart}", f"shown={answer.shown}"]
        state += ["SUMMARY"] if answer.has_summary else []
        state += ["HANDOFF"] if answer.is_handed_off else []
        state += [f"PROBLEMS={answer.problems}"] if answer.problems else []
        sys.stdout.write(f"    [{' '.join(state)}]\n")


if __name__ == "__main__":
    main()
