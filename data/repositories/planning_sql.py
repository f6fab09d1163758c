"""How staged rows are compared with the catalogue, in SQL: what each row means, step by step, in tables that live
as long as their transaction. See data.repositories.planning."""

from typing import Final

# What two ways of writing one name have in common.
_CALLED: Final = "lower(regexp_replace(normalize({}, NFKD), '[\\u0300-\\u036f]+', '', 'g'))"

# Ids that follow one another keep an index's new entries together, and a random one for each costs more than its row.
_NEW_ID: Final = "CAST(CAST(:{} AS text) || lpad(to_hex({}), 8, '0') AS uuid)"

# Temporary tables have no row security, which COPY refuses; they hold rows of one tenant and go with the transaction.
STAGED: Final = (
    "DROP TABLE IF EXISTS pg_temp.plan_staged",
    """CREATE TEMPORARY TABLE plan_staged (
        position integer, row integer, sku text, name text, price numeric(14, 2), stock integer, brand text,
        category text, description text, barcode text, unit text, synonyms jsonb, image_url text, options jsonb,
        product_key text, tags jsonb, more_images jsonb, is_rejected boolean) ON COMMIT DROP""",
)

TABLES: Final = (
    "DROP TABLE IF EXISTS pg_temp.plan_rows, pg_temp.plan_products, pg_temp.plan_variants, pg_temp.plan_archived",
    """CREATE TEMPORARY TABLE plan_rows (
        position integer, key text, own_key text, is_same boolean, variant_id uuid, is_settled boolean,
        had_stock boolean) ON COMMIT DROP""",
    """CREATE TEMPORARY TABLE plan_products (
        key text, id uuid, is_new boolean, is_changed boolean, name text, brand text, category text, description text,
        image_url text, more_images jsonb, synonyms jsonb, tags jsonb) ON COMMIT DROP""",
    """CREATE TEMPORARY TABLE plan_variants (
        position integer, id uuid, product_id uuid, is_new boolean, is_changed boolean, is_found_otherwise boolean,
        sku text, name text, barcode text, options jsonb, unit text, price numeric(14, 2), stock integer,
        content_hash text, old_price numeric(14, 2), old_stock integer, is_revived boolean) ON COMMIT DROP""",
    "CREATE TEMPORARY TABLE plan_archived (id uuid) ON COMMIT DROP",
)

# Fresh rows have no statistics, and under row security an index on lower(sku) is not used: what looks like one row
# to the planner may be a million, for which a nested loop would never end.
SETTINGS: Final = (
    "SET LOCAL enable_nestloop = off",
    # How many rows there are is all that is wanted of counting them, for which a tenth of the sample will do.
    "SET LOCAL default_statistics_target = 10",
    "SET LOCAL work_mem = '64MB'",
)

