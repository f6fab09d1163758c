"""What owners change in the catalogue by hand: further images, all errors of a file counted"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE app.products ADD COLUMN more_images jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE app.import_rows ADD COLUMN more_images jsonb")
    op.execute("ALTER TABLE app.imports ADD COLUMN error_count integer NOT NULL DEFAULT 0")
    op.execute("UPDATE app.imports SET error_count = jsonb_array_length(errors)")
    # Each item is named by what tells it from its siblings, so they are looked up at every reading.
    op.execute("CREATE INDEX ix_variants_product_id ON app.variants (tenant_id, product_id)")


def downgrade() -> None:
    op.execute("DROP INDEX app.ix_variants_product_id")
    op.execute("ALTER TABLE app.imports DROP COLUMN error_count")
    op.execute("ALTER TABLE app.import_rows DROP COLUMN more_images")
    op.execute("ALTER TABLE app.products DROP COLUMN more_images")
