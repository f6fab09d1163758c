"""Changes one product by hand, each change a version of the catalogue that can be undone as an import's."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from data.database import Database
from data.models import Product
from data.repositories.edits import EditedVariant
from data.stock_changes import tell_emptied
from data.transaction import Transaction
from ingestion.drafts import ProductDraft, VariantDraft, checked

PRODUCT_FIELDS = ("name", "brand", "category", "description", "synonyms", "tags", "image_url", "more_images")
_VARIANT_FIELDS = ("sku", "price", "barcode", "unit", "options", "currency")


class StaleEdit(Exception):
    """The product is no longer what whoever changes it has seen."""

    def __init__(self, current: str) -> None:
        super().__init__(current)
        self.current = current


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product with all its variants, as read in one transaction."""

    id: UUID
    fields: dict[str, Any]
    variants: tuple[EditedVariant, ...]

    @property
    def version(self) -> str:
        """Another whenever anything of it is, whoever changed it."""
        variants = [[getattr(each, name) for name in EditedVariant.__slots__[:-1]] for each in self.variants]
        said = json.dumps([str(self.id), self.fields, variants], default=_plain, sort_keys=True)
        return sha256(said.encode()).hexdigest()[:20]

    @property
    def on_sale(self) -> tuple[EditedVariant, ...]:
        return tuple(variant for variant in self.variants if not variant.is_archived)

    @property
    def images(self) -> tuple[str, ...]:
        first = self.fields["image_url"]
        return (first, *self.fields["more_images"]) if first else ()

    def draft(self) -> ProductDraft:
        """What would leave it as it is."""
        fields = {name: self.fields[name] for name in ("name", "brand", "category", "description")}
        return ProductDraft(
            **fields,
            synonyms=tuple(self.fields["synonyms"]),
            tags=tuple(self.fields["tags"]),
            images=self.images,
            variants=tuple(
                VariantDraft(each.sku, each.price, each.on_hand, each.barcode, each.unit, dict(each.options))
                for each in self.on_sale
            ),
        )


Change = Callable[[ProductState], ProductDraft]


async def read_product(database: Database, tenant_id: UUID, product_id: UUID) -> ProductState:
    """Raises NotFound."""
    async with database.transaction(tenant_id) as tx:
        return await _state(tx, product_id)


async def create_product(database: Database, tenant_id: UUID, draft: ProductDraft) -> ProductState:
    """Raises DraftRefused, and AlreadyExists when a SKU of it is on sale."""
    async with database.transaction(tenant_id) as tx:
        await tx.tenants.lock_catalogue()
        currency = (await tx.tenants.get()).currency
        wanted = checked(draft, currency)
        await tx.edits.begin(f"Se creó «{wanted.name}»"[:200], created=len(wanted.variants))
        product_id = await tx.edits.add_product(_product_columns(wanted), wanted.variants[0].sku)
        for variant in wanted.variants:
            await tx.edits.add_variant(product_id, _variant_columns(variant, currency), variant.stock)
        return await _finished(tx, product_id)


async def change_product(
    database: Database, tenant_id: UUID, product_id: UUID, change: Change, expected: str | None = None
) -> ProductState:
    """Make the product what `change` says of it as it is now; variants it leaves out are archived.

    What is so already changes nothing, so a change that is sent twice is made once. Raises NotFound, DraftRefused,
    AlreadyExists, and StaleEdit unless the version is the `expected` one.
    """
    async with database.transaction(tenant_id) as tx:
        await tx.tenants.lock_catalogue()
        state = await _state(tx, product_id)
        currency = (await tx.tenants.get()).currency
        wanted = checked(change(state), currency, state.images)
        difference = _Difference.of(state, wanted, currency)
        if difference.is_nothing:
            return state
        _require(state, expected)
        await _write(tx, state, wanted, difference)
        return await _finished(tx, product_id)


async def archive_product(
    database: Database, tenant_id: UUID, product_id: UUID, expected: str | None = None
) -> ProductState:
    """Nothing of it is sold any more; orders keep what they say. Raises NotFound and StaleEdit."""
    async with database.transaction(tenant_id) as tx:
        await tx.tenants.lock_catalogue()
        state = await _state(tx, product_id)
        if not state.on_sale:
            return state
        _require(state, expected)
        await tx.edits.begin(f"Se archivó «{state.fields['name']}»"[:200], archived=len(state.on_sale))
        await tx.edits.remember([variant.id for variant in state.variants])
        await tx.catalogue.archive([variant.id for variant in state.on_sale])
        return await _finished(tx, product_id)


