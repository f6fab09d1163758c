"""Receiving a message in one round trip; when a message was last handed to its provider"""

import sqlalchemy as sa
from alembic import op

from data.database import APP_ROLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SIGNATURE = "app.receive_message(uuid, text, text, text, text, jsonb, timestamptz, timestamptz, text)"

# Runs as its caller, so row-level security holds. The conversation is locked before the message gets its
# position: within a conversation, positions are committed in their order and none is overlooked.
RECEIVE_MESSAGE = """
CREATE FUNCTION app.receive_message(
    the_channel uuid, the_address text, the_name text, the_external_id text, the_text text, the_payload jsonb,
    the_sent_at timestamptz, the_time timestamptz, the_queue text,
    OUT found_conversation uuid, OUT new_message uuid
) LANGUAGE plpgsql AS $$
DECLARE
    the_tenant CONSTANT uuid := app.tenant();
    the_contact uuid;
    new_contact uuid;
    the_status text;
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

    LOOP
        SELECT id, status INTO found_conversation, the_status FROM app.conversations
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND contact_id = the_contact
          AND status <> 'closed'
        FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO app.conversations (tenant_id, id, contact_id, channel_id, address)
        VALUES (the_tenant, gen_random_uuid(), the_contact, the_channel, the_address)
        ON CONFLICT DO NOTHING;
    END LOOP;

    new_message := gen_random_uuid();
    INSERT INTO app.messages
        (tenant_id, id, conversation_id, channel_id, sender, text, payload, external_id, sent_at)
    VALUES (the_tenant, new_message, found_conversation, the_channel, 'contact', the_text, the_payload,
            the_external_id, the_sent_at)
    ON CONFLICT (tenant_id, channel_id, external_id) DO NOTHING;
    IF NOT FOUND THEN  -- the provider's second delivery
        SELECT conversation_id INTO found_conversation FROM app.messages
        WHERE tenant_id = the_tenant AND channel_id = the_channel AND external_id = the_external_id;
        new_message := NULL;
        RETURN;
    END IF;

    UPDATE app.conversations SET last_inbound_at = the_time, last_message_at = the_time
    WHERE tenant_id = the_tenant AND id = found_conversation;
    IF the_status = 'automated' THEN
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            the_queue, 'take_turn', 0, 'conversation:' || found_conversation, NULL,
            jsonb_build_object('tenant_id', the_tenant, 'conversation_id', found_conversation), NULL
        )]::procrastinate_job_to_defer_v1[]);
    END IF;
    PERFORM pg_notify('messages', the_tenant || '/' || found_conversation);
END $$
"""


def upgrade() -> None:
    op.add_column("messages", sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True), schema="app")
    op.execute(RECEIVE_MESSAGE)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_column("messages", "attempted_at", schema="app")
