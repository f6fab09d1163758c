"""First schema"""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

from data.database import APP_ROLE, SEARCH_PATH
from data.isolation import ROLES, TENANT_FUNCTION, open_lookups, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rut", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="CLP", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="America/Santiago", nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_order_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("rut", name=op.f("uq_tenants_rut")),
        schema="app",
    )
    op.create_table(
        "channels",
        sa.Column(
            "kind",
            sa.Enum("twilio_whatsapp", "webchat", "terminal", name="channelkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_channels_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channels")),
        sa.UniqueConstraint("id", name=op.f("uq_channels_id")),
        sa.UniqueConstraint("tenant_id", "kind", "address", name=op.f("uq_channels_tenant_id_kind_address")),
        schema="app",
    )
    op.create_table(
        "contacts",
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_contacts_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contacts")),
        schema="app",
    )
    op.create_table(
        "events",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_events_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_events")),
        schema="app",
    )
    op.create_index("ix_events_recent", "events", ["tenant_id", "created_at"], unique=False, schema="app")
    op.create_table(
        "imports",
        sa.Column("source", sa.Text(), server_default="csv", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_path", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("replace", "update", name="importmode", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("is_dry_run", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "processing",
                "completed",
                "failed",
                name="importstatus",
                native_enum=False,
                length=20,
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("processed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("archived_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_imports_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_imports")),
        schema="app",
    )
    op.create_table(
        "members",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("owner", "admin", "seller", "accountant", "viewer", name="role", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_members_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_members_tenant_id_email")),
        schema="app",
    )
    op.create_index(op.f("ix_members_email"), "members", ["email"], unique=False, schema="app")
    op.create_table(
        "products",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("synonyms", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_products_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_products")),
        schema="app",
    )
    op.create_index("uq_products_key", "products", ["tenant_id", "key"], unique=True, schema="app")
    op.create_table(
        "contact_addresses",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel_id"],
            ["app.channels.tenant_id", "app.channels.id"],
            name=op.f("fk_contact_addresses_tenant_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["app.contacts.tenant_id", "app.contacts.id"],
            name=op.f("fk_contact_addresses_tenant_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_contact_addresses_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact_addresses")),
        sa.UniqueConstraint(
            "tenant_id",
            "channel_id",
            "address",
            name=op.f("uq_contact_addresses_tenant_id_channel_id_address"),
        ),
        schema="app",
    )
    op.create_table(
        "conversations",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("automated", "handed_off", "closed", name="conversationstatus", native_enum=False, length=20),
            server_default="automated",
            nullable=False,
        ),
        sa.Column("memory", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("answered_position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel_id"],
            ["app.channels.tenant_id", "app.channels.id"],
            name=op.f("fk_conversations_tenant_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["app.contacts.tenant_id", "app.contacts.id"],
            name=op.f("fk_conversations_tenant_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_conversations_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_conversations")),
        schema="app",
    )
    op.create_index(
        "ix_conversations_recent",
        "conversations",
        ["tenant_id", "last_message_at"],
        unique=False,
        schema="app",
    )
    op.create_index(
        "uq_conversations_open",
        "conversations",
        ["tenant_id", "channel_id", "contact_id"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "variants",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_variants_price_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["app.products.tenant_id", "app.products.id"],
            name=op.f("fk_variants_tenant_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_variants_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_variants")),
        schema="app",
    )
    op.create_index("ix_variants_search_id", "variants", ["tenant_id", "search_id"], unique=True, schema="app")
    op.create_index(
        "uq_variants_sku",
        "variants",
        ["tenant_id", sa.literal_column("lower(sku)")],
        unique=True,
        schema="app",
    )
    op.create_table(
        "carts",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "ordered", name="cartstatus", native_enum=False, length=20),
            server_default="open",
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["app.conversations.tenant_id", "app.conversations.id"],
            name=op.f("fk_carts_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["app.tenants.id"], name=op.f("fk_carts_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_carts")),
        schema="app",
    )
    op.create_index(
        "uq_carts_open",
        "carts",
        ["tenant_id", "conversation_id"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "handoffs",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["app.conversations.tenant_id", "app.conversations.id"],
            name=op.f("fk_handoffs_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_handoffs_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handoffs")),
        schema="app",
    )
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["tenant_id", "conversation_id"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "messages",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column(
            "sender",
            sa.Enum("contact", "agent", "human", "system", name="sender", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "delivered",
                "read",
                "failed",
                name="delivery",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("delivery_error", sa.Text(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel_id"],
            ["app.channels.tenant_id", "app.channels.id"],
            name=op.f("fk_messages_tenant_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["app.conversations.tenant_id", "app.conversations.id"],
            name=op.f("fk_messages_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_messages_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint("position", name=op.f("uq_messages_position")),
        sa.UniqueConstraint(
            "tenant_id",
            "channel_id",
            "external_id",
            name=op.f("uq_messages_tenant_id_channel_id_external_id"),
        ),
        schema="app",
    )
    op.create_index(
        "ix_messages_conversation",
        "messages",
        ["tenant_id", "conversation_id", "position"],
        unique=False,
        schema="app",
    )
    op.create_table(
        "stock_levels",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=True),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("on_hand >= 0 AND reserved >= 0", name=op.f("ck_stock_levels_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            ["app.variants.tenant_id", "app.variants.id"],
            name=op.f("fk_stock_levels_tenant_id_variant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "variant_id", name=op.f("pk_stock_levels")),
        schema="app",
    )
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("brain", sa.Enum("rules", "llm", name="brainkind", native_enum=False, length=20), nullable=False),
        sa.Column("fallback_reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("receipts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("tool_calls", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("guardrail_problems", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("prompt_fingerprint", sa.Text(), nullable=True),
        sa.Column("input_token_count", sa.Integer(), nullable=True),
        sa.Column("output_token_count", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["app.conversations.tenant_id", "app.conversations.id"],
            name=op.f("fk_turns_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["app.tenants.id"], name=op.f("fk_turns_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_turns")),
        schema="app",
    )
    op.create_table(
        "variant_vectors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            ["app.variants.tenant_id", "app.variants.id"],
            name=op.f("fk_variant_vectors_tenant_id_variant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "variant_id", "embedder", name=op.f("pk_variant_vectors")),
        schema="app",
    )
    op.create_table(
        "cart_lines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cart_id"],
            ["app.carts.tenant_id", "app.carts.id"],
            name=op.f("fk_cart_lines_tenant_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            ["app.variants.tenant_id", "app.variants.id"],
            name=op.f("fk_cart_lines_tenant_id_variant_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "cart_id", "variant_id", name=op.f("pk_cart_lines")),
        schema="app",
    )
    op.create_table(
        "summaries",
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cart_id"],
            ["app.carts.tenant_id", "app.carts.id"],
            name=op.f("fk_summaries_tenant_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_summaries_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_summaries")),
        schema="app",
    )
    op.create_table(
        "orders",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "placed",
                "submitted",
                "confirmed",
                "cancelled",
                "fulfilled",
                name="orderstatus",
                native_enum=False,
                length=20,
            ),
            server_default="placed",
            nullable=False,
        ),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cart_id"],
            ["app.carts.tenant_id", "app.carts.id"],
            name=op.f("fk_orders_tenant_id_cart_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["app.contacts.tenant_id", "app.contacts.id"],
            name=op.f("fk_orders_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["app.conversations.tenant_id", "app.conversations.id"],
            name=op.f("fk_orders_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "summary_id"],
            ["app.summaries.tenant_id", "app.summaries.id"],
            name=op.f("fk_orders_tenant_id_summary_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["app.tenants.id"], name=op.f("fk_orders_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint("tenant_id", "cart_id", name=op.f("uq_orders_tenant_id_cart_id")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_orders_tenant_id_reference")),
        sa.UniqueConstraint("tenant_id", "summary_id", name=op.f("uq_orders_tenant_id_summary_id")),
        schema="app",
    )
    op.create_table(
        "order_lines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["app.orders.tenant_id", "app.orders.id"],
            name=op.f("fk_order_lines_tenant_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            ["app.variants.tenant_id", "app.variants.id"],
            name=op.f("fk_order_lines_tenant_id_variant_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "variant_id", name=op.f("pk_order_lines")),
        schema="app",
    )
    isolate()
    create_job_queue()


TENANT_TABLES = [
    "channels",
    "contacts",
    "events",
    "imports",
    "members",
    "products",
    "contact_addresses",
    "conversations",
    "variants",
    "carts",
    "handoffs",
    "messages",
    "stock_levels",
    "turns",
    "variant_vectors",
    "cart_lines",
    "summaries",
    "orders",
    "order_lines",
]


def isolate() -> None:
    for statement in [*ROLES, TENANT_FUNCTION, f"GRANT USAGE ON SCHEMA app TO {APP_ROLE}"]:
        op.execute(statement)
    op.execute(f"GRANT EXECUTE ON FUNCTION app.tenant() TO {APP_ROLE}")
    for statement in protect("tenants", "id"):
        op.execute(statement)
    for table in TENANT_TABLES:
        for statement in protect(table):
            op.execute(statement)
    # What happened cannot be rewritten by the service.
    op.execute(f"REVOKE UPDATE, DELETE ON app.events FROM {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO {APP_ROLE}")
    for statement in open_lookups():
        op.execute(statement)


def create_job_queue() -> None:
    """procrastinate's own schema, in a schema of its own: no API reads it, the service may use it."""
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs")
    # Many statements in one text: only asyncpg's own execute takes that.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    await_only(connection.execute(SchemaManager.get_schema()))
    op.execute(f"SET LOCAL search_path = {SEARCH_PATH}")
    for kind, rights in {
        "TABLES": "SELECT, INSERT, UPDATE, DELETE",
        "SEQUENCES": "USAGE",
        "FUNCTIONS": "EXECUTE",
    }.items():
        op.execute(f"GRANT {rights} ON ALL {kind} IN SCHEMA jobs TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON SCHEMA jobs TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    for table in reversed(["tenants", *TENANT_TABLES]):
        op.execute(f"DROP TABLE app.{table} CASCADE")
    op.execute(
        "DROP FUNCTION app.tenant(), app.find_tenants(), app.find_tenant(text), app.find_channel(uuid), "
        "app.find_members(text)"
    )
