"""What owners change in the catalogue by hand: further images, all errors of a file counted"""

from alembic import op

from data.isolation import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IMPORT_ROWS = """
    CREATE UNLOGGED TABLE app.import_rows (
        tenant_id uuid NOT NULL, import_id uuid NOT NULL, position integer NOT NULL, row integer NOT NULL,
        sku text NOT NULL, name text, brand text, category text, description text, barcode text, unit text,
        price numeric(14, 2), stock integer, synonyms jsonb, tags jsonb, image_url text, options jsonb,
        product_key text, is_rejected boolean NOT NULL DEFAULT false,
        staged_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_import_rows PRIMARY KEY (tenant_id, import_id, position))"""


def upgrade() -> None:
    op.execute("ALTER TABLE app.products ADD COLUMN more_images jsonb NOT NULL DEFAULT '[]'")
    # Rows of a file are compared in a table that lives as long as its transaction.
    op.execute("DROP TABLE app.import_rows")
    op.execute("ALTER TABLE app.imports ADD COLUMN error_count integer NOT NULL DEFAULT 0")
    op.execute("UPDATE app.imports SET error_count = jsonb_array_length(errors)")
    # The key of a variant's product has the tenant in it.
    op.execute("ALTER TABLE app.variants DROP CONSTRAINT fk_variants_tenant_id")
    # Each item is named by what tells it from its siblings, so they are looked up at every reading.
    op.execute("CREATE INDEX ix_variants_product_id ON app.variants (tenant_id, product_id)")


def downgrade() -> None:
    op.execute("""
        ALTER TABLE app.variants ADD CONSTRAINT fk_variants_tenant_id FOREIGN KEY (tenant_id)
            REFERENCES app.tenants (id) ON DELETE CASCADE""")
    op.execute("DROP INDEX app.ix_variants_product_id")
    op.execute("ALTER TABLE app.imports DROP COLUMN error_count")
    op.execute(IMPORT_ROWS)
    for statement in protect("import_rows"):
        op.execute(statement)
    op.execute("ALTER TABLE app.products DROP COLUMN more_images")
