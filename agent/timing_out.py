"""Hand-offs that nobody took: the shopper is told once, and the agent offers to go on."""

from datetime import datetime, timedelta
from uuid import UUID

from agent.wording import say
from data.ownership import By, hand_back, say_in_between
from data.states import Actor, ConversationStatus
from data.transaction import Transaction

# Once a day: who was told already waits for a person, and an auto-responder does not keep us company for ever.
APOLOGISED_ONCE_IN = timedelta(days=1)


async def time_out_handoff(tx: Transaction, handoff_id: UUID, now: datetime) -> None:
    """Nothing happens when a person took it meanwhile, or it is over."""
    handoff = await tx.conversations.handoff(handoff_id)
    if handoff is None:
        return
    conversation = await tx.conversations.get(handoff.conversation_id, lock=True)
    handoff = await tx.conversations.handoff(handoff_id, anew=True)
    if handoff is None or handoff.closed_at or handoff.taken_at or handoff.timed_out_at:
        return
    if conversation.status is not ConversationStatus.HANDED_OFF:
        return
    if await tx.conversations.has_timed_out(conversation.id, now - APOLOGISED_ONCE_IN):
        return
    handoff.timed_out_at = now
    await say_in_between(tx, conversation, say("handoff.timed_out", store=await tx.tenants.get()), now)
    await hand_back(tx, conversation, "Nadie la tomó a tiempo.", By(Actor.TIMEOUT), now)
