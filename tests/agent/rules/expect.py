"""One step of a conversation: what the shopper says, and what must be true after the answer."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.agent.rules.conversation import Answer, Conversation


@dataclass(frozen=True, slots=True)
class Step:
    """Fields left None are not looked at; `says` and `unsaid` are compared without regard to case."""

    message: str
    cart: dict[str, int] | None = None
    shown: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    ordered: dict[str, int] | None = None
    has_summary: bool = False
    is_handed_off: bool = False


def step(message: str, cart: dict[str, int] | None = None, **fields: Any) -> Step:
    for name in ("says", "unsaid"):
        if isinstance(fields.get(name), str):
            fields[name] = (fields[name],)
    return Step(message, cart, **fields)


def named(shop: str, name: str, *steps: Step) -> Any:
    return pytest.param(shop, steps, id=f"{shop}: {name}")


async def check(shop: str, steps: tuple[Step, ...]) -> None:
    conversation = Conversation(shop)
    last = ""
    for expected in steps:
        answer = await conversation.say(expected.message)
        _holds(expected, answer)
        assert answer.text != last or not answer.text, f"said the same twice after {expected.message!r}"
        last = answer.text


def _holds(expected: Step, answer: Answer) -> None:
    told = f"after {expected.message!r}: {answer.text!r}"
    if expected.cart is not None:
        assert answer.cart == expected.cart, told
    if expected.shown is not None:
        assert answer.shown == expected.shown, told
    assert answer.ordered == expected.ordered, told
    assert answer.has_summary == expected.has_summary, told
    assert answer.is_handed_off == expected.is_handed_off, told
    assert answer.problems == (), told
    assert answer.reply_count == 1, told
    assert len(answer.shown) <= 3 or answer.shown == tuple(answer.cart), told
    for part in expected.says:
        assert part.casefold() in answer.text.casefold(), told
    for part in expected.unsaid:
        assert part.casefold() not in answer.text.casefold(), told
