"""From what the model wrote to the message a shopper gets: marks filled in by code, products noted, summary added."""

import re

from agent.brains.llm.answers import Seen
from agent.facts import ReceiptKind
from agent.ordering import confirm_choices
from agent.tools.catalogue import show_products
from agent.workspace import Workspace
from data.content import MessageContent
from data.money import spoken
from data.repositories.items import CatalogueItem

_MARK = re.compile(r"\{\{\s*(price|stock|quantity|total)\s*(?::\s*([^{}]{1,100}?)\s*)?\}\}")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


# Beside a summary, which asks for a yes, nothing else is asked.
_QUESTION = re.compile(r"¿[^?\n]*\?|(?<=[.!\n])[^.!?¿\n]*\?|^[^.!?¿\n]*\?")


def compose(text: str, seen: Seen) -> MessageContent:
    """Raises nothing: a mark that stands for nothing stays as it is, and the guardrails refuse it."""
    workspace = seen.workspace
    _note_shown(text, seen)
    words = _BOLD.sub(r"*\1*", _MARK.sub(lambda mark: _fill(mark, seen), text)).strip()
    summary = workspace.new_summary
    if summary is None:
        return MessageContent(_with_question(words, workspace.question))
    words = _QUESTION.sub("", words.replace(summary.text, "")).strip()
    return MessageContent(f"{words}\n\n{summary.text}" if words else summary.text, choices=confirm_choices(summary))


def _with_question(words: str, question: str) -> str:
    """What code has to ask is asked in its own words, and alone: the answer is read by code."""
    if not question or question in words:
        return words
    return "\n".join(filter(None, (_QUESTION.sub("", words).strip(), question)))


def _fill(mark: re.Match[str], seen: Seen) -> str:
    what, sku = mark.groups()
    if what == "total":
        view = seen.workspace.view_cart()
        return mark.group() if sku else spoken(view.total, view.currency)
    item = seen.find(sku) if sku else None
    if item is None:
        return mark.group()
    if what == "price":
        return spoken(item.unit_price, item.currency)
    if what == "stock":
        return "disponible" if item.available is None else str(item.available)
    line = seen.workspace.lines.get(item.sku)
    return str(line.quantity) if line else mark.group()


def _note_shown(text: str, seen: Seen) -> None:
    """The products a text names, in its order, are those the shopper sees. A text that only tells how the cart
    stands shows nothing new: "el segundo" still counts in what was shown before."""
    named = _named(text, seen)
    if not named:
        return
    workspace = seen.workspace
    if not workspace.shown and _only_tells_of_the_cart(named, workspace):
        return
    show_products(workspace, named)


def _only_tells_of_the_cart(named: list[CatalogueItem], workspace: Workspace) -> bool:
    changed = {receipt.sku for receipt in workspace.receipts if receipt.kind is ReceiptKind.CART_CHANGED}
    return all(item.sku in workspace.lines or item.sku in changed for item in named)


def _named(text: str, seen: Seen) -> list[CatalogueItem]:
    folded = text.casefold()
    names = [item.name.casefold() for item in seen.items.values()]
    found: list[tuple[int, CatalogueItem]] = []
    for item in seen.items.values():
        ways = [item.sku, item.title]
        if names.count(item.name.casefold()) == 1:
            ways.append(item.name)
        places = [place for way in ways if (place := _place(way.casefold(), folded)) >= 0]
        if places:
            found.append((min(places), item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _place(words: str, text: str) -> int:
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)
    return found.start() if found else -1
