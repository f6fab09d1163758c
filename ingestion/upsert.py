"""Compares a file's rows with the catalogue, and writes the difference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from data.repositories.catalogue import CatalogueRepository, StoredVariant
from data.search.documents import SearchDocument
from data.states import ImportMode
from ingestion.indexing import content_hash
from ingestion.rows import CatalogueRow, Parsed
from ingestion.text import unaccented

_MOST_SYNONYMS = 60


@dataclass(slots=True)
class ProductValues:
    """A product as its rows describe it together: the first row that says something is believed."""

    key: str
    name: str
    brand: str | None = None
    category: str | None = None
    description: str | None = None
    image_url: str | None = None
    synonyms: list[str] = field(default_factory=list)

    def learn(self, row: CatalogueRow) -> None:
        self.category = self.category or row.category
        self.description = self.description or row.description
        self.image_url = self.image_url or row.image_url
        self.synonyms = list(dict.fromkeys([*self.synonyms, *row.synonyms]))[:_MOST_SYNONYMS]

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def is_stored_as(self, stored: StoredVariant) -> bool:
        return all(getattr(stored.product, name) == value for name, value in self.columns().items())

    def text(self, options: Mapping[str, str]) -> str:
        """What is embedded for a variant with these options."""
        return SearchDocument(
            id=0, sku="", name=self.name, brand=self.brand, category=self.category, description=self.description,
            options=options, synonyms=tuple(self.synonyms),
        ).text()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant as it shall be: its row, its product, and the text it is found by."""

    row: CatalogueRow
    product: ProductValues
    text: str
    content_hash: str
    stored: StoredVariant | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between a file and the catalogue; `siblings` are variants the file does not name whose
    product it changes."""

    created: list[Wanted]
    updated: list[Wanted]
    unchanged: list[Wanted]
    archived: list[StoredVariant]
    siblings: list[tuple[StoredVariant, str]]
    currency: str

    @property
    def wanted(self) -> list[Wanted]:
        return [*self.created, *self.updated, *self.unchanged]

    def texts(self) -> dict[str, str]:
        """Everything to be found in the new catalogue that the file has a say in, by content hash."""
        of_siblings = {content_hash(text): text for _, text in self.siblings}
        return {wanted.content_hash: wanted.text for wanted in self.wanted} | of_siblings


def compare(
    parsed: Parsed, stored: Sequence[StoredVariant], mode: ImportMode, currency: str, *, counts_stock: bool
) -> Changes:
    """`counts_stock`: the file has a stock column; without one an update leaves stock as it is.

    A variant whose row has an error is neither changed nor archived: the file names it.
    """
    by_sku = {entry.variant.sku.lower(): entry for entry in stored}
    keeps_stock = mode is ImportMode.UPDATE and not counts_stock
    wanted = _wanted(parsed.rows, by_sku)
    named = parsed.rejected_skus | {each.row.sku.lower() for each in wanted}
    unnamed = [entry for sku, entry in by_sku.items() if sku not in named and not entry.variant.is_archived]
    existing = [each for each in wanted if each.stored]
    changed = {each.row.row for each in existing if _differs(each, currency, keeps_stock=keeps_stock)}
    is_replacing = mode is ImportMode.REPLACE
    rejected = [by_sku[sku] for sku in parsed.rejected_skus & by_sku.keys()]
    return Changes(
        created=[each for each in wanted if not each.stored],
        updated=[each for each in existing if each.row.row in changed],
        unchanged=[each for each in existing if each.row.row not in changed],
        archived=unnamed if is_replacing else [],
        siblings=_siblings(wanted, rejected if is_replacing else [*unnamed, *rejected]),
        currency=currency,
    )


def _wanted(rows: Sequence[CatalogueRow], by_sku: Mapping[str, StoredVariant]) -> list[Wanted]:
    keys = _stored_keys(rows, by_sku)
    keyed = [(row, keys.get(row.product_key) or row.product_key.lower()) for row in rows]
    products: dict[str, ProductValues] = {}
    for row, key in keyed:
        products.setdefault(key, ProductValues(key, row.name, row.brand)).learn(row)
    wanted = []
    for row, key in keyed:
        text = products[key].text(row.options)
        wanted.append(Wanted(row, products[key], text, content_hash(text), by_sku.get(row.sku.lower())))
    return wanted


def _stored_keys(rows: Sequence[CatalogueRow], by_sku: Mapping[str, StoredVariant]) -> dict[str, str]:
    """A product stays the same one when variants join or leave it: the key it has in the catalogue is kept."""
    keys: dict[str, str] = {}
    for row in rows:
        stored = by_sku.get(row.sku.lower())
        if stored and _called(stored.product.name, stored.product.brand) == _called(row.name, row.brand):
            keys.setdefault(row.product_key, stored.product.key)
    return keys


def _called(name: str, brand: str | None) -> tuple[str, str]:
    return unaccented(name), unaccented(brand or "")


def _differs(wanted: Wanted, currency: str, *, keeps_stock: bool) -> bool:
    assert wanted.stored
    variant = wanted.stored.variant
    is_same_stock = keeps_stock or wanted.stored.on_hand == wanted.row.stock
    columns = _variant_columns(wanted, currency)
    is_same_variant = all(getattr(variant, name) == value for name, value in columns.items())
    return not (is_same_stock and is_same_variant and wanted.product.is_stored_as(wanted.stored))


def _variant_columns(wanted: Wanted, currency: str) -> dict[str, Any]:
    row = wanted.row
    return {
        "sku": row.sku,
        "barcode": row.barcode,
        "options": row.options,
        "unit": row.unit,
        "price": row.price,
        "currency": currency,
        "is_archived": False,
        "content_hash": wanted.content_hash,
    }


def _siblings(wanted: Iterable[Wanted], others: Iterable[StoredVariant]) -> list[tuple[StoredVariant, str]]:
    products = {each.product.key: each.product for each in wanted}
    found = []
    for entry in others:
        product = products.get(entry.product.key)
        if product is None:
            continue
        text = product.text(entry.variant.options)
        if content_hash(text) != entry.variant.content_hash:
            found.append((entry, text))
    return found


async def apply(changes: Changes, catalogue: CatalogueRepository, *, counts_stock: bool) -> dict[UUID, str]:
    """Writes within the caller's transaction; returns the content hash of every variant the file has a say in."""
    touched = [*changes.created, *changes.updated]
    products = {each.product.key: each.product for each in touched}
    product_ids = await catalogue.upsert_products([product.columns() for product in products.values()])
    ids = {each.row.row: each.stored.variant.id if each.stored else uuid4() for each in changes.wanted}

    def columns(each: Wanted) -> dict[str, Any]:
        own = {"id": ids[each.row.row], "product_id": product_ids[each.product.key]}
        return own | _variant_columns(each, changes.currency)

    await catalogue.insert_variants([columns(each) for each in changes.created])
    await catalogue.update_variants([columns(each) for each in changes.updated])
    of_siblings = {entry.variant.id: content_hash(text) for entry, text in changes.siblings}
    await catalogue.update_variants([{"id": key, "content_hash": value} for key, value in of_siblings.items()])
    if changes.archived:
        await catalogue.archive([entry.variant.id for entry in changes.archived])
    counted = touched if counts_stock else changes.created
    await catalogue.set_stock([(ids[each.row.row], each.row.stock) for each in counted])
    return {ids[each.row.row]: each.content_hash for each in changes.wanted} | of_siblings
