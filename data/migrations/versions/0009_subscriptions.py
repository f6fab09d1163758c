"""Events out: subscriptions, deliveries, workflows"""

from alembic import op

from data.database import APP_ROLE, LOOKUP_ROLE
from data.isolation import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now()"


def _own(table: str) -> str:
    return f"""CONSTRAINT pk_{table} PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_{table}_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE"""


def _to(table: str, column: str, other: str) -> str:
    return f"""CONSTRAINT fk_{table}_tenant_id_{column} FOREIGN KEY (tenant_id, {column})
        REFERENCES app.{other} (tenant_id, id) ON DELETE CASCADE"""


TABLES = {
    "subscriptions": f"""{_KEY}, url text NOT NULL, description text NOT NULL DEFAULT '',
        event_names jsonb NOT NULL, secrets bytea NOT NULL, is_active boolean NOT NULL DEFAULT true,
        failing_since timestamptz, disabled_at timestamptz, disabled_reason text, delivered_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(), {_own("subscriptions")}""",
    "event_deliveries": f"""{_KEY}, subscription_id uuid NOT NULL, event_id uuid NOT NULL,
        status varchar(20) NOT NULL DEFAULT 'pending', attempt_count integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz, finished_at timestamptz, attempts jsonb NOT NULL DEFAULT '[]',
        {_own("event_deliveries")}, {_to("event_deliveries", "subscription_id", "subscriptions")},
        {_to("event_deliveries", "event_id", "events")},
        CONSTRAINT uq_event_deliveries_tenant_id_subscription_id_event_id
            UNIQUE (tenant_id, subscription_id, event_id)""",
    "workflows": f"""{_KEY}, name text NOT NULL, description text NOT NULL DEFAULT '', path text NOT NULL,
        external_id text, input_schema jsonb NOT NULL DEFAULT '{{}}', event_names jsonb NOT NULL DEFAULT '[]',
        phrases jsonb NOT NULL DEFAULT '[]', is_active boolean NOT NULL DEFAULT true,
        is_offered boolean NOT NULL DEFAULT false, fault text, updated_at timestamptz NOT NULL DEFAULT now(),
        {_own("workflows")}, CONSTRAINT uq_workflows_tenant_id_name UNIQUE (tenant_id, name)""",
    "workflow_runs": f"""{_KEY}, workflow_id uuid NOT NULL, origin varchar(20) NOT NULL, event_id uuid,
        conversation_id uuid, input jsonb NOT NULL DEFAULT '{{}}', status varchar(20) NOT NULL DEFAULT 'pending',
        attempt_count integer NOT NULL DEFAULT 0, next_attempt_at timestamptz, answer jsonb, error text,
        finished_at timestamptz, {_own("workflow_runs")}, {_to("workflow_runs", "workflow_id", "workflows")},
        {_to("workflow_runs", "conversation_id", "conversations")},
        CONSTRAINT uq_workflow_runs_tenant_id_workflow_id_event_id UNIQUE (tenant_id, workflow_id, event_id)""",
}

INDEXES = (
    """CREATE INDEX ix_event_deliveries_due ON app.event_deliveries (tenant_id, subscription_id, next_attempt_at)
        WHERE status = 'pending'""",
    "CREATE INDEX ix_workflow_runs_recent ON app.workflow_runs (tenant_id, workflow_id, created_at)",
    "CREATE INDEX ix_workflow_runs_due ON app.workflow_runs (tenant_id, next_attempt_at) WHERE status = 'pending'",
)

# Whose work is late, and whose is the run a callback names; nothing but tenants' ids.
LOOKUPS = {
    "find_late(since timestamptz)": """
        SELECT n.tenant_id FROM app.event_deliveries n WHERE n.status = 'pending' AND n.next_attempt_at < since
        UNION SELECT r.tenant_id FROM app.workflow_runs r WHERE r.status = 'pending' AND r.next_attempt_at < since""",
    "find_run(wanted_id uuid)": "SELECT r.tenant_id FROM app.workflow_runs r WHERE r.id = wanted_id",
}
LOOKUP_COLUMNS = {
    "event_deliveries": "tenant_id, status, next_attempt_at",
    "workflow_runs": "tenant_id, id, status, next_attempt_at",
}


def upgrade() -> None:
    op.execute("ALTER TABLE app.events ADD COLUMN document jsonb")
    op.execute(f"GRANT UPDATE (document) ON app.events TO {APP_ROLE}")
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE app.{table} ({columns})")
        for statement in protect(table):
            op.execute(statement)
    for statement in INDEXES:
        op.execute(statement)
    for table, columns in LOOKUP_COLUMNS.items():
        op.execute(f"GRANT SELECT ({columns}) ON app.{table} TO {LOOKUP_ROLE}")
        op.execute(f"CREATE POLICY lookup ON app.{table} FOR SELECT TO {LOOKUP_ROLE} USING (true)")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP_ROLE}")
    for signature, query in LOOKUPS.items():
        op.execute(
            f"""CREATE FUNCTION app.{signature} RETURNS TABLE (tenant_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
                SET search_path = pg_catalog, pg_temp ROWS 10 AS $$ {query} $$"""
        )
        op.execute(f"REVOKE ALL ON FUNCTION app.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{signature} TO {APP_ROLE}")
        op.execute(f"ALTER FUNCTION app.{signature} OWNER TO {LOOKUP_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP_ROLE}")


def downgrade() -> None:
    for signature in LOOKUPS:
        op.execute(f"DROP FUNCTION app.{signature}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
    op.execute("ALTER TABLE app.events DROP COLUMN document")
