"""A desk where some things were read, and what is wrong with a text said at it."""

from decimal import Decimal

from agent.guardrails import check_draft
from agent.workspace import Draft, Workspace
from data.content import MessageContent
from tests.agent.catalogue import BLACK_SHIRT, HAMMER, WHITE_SHIRT, item, turn

PACK = item("10025", "Tornillo 6 x 1", 10000, 12, options={"caja": "12 unidades"})


def desk(text: str = "hola", **fields: object) -> Workspace:
    """Read: the hammer ($12.990, 3 left), the shirts (5 left), the screws ($10.000, 12 left) and order S00042."""
    workspace = turn(text, **fields)  # type: ignore[arg-type]  # passed through as they are
    for one in (HAMMER, BLACK_SHIRT, WHITE_SHIRT, PACK):
        workspace.facts.add_item(one)
    workspace.facts.counts |= {2}
    workspace.facts.amounts |= {Decimal("1290.50"), Decimal(2_500_000)}
    workspace.facts.texts |= {"S00042", "Caja 2x1 oferta", "Set 3 en 1 gratis"}
    workspace.facts.counts -= {12}
    return workspace


def problems(text: str, workspace: Workspace | None = None) -> tuple[str, ...]:
    return check_draft(Draft((MessageContent(text),)), workspace or desk())
