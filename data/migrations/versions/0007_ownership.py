"""Who holds a conversation, bursts of messages, what a message is to be answered with, items nobody could read"""

from alembic import op

from data.database import APP_ROLE
from data.isolation import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = {
    "ownership_changes": """
        CREATE TABLE app.ownership_changes (
            tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
            conversation_id uuid NOT NULL, status varchar(20) NOT NULL, actor varchar(20) NOT NULL, actor_name text,
            reason text NOT NULL, changed_at timestamptz NOT NULL,
            CONSTRAINT pk_ownership_changes PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_ownership_changes_tenant_id_tenants FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_ownership_changes_tenant_id_conversation_id_conversations
                FOREIGN KEY (tenant_id, conversation_id)
                REFERENCES app.conversations (tenant_id, id) ON DELETE CASCADE)""",
    "quarantined_items": """
        CREATE TABLE app.quarantined_items (
            tenant_id uuid NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
            channel_id uuid NOT NULL, reason text NOT NULL, raw jsonb NOT NULL,
            CONSTRAINT pk_quarantined_items PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_quarantined_items_tenant_id_tenants FOREIGN KEY (tenant_id)
                REFERENCES app.tenants (id) ON DELETE CASCADE,
            CONSTRAINT fk_quarantined_items_tenant_id_channel_id_channels FOREIGN KEY (tenant_id, channel_id)
                REFERENCES app.channels (tenant_id, id) ON DELETE CASCADE)""",
}

COLUMNS = {
    "contacts": {"opted_out_at": "timestamptz"},
    "conversations": {
        "status_since": "timestamptz",
        "status_actor": "varchar(20)",
        "status_actor_name": "text",
        "status_reason": "text",
        "burst_began_at": "timestamptz",
        "quieted_at": "timestamptz",
    },
    "handoffs": {"taken_at": "timestamptz", "timed_out_at": "timestamptz"},
    "messages": {"said_at": "timestamptz NOT NULL DEFAULT now()", "set_aside": "varchar(20)"},
}

INDEXES = (
    """CREATE INDEX ix_ownership_changes_conversation
       ON app.ownership_changes (tenant_id, conversation_id, changed_at)""",
    "CREATE INDEX ix_quarantined_items_recent ON app.quarantined_items (tenant_id, created_at)",
    "CREATE INDEX ix_turns_started ON app.turns (tenant_id, started_at)",
    "CREATE INDEX ix_turns_conversation ON app.turns (tenant_id, conversation_id, started_at)",
    # A burst finds the turn that waits for it.
    "CREATE INDEX ix_procrastinate_jobs_waiting_lock ON jobs.procrastinate_jobs (lock) WHERE status = 'todo'",
)

SIGNATURE = (
    "app.receive_message(uuid, text, text, text, text, jsonb, timestamptz, timestamptz, text, "
    "double precision, double precision, text, text)"
)

