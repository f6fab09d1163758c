"""Where PostgreSQL keeps vectors to search itself: a table that is there only where the extension `vector` is."""

from data.database import APP_ROLE
from data.isolation import protect
from data.repositories.search_vectors import DIMENSIONS

_TABLE = """
    CREATE TABLE app.search_vectors (
        tenant_id uuid NOT NULL, embedder text NOT NULL, search_id bigint NOT NULL, dimension integer NOT NULL,
        digest bytea NOT NULL, vector {schema}.halfvec NOT NULL,
        CONSTRAINT pk_search_vectors PRIMARY KEY (tenant_id, embedder, search_id),
        CONSTRAINT fk_search_vectors_tenant_id FOREIGN KEY (tenant_id)
            REFERENCES app.tenants (id) ON DELETE CASCADE)"""
_GRAPH = """
    CREATE INDEX ix_search_vectors_{dimension} ON app.search_vectors
        USING hnsw ((vector::{schema}.halfvec({dimension})) {schema}.halfvec_ip_ops) WHERE dimension = {dimension}"""


def ensure_vectors() -> str:
    """One statement that makes the table if the server has the extension, or may be given it, and it is not there."""
    steps = [
        _TABLE.format(schema="%1$I"),
        *(_GRAPH.format(schema="%1$I", dimension=dimension) for dimension in DIMENSIONS),
        *protect("search_vectors"),
        f"GRANT USAGE ON SCHEMA %1$I TO {APP_ROLE}",
    ]
    executed = "\n".join(f"EXECUTE format($step${step}$step$, kept_in);" for step in steps)
    return f"""
        DO $ensure$ DECLARE kept_in name; BEGIN
            IF to_regclass('app.search_vectors') IS NOT NULL THEN RETURN; END IF;
            IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN RETURN; END IF;
            BEGIN
                CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA app;
            EXCEPTION WHEN insufficient_privilege THEN RETURN;
            END;
            SELECT n.nspname INTO kept_in FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'vector';
            IF to_regtype(format('%I.halfvec', kept_in)) IS NULL THEN RETURN; END IF;
            {executed}
        END $ensure$"""  # noqa: S608 - all of it stands above
