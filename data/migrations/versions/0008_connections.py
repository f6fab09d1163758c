"""A tenant's other systems, and what was sent to them"""

from alembic import op

from data.database import APP_ROLE, LOOKUP_ROLE
from data.isolation import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE app.connections (
        tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        kind varchar(20) NOT NULL, config jsonb NOT NULL DEFAULT '{}', secrets bytea,
        is_active boolean NOT NULL DEFAULT true, state jsonb NOT NULL DEFAULT '{}',
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_connections PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_connections_tenant_id_kind UNIQUE (tenant_id, kind),
        CONSTRAINT fk_connections_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE)
"""

# Which tenants have work with another system, for what comes back by itself; nothing but their ids.
FIND = (
    """CREATE FUNCTION app.find_connections(wanted_kind text) RETURNS TABLE (tenant_id uuid)
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
       AS $$ SELECT c.tenant_id FROM app.connections c WHERE c.kind = wanted_kind AND c.is_active $$""",
    "REVOKE ALL ON FUNCTION app.find_connections FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION app.find_connections TO {APP_ROLE}",
)

WAITING = """
    CREATE INDEX ix_orders_waiting ON app.orders (tenant_id, placed_at)
    WHERE external_state IS NOT NULL AND submitted_at IS NULL
"""


def upgrade() -> None:
    op.execute(TABLE)
    for statement in protect("connections"):
        op.execute(statement)
    op.execute(f"GRANT SELECT (tenant_id, kind, is_active) ON app.connections TO {LOOKUP_ROLE}")
    op.execute(f"CREATE POLICY lookup ON app.connections FOR SELECT TO {LOOKUP_ROLE} USING (true)")
    for statement in FIND:
        op.execute(statement)
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP_ROLE}")
    op.execute(f"ALTER FUNCTION app.find_connections OWNER TO {LOOKUP_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP_ROLE}")
    op.execute(WAITING)


def downgrade() -> None:
    op.execute("DROP INDEX app.ix_orders_waiting")
    op.execute("DROP FUNCTION app.find_connections")
    op.execute("DROP TABLE app.connections")
