"""Knowledge entries and the questions nobody has answered yet"""

from alembic import op

from data.isolation import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = {
    "knowledge_entries": """
        CREATE TABLE app.knowledge_entries (
            tenant_id uuid NOT NULL, id uuid NOT NULL, search_id bigint GENERATED ALWAYS AS IDENTITY,
            key text NOT NULL, topic text NOT NULL DEFAULT '', question text NOT NULL, answer text NOT NULL,
            wordings jsonb NOT NULL DEFAULT '[]', source text, is_active boolean NOT NULL DEFAULT true,
            content_hash text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_knowledge_entries PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_knowledge_entries_tenant_id_key UNIQUE (tenant_id, key),
            CONSTRAINT fk_knowledge_entries_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
    "unanswered_questions": """
        CREATE TABLE app.unanswered_questions (
            tenant_id uuid NOT NULL, id uuid NOT NULL, words text NOT NULL, example text NOT NULL,
            topic text NOT NULL DEFAULT '', count integer NOT NULL DEFAULT 1, status varchar(20) NOT NULL,
            conversation_id uuid, entry_id uuid, last_asked_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_unanswered_questions PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_unanswered_questions_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_unanswered_questions_tenant_id_conversation_id FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE SET NULL (conversation_id),
            CONSTRAINT fk_unanswered_questions_tenant_id_entry_id FOREIGN KEY (tenant_id, entry_id)
                REFERENCES app.knowledge_entries (tenant_id, id) ON DELETE SET NULL (entry_id))""",
}
INDEX = """
    CREATE INDEX ix_unanswered_questions_last_asked_at
    ON app.unanswered_questions (tenant_id, status, last_asked_at)"""


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        for each in protect(table):
            op.execute(each)
    op.execute(INDEX)
    op.execute("ALTER TABLE app.tenants ADD COLUMN knowledge_version bigint NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE app.tenants DROP COLUMN knowledge_version")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