# 1. Which product each row belongs to. A variant that is still called the same stays with the product it has. A row is
# settled when it says nothing new, neither of the variant nor of its product.
ROWS: Final = f"""
    INSERT INTO plan_rows
    SELECT r.position, CASE WHEN same.is_so THEN p.key ELSE lower(r.product_key) END, lower(r.product_key),
        coalesce(same.is_so, false), v.id,
        coalesce(
            same.is_so AND NOT v.is_archived AND v.sku = r.sku AND p.name = r.name AND v.price = r.price
            AND v.currency = :currency AND (NOT :counts_stock OR r.stock IS NOT DISTINCT FROM l.on_hand)
            AND (r.brand IS NOT DISTINCT FROM p.brand OR r.brand IS NULL AND NOT :has_brand)
            AND (r.category IS NOT DISTINCT FROM p.category OR r.category IS NULL AND NOT :has_category)
            AND (r.description IS NOT DISTINCT FROM p.description OR r.description IS NULL AND NOT :has_description)
            AND (NOT :has_image_url
                OR r.image_url IS NOT DISTINCT FROM p.image_url AND r.more_images = p.more_images)
            AND (NOT :has_synonyms OR r.synonyms = p.synonyms) AND (NOT :has_tags OR r.tags = p.tags)
            AND (NOT :has_barcode OR r.barcode IS NOT DISTINCT FROM v.barcode)
            AND (NOT :has_unit OR r.unit IS NOT DISTINCT FROM v.unit)
            AND (r.options = v.options OR r.options = '{{}}' AND NOT :has_options),
            false),
        coalesce(l.on_hand > 0 AND NOT v.is_archived, false)
    FROM plan_staged r
    LEFT JOIN app.variants v ON v.tenant_id = app.tenant() AND lower(v.sku) = lower(r.sku)
    LEFT JOIN app.products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
    LEFT JOIN app.stock_levels l ON l.tenant_id = v.tenant_id AND l.variant_id = v.id
    CROSS JOIN LATERAL (SELECT
        p.id IS NOT NULL AND (p.name = r.name OR {_CALLED.format("p.name")} = {_CALLED.format("r.name")})
        AND (NOT :has_brand OR p.brand IS NOT DISTINCT FROM r.brand
            OR {_CALLED.format("coalesce(p.brand, '')")} = {_CALLED.format("coalesce(r.brand, '')")}) AS is_so
    ) same
    WHERE NOT r.is_rejected
"""  # noqa: S608 - put together from the text above

# 2. Variants that join a product take the key it has in the catalogue.
JOINING: Final = """
    UPDATE plan_rows r SET key = known.key
    FROM (
        SELECT DISTINCT ON (own_key) own_key, key FROM plan_rows
        WHERE is_same AND own_key LIKE '=%' ORDER BY own_key, position
    ) known
    WHERE r.own_key = known.own_key AND r.key <> known.key
"""

# 3. A product as its rows describe it together: the first row that says something is believed. A column that the
# file does not have leaves what is known. A product all of whose rows are settled is left out, and so are they.
PRODUCTS: Final = f"""
    WITH sizes AS MATERIALIZED (
        SELECT key, count(*) AS size, min(position) AS first FROM plan_rows GROUP BY key
        HAVING NOT bool_and(is_settled)
    ), staged AS NOT MATERIALIZED (
        SELECT *, CASE WHEN image_url IS NULL THEN '[]' ELSE jsonb_build_array(image_url) END || more_images AS images
        FROM plan_staged WHERE NOT is_rejected
    ), described AS (
        SELECT z.key, z.first, s.name, s.brand, s.category, s.description, s.images, s.synonyms, s.tags
        FROM sizes z JOIN staged s ON s.position = z.first WHERE z.size = 1
        UNION ALL
        SELECT z.key, z.first, min(s.name) FILTER (WHERE s.position = z.first),
            min(s.brand) FILTER (WHERE s.position = z.first),
            (array_agg(s.category ORDER BY s.position) FILTER (WHERE s.category IS NOT NULL))[1],
            (array_agg(s.description ORDER BY s.position) FILTER (WHERE s.description IS NOT NULL))[1],
            app.merged_words(jsonb_agg(s.images ORDER BY s.position)),
            app.merged_words(jsonb_agg(s.synonyms ORDER BY s.position)),
            app.merged_words(jsonb_agg(s.tags ORDER BY s.position))
        FROM sizes z JOIN plan_rows r ON r.key = z.key JOIN staged s ON s.position = r.position
        WHERE z.size > 1 GROUP BY z.key, z.first
    ), wanted AS (
        SELECT d.key, coalesce(p.id, {_NEW_ID.format("product_ids", "d.first")}) AS id, p.id IS NULL AS is_new, d.name,
            CASE WHEN :has_brand THEN d.brand ELSE coalesce(d.brand, p.brand) END AS brand,
            CASE WHEN :has_category THEN d.category ELSE coalesce(d.category, p.category) END AS category,
            CASE WHEN :has_description THEN d.description ELSE coalesce(d.description, p.description) END
                AS description,
            CASE WHEN :has_image_url OR p.id IS NULL THEN d.images ->> 0 ELSE p.image_url END AS image_url,
            CASE WHEN :has_image_url OR p.id IS NULL THEN d.images - 0 ELSE p.more_images END AS more_images,
            CASE WHEN :has_synonyms OR p.id IS NULL THEN d.synonyms ELSE p.synonyms END AS synonyms,
            CASE WHEN :has_tags OR p.id IS NULL THEN d.tags ELSE p.tags END AS tags,
            p.name AS old_name, p.brand AS old_brand, p.category AS old_category, p.description AS old_description,
            p.image_url AS old_image_url, p.more_images AS old_more_images,
            p.synonyms AS old_synonyms, p.tags AS old_tags
        FROM described d LEFT JOIN app.products p ON p.tenant_id = app.tenant() AND p.key = d.key
    )
    INSERT INTO plan_products
    SELECT key, id, is_new, NOT is_new AND (
            name <> old_name OR brand IS DISTINCT FROM old_brand OR category IS DISTINCT FROM old_category
            OR description IS DISTINCT FROM old_description OR image_url IS DISTINCT FROM old_image_url
            OR more_images <> old_more_images OR synonyms <> old_synonyms OR tags <> old_tags),
        name, brand, category, description, image_url, more_images, synonyms, tags
    FROM wanted
"""  # noqa: S608 - as above

