"""Vectors that PostgreSQL searches itself, where it can; what was ordered together found by its variant"""

from alembic import op

from data.pgvector_schema import ensure_vectors

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ensure_vectors())
    op.execute("CREATE INDEX ix_order_lines_variant_id ON app.order_lines (tenant_id, variant_id)")


def downgrade() -> None:
    op.execute("DROP INDEX app.ix_order_lines_variant_id")
    # The extension stays: whoever runs the server may use it for something else.
    op.execute("DROP TABLE IF EXISTS app.search_vectors")
