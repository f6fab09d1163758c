"""What the index knows about one variant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DESCRIPTION_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """The words of one variant; `id` is stable and is all a hit carries back."""

    id: int
    sku: str
    name: str
    barcode: str | None = None
    brand: str | None = None
    category: str | None = None
    description: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()

    def text(self) -> str:
        """Return what the dense side embeds: most telling line first, the same for the same fields."""
        options = " ".join(self.options[name] for name in sorted(self.options))
        lines = (
            self.name,
            " ".join(part for part in (self.brand, self.category, options) if part),
            " ".join(self.synonyms),
            (self.description or "")[:DESCRIPTION_CHARACTERS],
        )
        return "\n".join(" ".join(line.split()) for line in lines).rstrip("\n")
