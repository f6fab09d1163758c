"""Conversations shown at a Chatwoot desk; media that was fetched; sendings in parts and in doubt; what was billed"""

from alembic import op

from data.database import APP_ROLE
from data.isolation import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = {
    "media": """
        CREATE TABLE app.media (
            tenant_id uuid NOT NULL, id uuid NOT NULL, message_id uuid NOT NULL, place integer NOT NULL,
            kind varchar(20) NOT NULL, reference text NOT NULL, status varchar(20) NOT NULL DEFAULT 'pending',
            error text, content_type text NOT NULL DEFAULT '', filename text NOT NULL DEFAULT '',
            path text, byte_count integer, transcript text, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_media PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_media_tenant_id UNIQUE (tenant_id, message_id, place),
            CONSTRAINT fk_media_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_media_tenant_id_message_id FOREIGN KEY (tenant_id, message_id)
                REFERENCES app.messages (tenant_id, id) ON DELETE CASCADE)""",
    # What a provider keeps of ours by its own id: Twilio's Content, one for each shape of buttons or list.
    "provider_contents": """
        CREATE TABLE app.provider_contents (
            tenant_id uuid NOT NULL, channel_id uuid NOT NULL, fingerprint text NOT NULL, external_id text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_provider_contents PRIMARY KEY (tenant_id, channel_id, fingerprint),
            CONSTRAINT fk_provider_contents_tenant_id_channel_id FOREIGN KEY (tenant_id, channel_id)
                REFERENCES app.channels (tenant_id, id) ON DELETE CASCADE)""",
    "usage_counts": """
        CREATE TABLE app.usage_counts (
            tenant_id uuid NOT NULL, month date NOT NULL, channel_kind varchar(20) NOT NULL, kind varchar(40) NOT NULL,
            sent_count integer NOT NULL DEFAULT 0, billed_count integer NOT NULL DEFAULT 0,
            CONSTRAINT pk_usage_counts PRIMARY KEY (tenant_id, month, channel_kind, kind),
            CONSTRAINT fk_usage_counts_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE)""",
    "desk_conversations": """
        CREATE TABLE app.desk_conversations (
            tenant_id uuid NOT NULL, id uuid NOT NULL, conversation_id uuid NOT NULL, external_id text,
            is_shown boolean NOT NULL DEFAULT true, told_from bigint NOT NULL DEFAULT 0,
            shown_from bigint NOT NULL DEFAULT 0, attempt_count integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_desk_conversations PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_desk_conversations_tenant_id UNIQUE (tenant_id, conversation_id),
            CONSTRAINT fk_desk_conversations_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_desk_conversations_tenant_id_conversation_id FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE CASCADE)""",
    "desk_posts": """
        CREATE TABLE app.desk_posts (
            tenant_id uuid NOT NULL, id uuid NOT NULL, conversation_id uuid NOT NULL, external_id text,
            posting_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_desk_posts PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_desk_posts_tenant_id UNIQUE (tenant_id, conversation_id, external_id),
            CONSTRAINT fk_desk_posts_tenant_id FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_desk_posts_tenant_id_conversation_id FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE CASCADE)""",
}

# In the transaction that keeps a message, whoever keeps it. A voice note is fetched before its turn is taken: jobs of
# one lock run one after another, the higher priority first.
FETCH_MEDIA = """
    CREATE FUNCTION app.defer_fetch_media() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            'default', 'fetch_media', 1,
            CASE WHEN NEW.payload @> '{"attachments": [{"kind": "audio"}]}' AND NEW.set_aside IS NULL
                 THEN 'conversation:' || NEW.conversation_id ELSE 'media:' || NEW.id END,
            NULL, jsonb_build_object('tenant_id', NEW.tenant_id, 'message_id', NEW.id), NULL
        )]::procrastinate_job_to_defer_v1[]);
        RETURN NULL;
    END $$
"""
FETCH_MEDIA_TRIGGER = """
    CREATE TRIGGER fetch_media AFTER INSERT ON app.messages FOR EACH ROW
    WHEN (NEW.sender = 'contact' AND NEW.payload ? 'attachments') EXECUTE FUNCTION app.defer_fetch_media()
"""

# Whoever writes in a conversation that the desk shows, in the transaction that keeps it: the desk is told.
TELL_DESK = """
    CREATE FUNCTION app.defer_tell_desk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM app.desk_conversations d WHERE d.tenant_id = NEW.tenant_id
                   AND d.conversation_id = NEW.conversation_id AND d.is_shown) THEN
            PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
                'default', 'tell_desk', 0, 'desk:' || NEW.conversation_id, NULL,
                jsonb_build_object('tenant_id', NEW.tenant_id, 'conversation_id', NEW.conversation_id), NULL
            )]::procrastinate_job_to_defer_v1[]);
        END IF;
        RETURN NULL;
    END $$
"""
TELL_DESK_TRIGGER = """
    CREATE TRIGGER tell_desk AFTER INSERT ON app.messages FOR EACH ROW EXECUTE FUNCTION app.defer_tell_desk()
"""


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        for each in protect(table):
            op.execute(each)
    op.execute("""
        ALTER TABLE app.messages
            ADD COLUMN part_count integer NOT NULL DEFAULT 1, ADD COLUMN part_ids jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN doubted_at timestamptz, ADD COLUMN absence_count integer NOT NULL DEFAULT 0,
            ADD COLUMN is_billed boolean, ADD COLUMN billing_kind varchar(40)""")
    op.execute("ALTER TABLE app.channels ADD COLUMN fetched_until timestamptz")
    op.execute(FETCH_MEDIA)
    op.execute("REVOKE ALL ON FUNCTION app.defer_fetch_media FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.defer_fetch_media TO {APP_ROLE}")
    op.execute(FETCH_MEDIA_TRIGGER)
    op.execute("ALTER TABLE app.conversations ADD COLUMN owner_as_of timestamptz")
    op.execute(
        "CREATE INDEX ix_desk_conversations_external ON app.desk_conversations (tenant_id, external_id)"
        " WHERE external_id IS NOT NULL"
    )
    op.execute(TELL_DESK)
    op.execute("REVOKE ALL ON FUNCTION app.defer_tell_desk FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.defer_tell_desk TO {APP_ROLE}")
    op.execute(TELL_DESK_TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_desk ON app.messages")
    op.execute("DROP FUNCTION app.defer_tell_desk")
    op.execute("ALTER TABLE app.conversations DROP COLUMN owner_as_of")
    op.execute("DROP TRIGGER fetch_media ON app.messages")
    op.execute("DROP FUNCTION app.defer_fetch_media")
    op.execute("ALTER TABLE app.channels DROP COLUMN fetched_until")
    op.execute("""
        ALTER TABLE app.messages DROP COLUMN part_count, DROP COLUMN part_ids, DROP COLUMN doubted_at,
            DROP COLUMN absence_count, DROP COLUMN is_billed, DROP COLUMN billing_kind""")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
