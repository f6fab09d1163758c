"""What a shop asks of its shoppers: data of an order, waitlist, leads"""

from alembic import op

from data.isolation import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = {
    "waitlist_entries": """
        CREATE TABLE app.waitlist_entries (
            tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
            contact_id uuid NOT NULL, conversation_id uuid NOT NULL, variant_id uuid, wanted text NOT NULL,
            quantity integer NOT NULL DEFAULT 1, status varchar(20) NOT NULL DEFAULT 'waiting', settled_at timestamptz,
            CONSTRAINT pk_waitlist_entries PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_waitlist_entries_tenant_id_tenants FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_waitlist_entries_tenant_id_contact_id_contacts FOREIGN KEY (tenant_id, contact_id)
                REFERENCES app.contacts (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT fk_waitlist_entries_tenant_id_conversation_id_conversations
                FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT fk_waitlist_entries_tenant_id_variant_id_variants FOREIGN KEY (tenant_id, variant_id)
                REFERENCES app.variants (tenant_id, id),
            CONSTRAINT ck_waitlist_entries_quantity_positive CHECK (quantity > 0))""",
    "leads": """
        CREATE TABLE app.leads (
            tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
            contact_id uuid NOT NULL, conversation_id uuid NOT NULL, kind varchar(20) NOT NULL,
            status varchar(20) NOT NULL DEFAULT 'new', phone text NOT NULL DEFAULT '', email text NOT NULL DEFAULT '',
            moment text NOT NULL DEFAULT '', note text NOT NULL DEFAULT '',
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_leads PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_leads_tenant_id_tenants FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_leads_tenant_id_contact_id_contacts FOREIGN KEY (tenant_id, contact_id)
                REFERENCES app.contacts (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT fk_leads_tenant_id_conversation_id_conversations FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE CASCADE)""",
}

INDEXES = (
    # One place in the line for each shopper and product.
    """CREATE UNIQUE INDEX uq_waitlist_entries_waiting ON app.waitlist_entries (tenant_id, contact_id, variant_id)
       WHERE status = 'waiting'""",
    "CREATE INDEX ix_waitlist_entries_recent ON app.waitlist_entries (tenant_id, created_at)",
    "CREATE INDEX ix_leads_recent ON app.leads (tenant_id, created_at)",
    "CREATE INDEX ix_orders_contact ON app.orders (tenant_id, contact_id, placed_at)",
)

COLUMNS = {
    "contacts": {"order_data": "jsonb NOT NULL DEFAULT '{}'"},
    "summaries": {"details": "jsonb NOT NULL DEFAULT '{}'", "dispatch_cost": "numeric(14, 2)"},
    "orders": {
        "details": "jsonb NOT NULL DEFAULT '{}'",
        "dispatch_cost": "numeric(14, 2)",
        "expires_at": "timestamptz",
        "closed_at": "timestamptz",
        "closed_reason": "text",
        "stock_settled_at": "timestamptz",
        "external_reference": "text",
        "external_state": "jsonb",
        "submitted_at": "timestamptz",
        "held_reason": "text",
    },
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE app.{table} ADD COLUMN {column} {kind}")
    for table, statement in TABLES.items():
        op.execute(statement)
        for protection in protect(table):
            op.execute(protection)
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX app.ix_orders_contact")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE app.{table} DROP COLUMN {column}")
