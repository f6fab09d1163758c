"""What a reply may say, gathered once per check: this turn's facts, the owner's words, the shopper's own numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from agent.guardrails.figures import PROMISES, Figure, Says, figures
from agent.guardrails.reading import fold, with_figures
from agent.workspace import Workspace
from data.states import Sender

# "12 unidades" or "500 ml" are values of options, not names: they do not say how many are left.
_MERE_QUANTITY = re.compile(r"[\d.,]+ ?(?:x|un|u|unid|unidad|unidades|pesos|lucas?|mil|k|[a-z]{0,2})?")
_OWN_NUMBER_LIMIT = 100
_MOST_READ = 2_000  # reading numbers in words takes time that grows faster than the text
_AGES = {"ano", "anos"}  # sizes of children's clothes
# What stands for a product's name where only the words around it are looked at, and for one that is in the cart.
A_NAME, A_LINE = "eseproducto", "esalinea"


@dataclass(frozen=True, slots=True)
class Known:
    """`texts` and `owner` (with what the shop says of itself) are folded; `numbers` and `measures` are those inside
    known texts, `own_…` the shopper's."""

    amounts: frozenset[Decimal]
    counts: frozenset[Decimal]
    texts: tuple[str, ...]
    owner: str
    numbers: frozenset[Decimal]
    own_numbers: frozenset[Decimal]
    own_measures: frozenset[tuple[Decimal, str]]
    measures: frozenset[tuple[Decimal, str]]
    most_listed: int
    told_amounts: frozenset[Decimal] = frozenset()
    """What the shop itself says things cost."""

    @classmethod
    def of(cls, workspace: Workspace) -> "Known":
        context, facts = workspace.context, workspace.facts
        earlier_order = workspace.memory.order_reference
        texts = tuple(plain(text) for text in (*facts.texts, *([earlier_order] if earlier_order else [])))
        said = [*_figures(context.text[:_MOST_READ])]
        for utterance in context.history:
            if utterance.sender is Sender.CONTACT:
                said += _figures(utterance.text[:_MOST_READ])
        told = (text for answer, question in facts.cited.items() for text in (question, answer))
        owner = plain("\n".join((context.store.name, context.store.instructions, *told)))
        owner_figures = _figures(owner)
        inside = [figure for text in texts for figure in _figures(text)]
        return cls(
            amounts=frozenset(facts.amounts) | _values(owner_figures, Says.MONEY),
            counts=frozenset(Decimal(count) for count in facts.counts),
            texts=texts,
            owner=owner,
            numbers=_values(inside) | _values(owner_figures),
            own_numbers=frozenset(value for value in _values(said) if value < _OWN_NUMBER_LIMIT and not value % 1),
            own_measures=_measures(f for f in said if f.measure not in PROMISES or f.measure in _AGES),
            measures=_measures([*inside, *owner_figures]),
            most_listed=max(len(workspace.shown), len(workspace.memory.shown), len(workspace.lines)),
            told_amounts=_values(owner_figures, Says.MONEY),
        )

    def spans(self, text: str, *, with_figures_only: bool = True) -> list[tuple[int, int]]:
        """Where the known texts occur in a reply; not where they would be part of a longer word or number."""
        return [
            match.span()
            for known in self.texts
            if known
            and known in text
            and not known.isdigit()
            and not (with_figures_only and not re.search(r"\d", known))
            for match in re.finditer(rf"(?<![\w$])(?<!\d[.,]){re.escape(known)}(?![\w]|[.,]\d)", text)
        ]

    def names(self, figure: Figure, text: str, spans: list[tuple[int, int]]) -> bool:
        """Whether a figure is only part of a name: "Martillo 16 oz" says nothing about 16."""
        for start, end in spans:
            if start <= figure.start and figure.end <= end:
                return True
            begins = start == figure.at < end and figure.says in {Says.COUNT, Says.NUMBER}
            if begins and not _MERE_QUANTITY.fullmatch(text[start:end]):
                return True
        return False


def without_names(text: str, workspace: Workspace) -> str:
    """A reply without the names of products, as they are written: "Reparación total" in a name tells no total.
    A name of one word ("Total") stays: it may as well be said."""
    lines = {name for line in workspace.lines.values() for name in (line.item.name, line.item.title)}
    names = sorted(
        (name for name in workspace.facts.names | lines if " " in name and name in text), key=len, reverse=True
    )
    if not names:
        return text
    pattern = "|".join(re.escape(name) for name in names)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda match: A_LINE if match[0] in lines else A_NAME, text)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    return with_figures(fold(text)).strip()


@lru_cache(maxsize=4096)
def _figures(text: str) -> tuple[Figure, ...]:
    return tuple(figures(plain(text)))


def _measures(found: Iterable[Figure]) -> frozenset[tuple[Decimal, str]]:
    return frozenset((f.value, f.measure) for f in found if f.value is not None and f.measure)


def _values(found: Iterable[Figure], says: Says | None = None) -> frozenset[Decimal]:
    return frozenset(f.value for f in found if f.value is not None and (says is None or f.says is says))
