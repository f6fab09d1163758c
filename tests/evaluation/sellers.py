"""Stand-ins for the agent that show what the judge can tell apart: one that does nothing and one that only talks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from data.database import Database


class Nobody:
    """Reads nothing and answers nothing."""

    async def take_turn(self, tenant_id: UUID, conversation_id: UUID) -> None:
        return


@dataclass(frozen=True, slots=True)
class Parrot:
    """Always says the same, as friendly as can be."""

    database: Database
    sentence: str = "¡Hola! Soy el asistente de la tienda. ¿En qué te puedo ayudar?"

    async def take_turn(self, tenant_id: UUID, conversation_id: UUID) -> None:
        async with self.database.transaction(tenant_id) as tx:
            conversation = await tx.conversations.get(conversation_id, lock=True)
            await tx.messages.add_outbound(conversation, text=self.sentence, payload={}, now=datetime.now(UTC))
