"""Offering to tell a shopper when there is what there was none of."""

from agent.brains.rules.turn import Turn
from agent.memory import Absent
from data.repositories.items import CatalogueItem

LONGEST_WANTED = 200


def offer_to_tell(turn: Turn, item: CatalogueItem, quantity: int | None, *, asks: bool) -> None:
    """After "sin stock": asked when nothing else is, else only said."""
    turn.workspace.remember(absent=Absent(sku=item.sku, quantity=quantity or 1))
    if not asks:
        turn.reply.hint = "waitlist.hint"
        return
    turn.reply.close("waitlist.offer")
    turn.reply.offer("notify", "Sí, avísame")
    turn.ask("waitlist", [item], quantity)


def offer_to_note(turn: Turn, words: str, quantity: int | None) -> None:
    """After "no tenemos": whoever waits for it lets the shop know."""
    if words:
        turn.workspace.remember(absent=Absent(wanted=words[:LONGEST_WANTED], quantity=quantity or 1))
        turn.reply.hint = "waitlist.hint_unsold"
