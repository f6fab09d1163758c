"""What dispatch costs, by the zones the shop has set: to a commune that is named, or all there are."""

import re
from itertools import groupby
from typing import Any

from rapidfuzz.distance import OSA

from agent.brains.rules.turn import Turn
from agent.order_data import DispatchZone, OrderData, fold
from agent.wording import say

DISPATCH = "despacho"
_PLACE = re.compile(
    r"\b(?:a|hasta|para|en|por)\s+(?:(?:la|el|los|las)\s+)?(?P<place>(?!la\b"
    r"|el\b)[a-z][a-z' ]{2,30})$"
)
_NO_PLACE = re.compile(
    r"^(?:domicilio|mi |mis |tu |casa|regiones|region|todo|chile|santiago$|despacho|domingo|sabado|manana|hoy"
    r"|cuanto|que|cual)"
)
_LEAST_FUZZY = 6
MOST_ZONES_TOLD = 6


def tell_dispatch(turn: Turn, asked: str, facets: frozenset[str]) -> bool:
    """Answer what dispatch costs; False where the shop has set no zones, or where that is not what is asked."""
    settings = turn.workspace.context.order_settings
    if not settings.dispatch or "delivery" not in settings.fulfilments:
        return False
    commune = _commune_in(asked, settings.dispatch)
    place = commune or _place_in(asked)
    if "plazo" in facets and "costo" not in facets:
        return False
    if not (place or "costo" in facets):
        return False
    if not place:
        _tell_all(turn, settings.dispatch)
        return True
    price = settings.dispatch_cost(OrderData(fulfilment="delivery", commune=place))
    named = commune or turn.echo(place).title()
    turn.workspace.facts.add_texts([named])
    if price is None:
        _tell(turn, "shop.dispatch_elsewhere", place=named)
        _tell_all(turn, settings.dispatch)
        return True
    _tell(turn, "shop.dispatch_to", place=named, price=price)
    return True


def _tell_all(turn: Turn, zones: tuple[DispatchZone, ...]) -> None:
    by_price = sorted(zones, key=lambda zone: (not zone.communes, zone.price))
    told = [
        (price, [commune for zone in same for commune in zone.communes])
        for (_, price), same in groupby(by_price, key=lambda zone: (not zone.communes, zone.price))
    ][:MOST_ZONES_TOLD]
    _tell(turn, "shop.dispatch_zones", zones=told)


def _tell(turn: Turn, key: str, **values: Any) -> None:
    """The owner's zones are as good as what the owner wrote: "gratis" may be said where they say so."""
    said = say(key, avoid=turn.before.last_reply, store=turn.workspace.context.store, **values)
    turn.workspace.facts.cite("el despacho", said)
    turn.reply.tell("shop.answer", answer=said)
    turn.told_of_shop = True


def _commune_in(asked: str, zones: tuple[DispatchZone, ...]) -> str:
    """The longest commune named, one slip of the finger forgiven."""
    words = fold(asked).split()
    for commune in sorted((one for zone in zones for one in zone.communes), key=len, reverse=True):
        name = fold(commune)
        count = len(name.split())
        for start in range(len(words) - count + 1):
            said = " ".join(words[start : start + count])
            if said == name or (len(name) >= _LEAST_FUZZY and OSA.distance(said, name, score_cutoff=1) <= 1):
                return commune
    return ""


def _place_in(asked: str) -> str:
    match = _PLACE.search(asked.strip(" .,?!"))
    return match["place"].strip() if match and not _NO_PLACE.match(match["place"]) else ""
