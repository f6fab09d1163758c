"""The last look at what would be said: every figure traces to this turn's data, every claim has its receipt.

In code, for both brains, and on the assumption that the one who wrote the text is hostile.
"""

from collections.abc import Iterator
from decimal import Decimal

from agent.confirmation import YES_CHOICE
from agent.guardrails.claims import claim_problems
from agent.guardrails.figures import figures
from agent.guardrails.form import MOST_CHARACTERS, form_problems
from agent.guardrails.known import Known, plain, without_names
from agent.guardrails.names import name_problems
from agent.guardrails.numbers import number_problems
from agent.guardrails.pairing import pairing_problems
from agent.guardrails.private import private_problems
from agent.guardrails.promises import promise_problems
from agent.guardrails.quoting import quoting_problems, without_quotes
from agent.guardrails.totals import total_problems
from agent.workspace import Draft, Workspace
from data.content import Card, Choice, MessageContent


def check_draft(draft: Draft, workspace: Workspace) -> tuple[str, ...]:
    """What is wrong with a draft, as short sentences a model can act on; empty when it may be sent."""
    if not draft.replies:
        return ("There is no reply.",)
    known = Known.of(workspace)
    found: list[str] = []
    for reply in draft.replies:
        found += _reply_problems(reply, workspace, known)
    return tuple(dict.fromkeys(found))


def _reply_problems(reply: MessageContent, workspace: Workspace, known: Known) -> Iterator[str]:
    if not reply.text.strip():
        yield "A reply is empty."
    summary = workspace.new_summary
    # The summary was made by code from rows: its own words need no second look.
    own_words = reply.text.replace(summary.text, "\n") if summary else reply.text
    own_words = without_quotes(own_words, workspace.facts)
    if len(own_words) > MOST_CHARACTERS:
        yield f"The message has {len(own_words)} characters; the most is {MOST_CHARACTERS}."
        return
    yield from form_problems(own_words, workspace.context.store)
    for text in (own_words, *(_said_of(choice) for choice in reply.choices)):
        yield from _text_problems(text, workspace, known)
    for choice in reply.choices:
        yield from form_problems(_said_of(choice), workspace.context.store)
        if choice.id.startswith(YES_CHOICE) and not (summary or workspace.context.summary):
            yield "The reply offers to confirm an order, but no summary was prepared."
    for card in reply.cards:
        yield from _card_problems(card, workspace, known)


def _said_of(choice: Choice) -> str:
    return f"{choice.title}: {choice.description}" if choice.description else choice.title


def _text_problems(text: str, workspace: Workspace, known: Known) -> Iterator[str]:
    nameless = without_names(text, workspace)
    read, bare = plain(text), plain(nameless)
    yield from number_problems(read, known)
    yield from promise_problems(bare, known)
    yield from claim_problems(nameless, workspace, known)
    yield from pairing_problems(read, workspace, known.told_amounts)
    yield from quoting_problems(read, workspace, known)
    yield from total_problems(read, bare, workspace, known)
    yield from private_problems(bare, known)
    yield from name_problems(text, workspace, known)


def _card_problems(card: Card, workspace: Workspace, known: Known) -> Iterator[str]:
    for text in (card.title, f"precio: {card.price}", f"stock: {card.stock}"):
        yield from _text_problems(text, workspace, known)
        yield from form_problems(text, workspace.context.store)
    if plain(card.sku) not in known.texts:
        yield f"The product {card.sku!r} was not read in this turn."
    item = next((item for item in workspace.shown if item.sku == card.sku), None)
    prices = {figure.value for figure in figures(plain(f"precio: {card.price}"))} - {None}
    if item and prices - {Decimal(item.unit_price)}:
        yield f"The card of {card.sku!r} does not carry that product's price."
