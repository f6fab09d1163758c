"""Prompts a tenant has changed, the model it uses, and what that has cost"""

from alembic import op

from data.isolation import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = {
    "prompt_versions": """
        CREATE TABLE app.prompt_versions (
            tenant_id uuid NOT NULL, id uuid NOT NULL, name varchar(40) NOT NULL, channel_id uuid,
            version integer NOT NULL, text text, author text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_prompt_versions PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_prompt_versions_tenant_id UNIQUE NULLS NOT DISTINCT (tenant_id, name, channel_id, version),
            CONSTRAINT fk_prompt_versions_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_prompt_versions_tenant_id_channel_id FOREIGN KEY (tenant_id, channel_id)
                REFERENCES app.channels (tenant_id, id) ON DELETE CASCADE)""",
    "tenant_models": """
        CREATE TABLE app.tenant_models (
            tenant_id uuid NOT NULL, setting text NOT NULL DEFAULT '', base_url text, secrets bytea,
            is_enabled boolean NOT NULL DEFAULT true, most_usd_a_month numeric(12, 2), warned_month date,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_models PRIMARY KEY (tenant_id),
            CONSTRAINT fk_tenant_models_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
    "model_usage": """
        CREATE TABLE app.model_usage (
            tenant_id uuid NOT NULL, month date NOT NULL, model text NOT NULL, call_count integer NOT NULL DEFAULT 0,
            input_token_count bigint NOT NULL DEFAULT 0, output_token_count bigint NOT NULL DEFAULT 0,
            cost_usd numeric(16, 6) NOT NULL DEFAULT 0, unpriced_count integer NOT NULL DEFAULT 0,
            CONSTRAINT pk_model_usage PRIMARY KEY (tenant_id, month, model),
            CONSTRAINT fk_model_usage_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
}


def upgrade() -> None:
    for name, statement in TABLES.items():
        op.execute(statement)
        for protection in protect(name):
            op.execute(protection)
    op.execute(
        """ALTER TABLE app.turns ADD COLUMN cost_usd numeric(16, 6),
           ADD COLUMN model_calls jsonb NOT NULL DEFAULT '[]', ADD COLUMN found jsonb NOT NULL DEFAULT '[]'"""
    )


def downgrade() -> None:
    op.execute("ALTER TABLE app.turns DROP COLUMN cost_usd, DROP COLUMN model_calls, DROP COLUMN found")
    for name in reversed(TABLES):
        op.execute(f"DROP TABLE app.{name}")
