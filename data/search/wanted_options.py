"""Which of the shop's own option values a query asks for: "talla M", "128 GB", "sabor frutilla"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.search.lexicon import FUNCTION_WORDS
from data.search.query import Query
from data.search.slots import Kind, Slot
from data.search.words import tokenise

# Weight from which what stands for a word is the same word: another gender, a plural, a slip of the finger.
SAME_WORD = 0.8

Value = frozenset[str]


@dataclass(frozen=True, slots=True)
class WantedOptions:
    """Values wanted by the name of their option; any of them will do."""

    values: Mapping[str, frozenset[Value]]

    @classmethod
    def read(cls, query: Query, known: Iterable[Mapping[str, str]], *, size: str | None = None) -> "WantedOptions":
        """Read them off a query, given the options of the products it may be about."""
        others = [slot for slot in query.slots if not slot.is_head]
        said = frozenset(word for slot in others for word in _same(slot)) | _value(size or "")
        # "Azul" is enough of "azul marino", and "uso" not of "de uso industrial".
        traits = frozenset(word for slot in others if slot.kind is Kind.QUALIFIER for word in _same(slot))
        values: dict[str, set[Value]] = {}
        for options in known:
            for name, written in options.items():
                value = _value(written)
                if part := value if value <= said else value & traits:
                    values.setdefault(name, set()).add(part)
        return cls({name: frozenset(_longest(found)) for name, found in values.items()})

    def __bool__(self) -> bool:
        return bool(self.values)

    def fit(self, product: str, options: Mapping[str, str]) -> bool:
        """Whether a variant has all of them, in its options or in its name."""
        named = set(tokenise(product, parts=False))
        return all(
            any(value <= named | _value(options.get(name, "")) for value in wanted)
            for name, wanted in self.values.items()
        )


def _same(slot: Slot) -> Iterable[str]:
    return (slot.word, *(word for known in slot.alternatives if known.weight >= SAME_WORD for word in known.phrase))


def _value(written: str) -> Value:
    return frozenset(word for word in tokenise(written, parts=False) if word not in FUNCTION_WORDS)


def _longest(values: set[Value]) -> Iterable[Value]:
    """Of "azul" and "azul marino", both said, the second."""
    return (value for value in values if not any(value < other for other in values))
