"""Imports staged in the database, catalogue versions, vectors by content, remembered column mappings"""

from alembic import op

from data.database import APP_ROLE
from data.isolation import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = {
    # Written and read by one import, then deleted: no use to anybody after a crash, so not worth the log.
    "import_rows": """
        CREATE UNLOGGED TABLE app.import_rows (
            tenant_id uuid NOT NULL, import_id uuid NOT NULL, position integer NOT NULL, row integer NOT NULL,
            sku text NOT NULL, name text, brand text, category text, description text, barcode text, unit text,
            price numeric(14, 2), stock integer, synonyms jsonb, tags jsonb, image_url text, options jsonb,
            product_key text, is_rejected boolean NOT NULL DEFAULT false,
            staged_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_import_rows PRIMARY KEY (tenant_id, import_id, position))""",
    "import_texts": """
        CREATE UNLOGGED TABLE app.import_texts (
            tenant_id uuid NOT NULL, import_id uuid NOT NULL, content_hash text NOT NULL, document jsonb NOT NULL,
            staged_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_import_texts PRIMARY KEY (tenant_id, import_id, content_hash))""",
    "import_changes": """
        CREATE TABLE app.import_changes (
            tenant_id uuid NOT NULL, import_id uuid NOT NULL, position integer NOT NULL, kind varchar(20) NOT NULL,
            sku text NOT NULL, name text NOT NULL, old_price numeric(14, 2), new_price numeric(14, 2),
            old_stock integer, new_stock integer,
            CONSTRAINT pk_import_changes PRIMARY KEY (tenant_id, import_id, position),
            CONSTRAINT fk_import_changes_tenant_id_import_id FOREIGN KEY (tenant_id, import_id)
                REFERENCES app.imports (tenant_id, id) ON DELETE CASCADE)""",
    "catalogue_versions": """
        CREATE TABLE app.catalogue_versions (
            tenant_id uuid NOT NULL, version bigint NOT NULL, kind varchar(20) NOT NULL, import_id uuid,
            note text NOT NULL DEFAULT '', created_count integer NOT NULL DEFAULT 0,
            updated_count integer NOT NULL DEFAULT 0, archived_count integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_catalogue_versions PRIMARY KEY (tenant_id, version),
            CONSTRAINT fk_catalogue_versions_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
    "catalogue_changes": """
        CREATE TABLE app.catalogue_changes (
            tenant_id uuid NOT NULL, version bigint NOT NULL, variant_id uuid NOT NULL, before jsonb NOT NULL,
            CONSTRAINT pk_catalogue_changes PRIMARY KEY (tenant_id, version, variant_id),
            CONSTRAINT fk_catalogue_changes_tenant_id_version FOREIGN KEY (tenant_id, version)
                REFERENCES app.catalogue_versions (tenant_id, version) ON DELETE CASCADE)""",
    "column_mappings": """
        CREATE TABLE app.column_mappings (
            tenant_id uuid NOT NULL, fingerprint text NOT NULL, columns jsonb NOT NULL,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_column_mappings PRIMARY KEY (tenant_id, fingerprint),
            CONSTRAINT fk_column_mappings_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
    "text_vectors": """
        CREATE TABLE app.text_vectors (
            tenant_id uuid NOT NULL, embedder text NOT NULL, content_hash text NOT NULL, vector bytea NOT NULL,
            CONSTRAINT pk_text_vectors PRIMARY KEY (tenant_id, embedder, content_hash),
            CONSTRAINT fk_text_vectors_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
}

# The fingerprint of what a variant is found by; only what stands here may differ between two vectors.
CONTENT_HASH = """
    CREATE FUNCTION app.content_hash(
        name text, brand text, category text, description text, synonyms jsonb, tags jsonb, options jsonb
    ) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT encode(sha256(convert_to(
            name || E'\\x1f' || coalesce(brand, '') || E'\\x1f' || coalesce(category, '') || E'\\x1f'
            || coalesce(left(description, 400), '') || E'\\x1f' || (synonyms || tags)::text || options::text,
            'UTF8')), 'hex')
    $$
"""

# Lists of words one after the other, each word once, in their order; a product with sixty has enough.
MERGED_WORDS = """
    CREATE FUNCTION app.merged_words(lists jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(jsonb_agg(word ORDER BY place), '[]') FROM (
            SELECT word, min(list_place * 1000 + word_place) AS place
            FROM jsonb_array_elements(lists) WITH ORDINALITY AS l (list, list_place),
                jsonb_array_elements_text(list) WITH ORDINALITY AS w (word, word_place)
            GROUP BY word ORDER BY place LIMIT 60
        ) words
    $$
"""

FUNCTIONS = ("app.content_hash", "app.merged_words")


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        for each in protect(table):
            op.execute(each)
    op.execute(CONTENT_HASH)
    op.execute(MERGED_WORDS)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}")
    op.execute("ALTER TABLE app.products ADD COLUMN tags jsonb NOT NULL DEFAULT '[]'")
    op.execute("""
        ALTER TABLE app.variants ADD COLUMN created_version bigint NOT NULL DEFAULT 0,
            ADD COLUMN indexed_version bigint NOT NULL DEFAULT 0""")
    op.execute("CREATE INDEX ix_variants_indexed_version ON app.variants (tenant_id, indexed_version)")
    op.execute("""
        ALTER TABLE app.imports ADD COLUMN phase varchar(20), ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN columns jsonb NOT NULL DEFAULT '{}', ADD COLUMN change_count integer NOT NULL DEFAULT 0,
            ADD COLUMN is_cancel_requested boolean NOT NULL DEFAULT false""")
    # What an embedder made is kept by the text it was made from: it may be saved before the text is in use.
    op.execute("DROP TABLE app.variant_vectors")


def downgrade() -> None:
    op.execute("""
        CREATE TABLE app.variant_vectors (
            tenant_id uuid NOT NULL, variant_id uuid NOT NULL, embedder text NOT NULL, content_hash text NOT NULL,
            vector bytea NOT NULL,
            CONSTRAINT pk_variant_vectors PRIMARY KEY (tenant_id, variant_id, embedder),
            CONSTRAINT fk_variant_vectors_tenant_id_variant_id FOREIGN KEY (tenant_id, variant_id)
                REFERENCES app.variants (tenant_id, id) ON DELETE CASCADE)""")
    for statement in protect("variant_vectors"):
        op.execute(statement)
    op.execute("""
        ALTER TABLE app.imports DROP COLUMN phase, DROP COLUMN warnings, DROP COLUMN columns, DROP COLUMN change_count,
            DROP COLUMN is_cancel_requested""")
    op.execute("ALTER TABLE app.variants DROP COLUMN created_version, DROP COLUMN indexed_version")
    op.execute("ALTER TABLE app.products DROP COLUMN tags")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
