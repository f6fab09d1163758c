"""What a sentence asks of price, stock, order and category, beside the words that name things."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from data.search.filters import Sort, take_filters, take_limits

MAX_CHARACTERS = 2_000
_STOCK = re.compile(
    r"\b(?:que\s+)?(?:tengan?|hayan?|queden?|con|en|de)\s+(?:harto\s+|algo\s+de\s+)?(?:stock|existencias?|inventario)\b"
    r"|\b(?:que\s+(?:est[ae]n?|sean?|hayan?)|solo)\s+(?:los\s+|las\s+)?disponibles?\b|\bcon\s+disponibilidad\b"
    r"|\bque\s+(?:te\s+|les\s+)?queden?\b"
    r"|\b(?:no|sin)\s+agotad[oa]s?\b|\bpara\s+(?:entrega|retiro)\s+inmediat[oa]\b"
)
_CATEGORY = re.compile(
    r"\b(?:(?:en|de)\s+)?(?:la\s+|el\s+)?(?:categoria|seccion|departamento|rubro)\s+(?:de\s+)?"
    r"(?P<said>[a-z]{3,}(?:\s+y\s+[a-z]{3,})?)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """`words` are what is left to search by, options included; `size` is one said in words ("eme" is M)."""

    words: str
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool = False
    category: str | None = None
    sort: Sort = "relevance"
    size: str | None = None

    @property
    def narrows(self) -> bool:
        """Whether price, stock or category leave something out."""
        return self.in_stock or self.min_price is not None or self.max_price is not None or self.category is not None


def read_wish(text: str) -> Wish:
    """Read "poleras que tengan stock bajo 10 lucas, la más barata" into its limits and its words."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    folded = "".join(map(_plain, text))
    filters, left = take_limits(folded)
    in_stock = bool(_STOCK.search(left))
    left = _STOCK.sub(lambda match: " " * len(match[0]), left)
    category = _CATEGORY.search(left)
    if category:  # its name is searched by as well, the word for it is not
        said = category.start("said")
        left = f"{left[: category.start()]}{' ' * (said - category.start())}{left[said:]}"
    words = "".join(" " if now == " " else typed for typed, now in zip(text, left, strict=True))
    return Wish(
        words=" ".join(words.split()),
        min_price=filters.min_price,
        max_price=filters.max_price,
        in_stock=in_stock,
        category=category["said"] if category else None,
        sort=filters.sort,
        size=take_filters(left)[0].size,
    )


def _plain(character: str) -> str:
    """One letter for one letter, so that what is read off can be found again in what was typed."""
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 and base.isprintable() else " "
