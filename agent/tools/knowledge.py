"""Questions about the shop itself: answered from its own entries, or kept for its owner."""

from collections.abc import Sequence

from agent.context import ShopAnswer
from agent.facts import ReceiptKind
from agent.workspace import ShopQuestion, Workspace

MOST_ANSWERS = 2
MOST_KEPT = 4
QUESTION_CHARACTERS = 300


async def look_up(workspace: Workspace, question: str, limit: int = MOST_ANSWERS) -> Sequence[ShopAnswer]:
    """What the shop has told that answers this, best first; none when it has told nothing of it. Cites nothing."""
    return await workspace.knowledge.search(question[:QUESTION_CHARACTERS], limit)


def cite(workspace: Workspace, answers: Sequence[ShopAnswer]) -> None:
    """Let the reply say what these entries say: their words, and the amounts, dates, phones and links in them."""
    for answer in answers:
        workspace.facts.cite(answer.question, answer.answer)


def keep_question(workspace: Workspace, question: str, topic: str = "") -> None:
    """Nobody has told us: the owner will see that it was asked, once this turn is written."""
    asked = ShopQuestion(question.strip()[:QUESTION_CHARACTERS], topic)
    if asked.text and asked not in workspace.unanswered and len(workspace.unanswered) < MOST_KEPT:
        workspace.unanswered.append(asked)
    workspace.note(ReceiptKind.QUESTION_KEPT)
