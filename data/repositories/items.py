"""A catalogue item: one variant with its product and stock, as read in this transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """`available` None: the shop does not count this one, so any quantity may be sold."""

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

    @property
    def title(self) -> str:
        """The name with what tells this variant from its siblings: "Polera básica (negro, M)"."""
        said = self.name.casefold().split()
        extra = [value for value in self.options.values() if value.casefold() not in said]
        return f"{self.name} ({', '.join(extra)})" if extra else self.name

    def has(self, quantity: int) -> bool:
        return self.available is None or self.available >= quantity
