"""A catalogue item: one variant with its product and stock, as read in this transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

# What people choose by, so that it belongs to a product's name even where there is no other. Any other option (a
# warranty, a country of origin) is named only where it tells a product's variants apart.
CHOSEN_BY: Final = frozenset(
    {
        "talla",
        "color",
        "medida",
        "material",
        "sabor",
        "modelo",
        "formato",
        "género",
        "aroma",
        "voltaje",
        "peso",
        "largo",
    }
)


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """`available` None: the shop does not count this one, so any quantity may be sold.

    `telling` are the options in which the product's variants on sale differ; None where nobody looked.
    """

    variant_id: UUID
    product_id: UUID
    search_id: int
    sku: str
    name: str
    brand: str | None
    category: str | None
    description: str | None
    options: Mapping[str, str]
    unit: str | None
    unit_price: Decimal
    currency: str
    available: int | None
    image_url: str | None = None
    is_archived: bool = False
    telling: frozenset[str] | None = None
    also_called: tuple[tuple[str, str], ...] = ()
    """What else the shop's own lexicon says, and for which words of the title."""
    synonyms: tuple[str, ...] = ()
    """Other names that the shop wrote beside this product's own."""

    @property
    def title(self) -> str:
        """The name with what tells this variant from its siblings: "Polera básica (negro, M)"."""
        said = self.name.casefold().split()
        named = CHOSEN_BY | self.telling if self.telling is not None else self.options
        extra = [value for name, value in self.options.items() if name in named and value.casefold() not in said]
        return f"{self.name} ({', '.join(extra)})" if extra else self.name

    def has(self, quantity: int) -> bool:
        return self.available is None or self.available >= quantity
