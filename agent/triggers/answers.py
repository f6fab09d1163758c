"""What a workflow says to a shopper: cleaned, bounded, and without an amount of money that we do not know."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from agent.guardrails.figures import Says, figures
from agent.guardrails.known import plain
from agent.triggers.inputs import MOST_CHARACTERS
from agent.untrusted import clean, clean_values
from data.models import Conversation, Workflow, WorkflowRun
from data.ownership import By, hand_off, say_in_between
from data.states import Actor, ConversationStatus, RunStatus
from data.transaction import Transaction

LONGEST_REPLY = 1_000
ANSWERABLE_FOR = timedelta(hours=24)
_DATA_CHARACTERS = 500


class Taken(StrEnum):
    """What became of an answer."""

    TOLD = "told"  # the shopper has it
    KEPT = "kept"  # nothing to say, or people have the conversation
    REFUSED = "refused"  # it names an amount we do not know; a person looks at it
    DUPLICATE = "duplicate"
    LATE = "late"


async def take_answer(
    tx: Transaction, run: WorkflowRun, reply: str, data: Any, now: datetime, *, failed: bool = False
) -> Taken:
    """The end of a run that is locked, and its reply to the conversation that waits for it."""
    if run.status not in (RunStatus.PENDING, RunStatus.WAITING):
        return Taken.DUPLICATE
    run.status = RunStatus.FAILED if failed else RunStatus.SUCCEEDED
    run.finished_at, run.next_attempt_at, run.error = now, None, None
    said = clean(reply, LONGEST_REPLY)
    run.answer = {"reply": said, "data": kept_data(data)}
    if now - run.created_at > ANSWERABLE_FOR:
        return Taken.LATE
    if run.conversation_id is None or not said:
        return Taken.KEPT
    conversation = await tx.conversations.get(run.conversation_id, lock=True)
    if conversation.status is not ConversationStatus.AUTOMATED:
        return Taken.KEPT
    if unknown_amounts(said, await _known_amounts(tx, conversation)):
        run.error = "unknown_amount"
        workflow = await tx.workflows.get(run.workflow_id)
        await hand_off(tx, conversation, refused_reason(workflow), By(Actor.AGENT), now)
        return Taken.REFUSED
    await say_in_between(tx, conversation, said, now)
    return Taken.TOLD


def refused_reason(workflow: Workflow | None) -> str:
    name = workflow.name if workflow is not None else ""
    return f"El flujo «{name}» contestó con un monto que la tienda no tiene registrado."


def unknown_amounts(text: str, known: Iterable[Decimal]) -> list[str]:
    """Money in a text that is none of the known amounts, as it is written there."""
    amounts = set(known)
    return [
        figure.written for figure in figures(plain(text)) if figure.says is Says.MONEY and figure.value not in amounts
    ]


def kept_data(data: Any) -> Any:
    """An answer as it may be kept and shown: bounded in every direction."""
    cleaned = clean_values(data, _DATA_CHARACTERS)
    return cleaned if len(str(cleaned)) <= MOST_CHARACTERS * 2 else clean(str(cleaned), MOST_CHARACTERS)


async def _known_amounts(tx: Transaction, conversation: Conversation) -> set[Decimal]:
    """Of the contact's cart and orders."""
    amounts: set[Decimal] = set()
    cart = await tx.carts.lines(conversation.id)
    amounts |= {line.unit_price for line in cart} | {line.unit_price * line.quantity for line in cart}
    amounts.add(sum((line.unit_price * line.quantity for line in cart), Decimal(0)))
    for found in await tx.orders.of_contact(conversation.contact_id, 5):
        amounts |= {found.order.total, *(line.unit_price for line in found.lines)}
        amounts |= {line.unit_price * line.quantity for line in found.lines}
        if found.order.dispatch_cost is not None:
            amounts.add(found.order.dispatch_cost)
    return amounts
