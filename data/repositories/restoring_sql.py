"""How an earlier version of the catalogue comes back, in SQL, all in the caller's transaction.

A variant was, at a version, as the first later version that changed it says it was before; one that is younger than
the version is archived, for orders may speak of it.
"""

from typing import Final

from data.repositories.applying_sql import REFINGERPRINT, REMEMBER
from data.states import VersionKind

_NEXT: Final = "(SELECT catalogue_version + 1 FROM app.tenants WHERE id = app.tenant())"

TABLES: Final = (
    "DROP TABLE IF EXISTS pg_temp.restored",
    "CREATE TEMPORARY TABLE restored (id uuid, before jsonb) ON COMMIT DROP",
    "SET LOCAL enable_nestloop = off",
)

STEPS: Final = (
    """
    INSERT INTO restored
    SELECT DISTINCT ON (variant_id) variant_id, before FROM app.catalogue_changes
    WHERE tenant_id = app.tenant() AND version > :version ORDER BY variant_id, version
    """,
    # Those that came later have no "before" at that version: it was made when they were there already.
    """
    DELETE FROM restored r USING app.variants v
    WHERE v.tenant_id = app.tenant() AND v.id = r.id AND v.created_version > :version
    """,
    """
    INSERT INTO restored
    SELECT id, NULL FROM app.variants
    WHERE tenant_id = app.tenant() AND created_version > :version AND NOT is_archived
    """,
    f"""
    INSERT INTO app.catalogue_versions (
        tenant_id, version, kind, note, created_count, updated_count, archived_count)
    SELECT app.tenant(), {_NEXT}, '{VersionKind.RESTORE.value}', :note, 0, count(before), count(*) - count(before)
    FROM restored
    """,  # noqa: S608 - put together from our own text, as all below
    REMEMBER.format(chosen="v.id IN (SELECT id FROM restored)"),
    """
    UPDATE app.products p SET name = b.name, brand = b.brand, category = b.category, description = b.description,
        image_url = b.image_url, more_images = coalesce(b.more_images, '[]'),
        synonyms = b.synonyms, tags = b.tags, updated_at = now()
    FROM (
        SELECT DISTINCT ON (c.before ->> 'product_id') s.*
        FROM app.catalogue_changes c CROSS JOIN LATERAL jsonb_to_record(c.before) AS s (product_id uuid, name text,
            brand text, category text, description text, image_url text, more_images jsonb, synonyms jsonb, tags jsonb)
        WHERE c.tenant_id = app.tenant() AND c.version > :version ORDER BY c.before ->> 'product_id', c.version
    ) b
    WHERE p.tenant_id = app.tenant() AND p.id = b.product_id
    """,
    f"""
    UPDATE app.variants v SET product_id = b.product_id, sku = b.sku, barcode = b.barcode, options = b.options,
        unit = b.unit, price = b.price, currency = b.currency, is_archived = b.is_archived,
        indexed_version = {_NEXT}, updated_at = now()
    FROM restored r CROSS JOIN LATERAL jsonb_to_record(r.before) AS b (product_id uuid, sku text, barcode text,
        options jsonb, unit text, price numeric, currency text, is_archived boolean)
    WHERE r.before IS NOT NULL AND v.tenant_id = app.tenant() AND v.id = r.id
    """,  # noqa: S608
    f"""
    UPDATE app.variants v SET is_archived = true, indexed_version = {_NEXT}, updated_at = now()
    FROM restored r WHERE r.before IS NULL AND v.tenant_id = app.tenant() AND v.id = r.id
    """,  # noqa: S608
    """
    INSERT INTO app.stock_levels AS l (tenant_id, variant_id, on_hand)
    SELECT app.tenant(), id, (before ->> 'on_hand')::integer FROM restored WHERE before IS NOT NULL
    ON CONFLICT (tenant_id, variant_id) DO UPDATE SET on_hand = excluded.on_hand
    """,
    REFINGERPRINT.format(chosen="true"),
)