async def restore_product(
    database: Database, tenant_id: UUID, product_id: UUID, expected: str | None = None
) -> ProductState:
    """Brings back the variants that were archived last, together. Raises NotFound and StaleEdit."""
    async with database.transaction(tenant_id) as tx:
        await tx.tenants.lock_catalogue()
        state = await _state(tx, product_id)
        if state.on_sale or not state.variants:
            return state
        _require(state, expected)
        last = max(variant.indexed_version for variant in state.variants)
        back = [variant for variant in state.variants if variant.indexed_version == last]
        await tx.edits.begin(f"Volvió a la venta «{state.fields['name']}»"[:200], updated=len(back))
        await tx.edits.remember([variant.id for variant in state.variants])
        await tx.catalogue.update_variants([{"id": variant.id, "is_archived": False} for variant in back])
        return await _finished(tx, product_id)


@dataclass(frozen=True, slots=True)
class _Difference:
    """`changed` are pairs of a variant on sale and what it shall be."""

    fields: dict[str, Any]
    changed: list[tuple[EditedVariant, VariantDraft]]
    added: list[VariantDraft]
    gone: list[EditedVariant]

    @classmethod
    def of(cls, state: ProductState, wanted: ProductDraft, currency: str) -> "_Difference":
        now = {variant.sku.lower(): variant for variant in state.on_sale}
        columns = _product_columns(wanted)
        pairs = [(now.get(variant.sku.lower()), variant) for variant in wanted.variants]
        kept = {variant.sku.lower() for variant in wanted.variants}
        return cls(
            fields={name: value for name, value in columns.items() if value != state.fields[name]},
            changed=[(old, new) for old, new in pairs if old and not _is_same(old, new, currency)],
            added=[new for old, new in pairs if old is None],
            gone=[variant for sku, variant in now.items() if sku not in kept],
        )

    @property
    def is_nothing(self) -> bool:
        return not (self.fields or self.changed or self.added or self.gone)


async def _write(tx: Transaction, state: ProductState, wanted: ProductDraft, difference: _Difference) -> None:
    currency = (await tx.tenants.get()).currency
    untouched = len(state.on_sale) - len(difference.gone)
    updated = untouched if difference.fields else len(difference.changed)
    await tx.edits.begin(
        f"Se editó «{wanted.name}»"[:200],
        created=len(difference.added), updated=updated, archived=len(difference.gone),
    )  # fmt: skip
    await tx.edits.remember([variant.id for variant in state.variants])
    await tx.edits.set_product(state.id, difference.fields)
    await tx.catalogue.archive([variant.id for variant in difference.gone])
    changed = [{"id": old.id} | _variant_columns(new, currency) for old, new in difference.changed]
    await tx.catalogue.update_variants(changed)
    await tx.catalogue.set_stock([(old.id, new.stock) for old, new in difference.changed if old.on_hand != new.stock])
    for new in difference.added:
        await tx.edits.add_variant(state.id, _variant_columns(new, currency), new.stock)


async def _finished(tx: Transaction, product_id: UUID) -> ProductState:
    await tx.edits.refingerprint(product_id)
    await tx.versions.forget_old()
    await tx.events.add("product.changed", product_id=str(product_id))
    await tell_emptied(tx)
    await tx.tenants.bump_catalogue_version()
    return await _state(tx, product_id)


async def _state(tx: Transaction, product_id: UUID) -> ProductState:
    product = await tx.edits.product(product_id)
    return ProductState(product.id, _fields(product), tuple(await tx.edits.variants(product_id)))


def _fields(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in PRODUCT_FIELDS}


def _require(state: ProductState, expected: str | None) -> None:
    if expected is not None and expected != state.version:
        raise StaleEdit(state.version)


def _product_columns(draft: ProductDraft) -> dict[str, Any]:
    first, *more = draft.images or (None,)
    columns = {name: getattr(draft, name) for name in ("name", "brand", "category", "description")}
    return columns | {
        "synonyms": list(draft.synonyms),
        "tags": list(draft.tags),
        "image_url": first,
        "more_images": more,
    }


def _variant_columns(variant: VariantDraft, currency: str) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "price": variant.price,
        "barcode": variant.barcode,
        "unit": variant.unit,
        "options": dict(variant.options),
        "currency": currency,
    }


def _is_same(old: EditedVariant, new: VariantDraft, currency: str) -> bool:
    columns = _variant_columns(new, currency)
    return old.on_hand == new.stock and all(getattr(old, name) == columns[name] for name in _VARIANT_FIELDS)


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
