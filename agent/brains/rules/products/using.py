"""What serves for something, where nothing is called so: "algo para la lluvia", "para sacar la grasa del horno"."""

import re
from collections import defaultdict

from agent.brains.rules.products.outcome import MOST_CANDIDATES, Finding, Outcome
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.naming import content_words, is_need
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.repositories.items import CatalogueItem
from data.search.words import stem, tokenise

_FOR = re.compile(r"\b(?:para|contra|con que|que sirva)\b")
_DOING = re.compile(r"[a-z]{2,}[aei]r(?:me|te|se|le|les|lo|la|los|las)?")
_LEAST_ROOT = 4
# What is bought against it, or for it, where the shop does not write the word itself.
_SERVING: dict[str, tuple[str, ...]] = {
    "lluvia": ("impermeable",), "llover": ("impermeable",), "agua": ("impermeable",),
    "frio": ("abrigo", "abrigada", "termico", "polar"), "invierno": ("abrigo", "abrigada", "termico", "polar"),
    "calor": ("ventilador",), "sol": ("solar", "sombrero", "quitasol"), "oscuridad": ("linterna",),
    "zancudos": ("repelente", "insecticida"), "mosquitos": ("repelente", "insecticida"),
    "moscas": ("insecticida",), "hormigas": ("insecticida",), "cucarachas": ("insecticida",),
    "ratones": ("raticida",), "polillas": ("antipolillas", "naftalina"), "oxido": ("anticorrosivo",),
    "incendios": ("extintor",), "goteras": ("sellador", "silicona"), "tornillos": ("destornillador",),
    "manchas": ("quitamanchas", "desmanchador"), "sed": ("agua", "bebida", "jugo"),
}  # fmt: skip


async def for_use(turn: Turn, intent: Intent) -> Finding | None:
    """What has the things of a need in its description or its other names; what has most of them, in stock."""
    if not (_FOR.search(intent.asked) or is_need(intent.words)):
        return None
    query = turn.memory.query
    found: dict[str, CatalogueItem] = {}
    fitting: defaultdict[str, int] = defaultdict(int)
    said = content_words(intent.words)
    for word in dict.fromkeys((*said, *(other for one in said for other in _SERVING.get(one, ())))):
        root = stem(next(iter(tokenise(word, parts=False)), word))
        if _DOING.fullmatch(word) or len(root) < _LEAST_ROOT:
            continue
        candidates = await search_products(
            turn.workspace, word, options=intent.filters.options, in_stock_only=True, limit=CANDIDATE_COUNT
        )
        for item in candidates.items:
            if _speaks_of(item, root):
                found[item.sku] = item
                fitting[item.sku] += 1
    turn.workspace.remember(query=query)
    if not found:
        return None
    most = max(fitting.values())
    items = [item for item in found.values() if fitting[item.sku] == most]
    return Finding(Outcome.NEAR, tuple(items[:MOST_CANDIDATES]), is_guess=True)


def _speaks_of(item: CatalogueItem, root: str) -> bool:
    """Also within a word: "antigrasa" and "desengrasante" speak of "grasa"."""
    words = tokenise(" ".join((item.title, item.category or "", item.description or "", *item.synonyms)))
    return any(stem(word) == root or (len(word) > len(root) and root in word) for word in words)