# Runs as its caller, so row-level security holds. The conversation is locked before the message gets its
# position: within a conversation, positions are committed in their order and none is overlooked.
RECEIVE_MESSAGE = """
CREATE FUNCTION app.receive_message(
    the_channel uuid, the_address text, the_name text, the_external_id text, the_text text, the_payload jsonb,
    the_sent_at timestamptz, the_time timestamptz, the_queue text,
    the_window double precision, the_longest_wait double precision, the_consent text, the_set_aside text,
    OUT found_conversation uuid, OUT new_message uuid
) LANGUAGE plpgsql AS $$
DECLARE
    the_tenant CONSTANT uuid := app.tenant();
    -- Providers name whole seconds, and their clock may run ahead of ours.
    the_moment CONSTANT timestamptz := least(the_time, coalesce(
        the_sent_at + CASE WHEN date_trunc('second', the_sent_at) = the_sent_at THEN interval '999 milliseconds'
                           ELSE interval '0' END, the_time));
    is_delayed CONSTANT boolean := the_moment < the_time - interval '1 minute';
    the_lock text;
    the_contact uuid;
    new_contact uuid;
    the_conversation app.conversations;
    the_job bigint;
    the_due timestamptz;
BEGIN
    SELECT contact_id INTO the_contact FROM app.contact_addresses
    WHERE tenant_id = the_tenant AND channel_id = the_channel AND address = the_address;
    IF NOT FOUND THEN
        new_contact := gen_random_uuid();
        INSERT INTO app.contacts (tenant_id, id, name) VALUES (the_tenant, new_contact, the_name);
        INSERT INTO app.contact_addresses (tenant_id, id, contact_id, channel_id, address)
        VALUES (the_tenant, gen_random_uuid(), new_contact, the_channel, the_address)
        ON CONFLICT (tenant_id, channel_id, address) DO NOTHING;
        SELECT contact_id INTO STRICT the_contact FROM app.contact_addresses
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND address = the_address;
        IF the_contact <> new_contact THEN  -- another message was first
            DELETE FROM app.contacts WHERE tenant_id = the_tenant AND id = new_contact;
        END IF;
    END IF;

    IF is_delayed THEN  -- said before a conversation was closed: it belongs there
        SELECT * INTO the_conversation FROM app.conversations
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND contact_id = the_contact
          AND status = 'closed' AND created_at <= the_moment AND closed_at > the_moment
        ORDER BY closed_at DESC LIMIT 1
        FOR NO KEY UPDATE;
    END IF;
    WHILE the_conversation.id IS NULL LOOP
        SELECT * INTO the_conversation FROM app.conversations
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND contact_id = the_contact
          AND status <> 'closed'
        FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO app.conversations (tenant_id, id, contact_id, channel_id, address)
        VALUES (the_tenant, gen_random_uuid(), the_contact, the_channel, the_address)
        ON CONFLICT DO NOTHING;
    END LOOP;
    found_conversation := the_conversation.id;

    -- Overtaken: more than a day old when newer ones were answered already, or from before an order that was placed.
    IF the_set_aside IS NULL AND (the_conversation.status = 'closed' OR (is_delayed AND (
        EXISTS (SELECT FROM app.orders WHERE tenant_id = the_tenant AND conversation_id = found_conversation
                AND placed_at > the_moment)
        OR (the_moment < the_time - interval '1 day' AND EXISTS (
            SELECT FROM app.messages WHERE tenant_id = the_tenant AND conversation_id = found_conversation
            AND sender = 'contact' AND position <= the_conversation.answered_position AND said_at > the_moment))
    ))) THEN
        the_set_aside := 'late';
    END IF;

    new_message := gen_random_uuid();
    INSERT INTO app.messages
        (tenant_id, id, conversation_id, channel_id, sender, text, payload, external_id, sent_at, said_at, set_aside)
    VALUES (the_tenant, new_message, found_conversation, the_channel, 'contact', the_text, the_payload,
            the_external_id, the_sent_at, the_moment, the_set_aside)
    ON CONFLICT (tenant_id, channel_id, external_id) DO NOTHING;
    IF NOT FOUND THEN  -- the provider's second delivery
        SELECT conversation_id INTO found_conversation FROM app.messages
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND external_id = the_external_id;
        new_message := NULL;
        RETURN;
    END IF;

    IF the_consent IS NOT NULL THEN
        UPDATE app.contacts
        SET opted_out_at = CASE WHEN the_consent = 'out' THEN coalesce(opted_out_at, the_moment) END
        WHERE tenant_id = the_tenant AND id = the_contact;
    END IF;
    the_lock := 'conversation:' || found_conversation;
    IF the_conversation.status = 'automated' AND the_set_aside IS NULL THEN
        -- The turn that waits for this burst is pushed out: while its row is ours, no worker can begin it.
        SELECT id INTO the_job FROM procrastinate_jobs
        WHERE lock = the_lock AND status = 'todo' AND task_name = 'take_turn' AND queue_name = the_queue
          AND attempts = 0
        ORDER BY id LIMIT 1 FOR UPDATE;
        IF the_job IS NULL OR the_conversation.burst_began_at IS NULL THEN
            the_conversation.burst_began_at := clock_timestamp();
        END IF;
        the_due := least(clock_timestamp() + make_interval(secs => the_window),
                         the_conversation.burst_began_at + make_interval(secs => the_longest_wait));
        IF the_window <= 0 OR the_due <= clock_timestamp() THEN
            the_due := NULL;
        END IF;
        IF the_job IS NULL THEN
            PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
                the_queue, 'take_turn', 0, the_lock, NULL,
                jsonb_build_object('tenant_id', the_tenant, 'conversation_id', found_conversation), the_due
            )]::procrastinate_job_to_defer_v1[]);
        ELSE
            UPDATE procrastinate_jobs SET scheduled_at = the_due WHERE id = the_job;
            IF the_due IS NULL THEN
                PERFORM pg_notify('procrastinate_queue_v1#' || the_queue,
                                  json_build_object('type', 'job_inserted', 'job_id', the_job)::text);
            END IF;
        END IF;
    END IF;
    UPDATE app.conversations
    SET last_inbound_at = greatest(last_inbound_at, the_moment),
        last_message_at = greatest(last_message_at, the_moment),
        burst_began_at = the_conversation.burst_began_at
    WHERE tenant_id = the_tenant AND id = found_conversation;
    PERFORM pg_notify('messages', the_tenant || '/' || found_conversation);
END $$
"""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE app.{table} ADD COLUMN {column} {kind}")
    op.execute("UPDATE app.messages SET said_at = least(coalesce(sent_at, created_at), created_at)")
    for table, statement in TABLES.items():
        op.execute(statement)
        for protection in protect(table):
            op.execute(protection)
    op.execute(f"REVOKE UPDATE, DELETE ON app.ownership_changes FROM {APP_ROLE}")
    for statement in INDEXES:
        op.execute(statement)
    # Beside the older one, which a process of the version before may still call.
    op.execute(RECEIVE_MESSAGE)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("DROP INDEX jobs.ix_procrastinate_jobs_waiting_lock")
    op.execute("DROP INDEX app.ix_turns_started")
    op.execute("DROP INDEX app.ix_turns_conversation")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE app.{table}")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE app.{table} DROP COLUMN {column}")
