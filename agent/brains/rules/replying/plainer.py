"""The last wording of a reply: when a line of it may not be said, the same answer without that line."""

from dataclasses import replace

from agent.brains.rules.turn import Turn
from agent.guardrails import check_draft
from agent.wording import say
from agent.workspace import Draft
from data.content import MessageContent


def worded(turn: Turn) -> Draft:
    """The reply; failing that, without an echo of the shopper's own words; failing that, only what may be said."""
    content = turn.reply.render()
    if _may_be_said(turn, content):
        return Draft((content,))
    turn.reply.echoes = False
    content = turn.reply.render()
    return Draft((content if _may_be_said(turn, content) else _plainer(turn, content),))


def _plainer(turn: Turn, content: MessageContent) -> MessageContent:
    kept = [line for line in content.text.splitlines() if line and _may_be_said(turn, MessageContent(line))]
    text = "\n".join(kept) or say("ask.what", store=turn.workspace.context.store)
    for plainer in (replace(content, text=text), MessageContent(text)):
        if _may_be_said(turn, plainer):
            break
    turn.workspace.remember(last_reply=plainer.text)
    return plainer


def _may_be_said(turn: Turn, content: MessageContent) -> bool:
    return not check_draft(Draft((content,)), turn.workspace)