# 4. Each variant as it shall be, beside what it is.
VARIANTS: Final = f"""
    WITH wanted AS (
        SELECT r.position, v.id AS old_id, coalesce(v.id, {_NEW_ID.format("variant_ids", "r.position")}) AS id,
            p.id AS product_id, p.is_changed AS is_product_changed, s.sku, p.name,
            CASE WHEN :has_barcode OR v.id IS NULL THEN s.barcode ELSE v.barcode END AS barcode,
            CASE WHEN :has_options OR v.id IS NULL OR s.options <> '{{}}' THEN s.options ELSE v.options END AS options,
            CASE WHEN :has_unit OR v.id IS NULL THEN s.unit ELSE v.unit END AS unit,
            s.price, CASE WHEN :counts_stock OR v.id IS NULL THEN s.stock ELSE l.on_hand END AS stock,
            p.brand, p.category, p.description, p.synonyms, p.tags,
            v.sku AS old_sku, v.product_id AS old_product_id, v.barcode AS old_barcode, v.options AS old_options,
            v.unit AS old_unit, v.price AS old_price, v.currency AS old_currency, v.content_hash AS old_hash,
            v.is_archived, l.on_hand AS old_stock
        FROM plan_rows r
        JOIN plan_staged s ON s.position = r.position AND NOT s.is_rejected
        JOIN plan_products p ON p.key = r.key
        LEFT JOIN app.variants v ON v.tenant_id = app.tenant() AND v.id = r.variant_id
        LEFT JOIN app.stock_levels l ON l.tenant_id = app.tenant() AND l.variant_id = r.variant_id
    ), hashed AS (
        SELECT w.*, app.content_hash(w.name, w.brand, w.category, w.description, w.synonyms, w.tags, w.options)
            AS content_hash
        FROM wanted w
    )
    INSERT INTO plan_variants
    SELECT position, id, product_id, old_id IS NULL, old_id IS NOT NULL AND (
            is_archived OR is_product_changed OR product_id <> old_product_id OR sku <> old_sku
            OR barcode IS DISTINCT FROM old_barcode OR options <> old_options OR unit IS DISTINCT FROM old_unit
            OR price <> old_price OR old_currency <> :currency OR stock IS DISTINCT FROM old_stock),
        old_id IS NULL OR is_archived OR content_hash <> old_hash OR sku <> old_sku
            OR barcode IS DISTINCT FROM old_barcode,
        sku, name, barcode, options, unit, price, stock, content_hash, old_price, old_stock,
        coalesce(is_archived, false)
    FROM hashed
"""  # noqa: S608 - as above

