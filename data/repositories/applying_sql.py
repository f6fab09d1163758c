"""How a plan becomes a new version of the catalogue, in SQL, all in the caller's transaction.

Whoever runs these holds the catalogue's lock, so the version they make is the next one.
"""

from typing import Final

_NEXT: Final = "(SELECT catalogue_version + 1 FROM app.tenants WHERE id = app.tenant())"

NEW_VERSION: Final = f"""
    INSERT INTO app.catalogue_versions (
        tenant_id, version, kind, import_id, note, created_count, updated_count, archived_count)
    VALUES (app.tenant(), {_NEXT}, :kind, :import_id, :note, :created, :updated, :archived)
"""  # noqa: S608 - put together from our own text, as all below

# How the variants chosen by the condition, and their products, are now.
REMEMBER: Final = f"""
    INSERT INTO app.catalogue_changes (tenant_id, version, variant_id, before)
    SELECT v.tenant_id, {_NEXT}, v.id, jsonb_build_object(
        'sku', v.sku, 'barcode', v.barcode, 'options', v.options, 'unit', v.unit, 'price', v.price,
        'currency', v.currency, 'is_archived', v.is_archived, 'product_id', v.product_id, 'on_hand', l.on_hand,
        'name', p.name, 'brand', p.brand, 'category', p.category, 'description', p.description,
        'image_url', p.image_url, 'more_images', p.more_images, 'synonyms', p.synonyms, 'tags', p.tags)
    FROM app.variants v
    JOIN app.products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
    LEFT JOIN app.stock_levels l ON l.tenant_id = v.tenant_id AND l.variant_id = v.id
    WHERE v.tenant_id = app.tenant() AND {{chosen}}
    ON CONFLICT DO NOTHING
"""  # noqa: S608

# What ran out between the beginning and the end of the version being made; stock that is not counted is enough of it.
EMPTIED: Final = f"""
    SELECT v.id, count(*) OVER () AS total
    FROM app.stock_levels l
    JOIN app.catalogue_changes c ON c.tenant_id = l.tenant_id AND c.variant_id = l.variant_id AND c.version = {_NEXT}
    JOIN app.variants v ON v.tenant_id = l.tenant_id AND v.id = l.variant_id AND NOT v.is_archived
    WHERE l.tenant_id = app.tenant() AND l.on_hand <= l.reserved AND NOT (c.before ->> 'is_archived')::boolean
        AND coalesce((c.before ->> 'on_hand')::integer > l.reserved, true)
    ORDER BY lower(v.sku) LIMIT :limit
"""  # noqa: S608

# Variants the file does not name, of products that it changes: they are found by other words now.
REFINGERPRINT: Final = f"""
    UPDATE app.variants v SET indexed_version = {_NEXT}, updated_at = now(), content_hash = h.content_hash
    FROM (
        SELECT v.id, app.content_hash(p.name, p.brand, p.category, p.description, p.synonyms, p.tags, v.options)
            AS content_hash
        FROM app.products p JOIN app.variants v ON v.tenant_id = p.tenant_id AND v.product_id = p.id
        WHERE p.tenant_id = app.tenant() AND {{chosen}}
    ) h
    WHERE v.tenant_id = app.tenant() AND v.id = h.id AND v.content_hash <> h.content_hash
"""  # noqa: S608

# New rows go in by their ids, which follow one another: a row's keys and the row its foreign key names are then where
# those of the row before were.
STEPS: Final = (
    REMEMBER.format(
        chosen="""v.id IN (SELECT id FROM plan_variants WHERE is_changed UNION ALL SELECT id FROM plan_archived)"""
    ),
    """
    INSERT INTO app.products (
        tenant_id, id, key, name, brand, category, description, image_url, more_images, synonyms, tags)
    SELECT app.tenant(), id, key, name, brand, category, description, image_url, more_images, synonyms, tags
    FROM plan_products WHERE is_new ORDER BY id
    """,
    """
    UPDATE app.products p SET name = n.name, brand = n.brand, category = n.category, description = n.description,
        image_url = n.image_url, more_images = n.more_images, synonyms = n.synonyms, tags = n.tags, updated_at = now()
    FROM plan_products n WHERE n.is_changed AND p.tenant_id = app.tenant() AND p.id = n.id
    """,
    f"""
    INSERT INTO app.variants (
        tenant_id, id, product_id, sku, barcode, options, unit, price, currency, content_hash, created_version,
        indexed_version)
    SELECT app.tenant(), n.id, n.product_id, n.sku, n.barcode, n.options, n.unit, n.price, :currency, n.content_hash,
        {_NEXT}, {_NEXT}
    FROM plan_variants n WHERE n.is_new ORDER BY n.position
    """,  # noqa: S608
    f"""
    UPDATE app.variants v SET product_id = n.product_id, sku = n.sku, barcode = n.barcode, options = n.options,
        unit = n.unit, price = n.price, currency = :currency, content_hash = n.content_hash, is_archived = false,
        indexed_version = CASE WHEN n.is_found_otherwise THEN {_NEXT} ELSE v.indexed_version END, updated_at = now()
    FROM plan_variants n
    WHERE (n.is_changed OR n.is_found_otherwise AND NOT n.is_new) AND v.tenant_id = app.tenant() AND v.id = n.id
    """,  # noqa: S608
    f"""
    UPDATE app.variants v SET is_archived = true, indexed_version = {_NEXT}, updated_at = now()
    FROM plan_archived a WHERE v.tenant_id = app.tenant() AND v.id = a.id
    """,  # noqa: S608
    REFINGERPRINT.format(chosen="p.id IN (SELECT id FROM plan_products WHERE is_changed)"),
    """
    INSERT INTO app.stock_levels (tenant_id, variant_id, on_hand)
    SELECT app.tenant(), id, stock FROM plan_variants WHERE is_new ORDER BY position
    """,
    """
    INSERT INTO app.stock_levels AS l (tenant_id, variant_id, on_hand)
    SELECT app.tenant(), id, stock FROM plan_variants
    WHERE is_changed AND :counts_stock AND (stock IS DISTINCT FROM old_stock)
    ON CONFLICT (tenant_id, variant_id) DO UPDATE SET on_hand = excluded.on_hand
    """,
)
