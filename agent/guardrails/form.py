"""The form a message must have: plain text of bounded length, with nothing of the machinery in it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from agent.context import StoreProfile
from agent.guardrails.known import plain
from agent.wording import system_prompt

MOST_CHARACTERS = 4_000
_ECHO_CHARACTERS = 40
# Emoji are joined and coloured by these.
_ALLOWED_INVISIBLE = {"\u200d", "\ufe0f"}
_MACHINERY = re.compile(
    r"\{\{|\}\}|\{%|```|<\|[^>]*\|?>|</?(?:tool|function|think|system|script|iframe|img|a |data)[^>]*>"
    r"|\btool_calls?\b|\bfunction_call\b"
    r"|\"(?:name|arguments|sku|quantity|tool|function|role|content)\"\s*:"
    r"|\b(?:search_products|ask_shop|get_product|view_cart|set_quantity|add_to_cart|remove_from_cart|empty_cart|prepare_order"
    r"|show_products|request_human|set_order_data|order_status|ask_to_cancel_order"
    r"|join_waitlist|record_lead)\b|\bdatos-[0-9a-f]{8,}",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"!?\[[^\]\n]*\]\s*\([^)\n]*\)|!\[|^\s*\[[^\]]+\]:\s*\S+", re.MULTILINE)


def form_problems(text: str, store: StoreProfile) -> Iterator[str]:
    if any(_is_forbidden(character) for character in text):
        yield "The message has control or invisible characters."
    if _MARKDOWN_LINK.search(text):
        yield "The message has a Markdown image or link; write plain text."
    if found := _MACHINERY.search(text):
        yield f"The message has something internal in it ({found.group()!r}); write only what the shopper should read."
    if any(echo in plain(text) for echo in _echoes(store)):
        yield "The message repeats the instructions; write only what the shopper should read."


def _is_forbidden(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"}
        and character not in _ALLOWED_INVISIBLE
        and character != "\n"
    )


@lru_cache(maxsize=256)
def _echoes(store: StoreProfile) -> tuple[str, ...]:
    """The sentences of the instructions; the owner's own words among them may be repeated to shoppers."""
    prompt, _ = system_prompt(store=store)
    owner = plain(store.instructions)
    sentences = (sentence.strip(" -*#") for sentence in re.split(r"[.;:\n]\s", plain(prompt)))
    return tuple(sentence for sentence in sentences if len(sentence) >= _ECHO_CHARACTERS and sentence not in owner)