# Fresh tables are counted before they are joined.
STEPS: Final = (
    "ANALYZE plan_staged (position)", ROWS, JOINING, "ANALYZE plan_rows (position, key)", PRODUCTS,
    "ANALYZE plan_products (key)", VARIANTS,
)  # fmt: skip

# 5. What the file does not name, not even in a row with an error.
ARCHIVED: Final = """
    INSERT INTO plan_archived
    SELECT v.id FROM app.variants v
    WHERE v.tenant_id = app.tenant() AND NOT v.is_archived
        AND NOT EXISTS (SELECT FROM plan_rows r WHERE r.variant_id = v.id)
        AND NOT EXISTS (SELECT FROM plan_staged s WHERE s.is_rejected AND lower(s.sku) = lower(v.sku))
"""

COUNTS: Final = """
    SELECT count(*) FILTER (WHERE is_new) AS created, count(*) FILTER (WHERE is_changed) AS updated,
        (SELECT count(*) FROM plan_rows) - count(*) FILTER (WHERE is_new OR is_changed) AS unchanged,
        (SELECT count(*) FROM plan_archived) AS archived,
        (SELECT count(*) FROM app.variants WHERE tenant_id = app.tenant() AND NOT is_archived) AS active,
        count(*) FILTER (WHERE stock = 0 AND old_stock > 0 AND NOT is_revived) AS emptied,
        (SELECT count(*) FROM plan_rows WHERE had_stock) AS stocked
    FROM plan_variants
"""

_CHANGES: Final = """
    SELECT 'updated' AS kind, sku, name, old_price, price AS new_price, old_stock, stock AS new_stock, 1 AS rank,
        position
    FROM plan_variants WHERE is_changed
    UNION ALL
    SELECT 'archived', v.sku, p.name, v.price, NULL, l.on_hand, NULL, 2, 0
    FROM plan_archived a JOIN app.variants v ON v.tenant_id = app.tenant() AND v.id = a.id
    JOIN app.products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
    LEFT JOIN app.stock_levels l ON l.tenant_id = v.tenant_id AND l.variant_id = v.id
    UNION ALL
    SELECT 'created', sku, name, NULL, price, NULL, stock, 3, position FROM plan_variants WHERE is_new
    ORDER BY rank, position, sku LIMIT :limit
"""

CHANGES: Final = f"SELECT kind, sku, name, old_price, new_price, old_stock, new_stock FROM ({_CHANGES}) c"  # noqa: S608

KEEP_CHANGES: Final = f"""
    INSERT INTO app.import_changes (
        tenant_id, import_id, position, kind, sku, name, old_price, new_price, old_stock, new_stock)
    SELECT app.tenant(), :import_id, row_number() OVER (ORDER BY rank, position, sku), kind, sku, name, old_price,
        new_price, old_stock, new_stock
    FROM ({_CHANGES}) c
"""  # noqa: S608 - put together from the text above

PRICE_JUMPS: Final = """
    SELECT 'updated' AS kind, sku, name, old_price, price AS new_price, old_stock, stock AS new_stock,
        count(*) OVER () AS total
    FROM plan_variants
    WHERE is_changed AND abs(price - old_price) * 100 > old_price * :percent
    ORDER BY greatest(price, old_price) / least(price, old_price) DESC, position LIMIT :limit
"""

KEEP_TEXTS: Final = """
    INSERT INTO app.import_texts (tenant_id, import_id, content_hash, document)
    SELECT DISTINCT ON (v.content_hash) app.tenant(), CAST(:import_id AS uuid), v.content_hash, jsonb_build_object(
        'name', p.name, 'brand', p.brand, 'category', p.category, 'description', left(p.description, 400),
        'options', v.options, 'synonyms', p.synonyms || p.tags)
    FROM plan_variants v JOIN plan_products p ON p.id = v.product_id
    WHERE v.is_found_otherwise
"""
