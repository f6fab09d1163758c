"""Row-level security as the migrations set it up: roles, policies, and the few doors for «which tenant is this?».

`caserita_app` runs the service: it owns nothing and sees the rows of `app.tenant_id` only.
`caserita_lookup` owns the functions that find a tenant before it is known, and can read nothing else.
"""

from data.database import APP_ROLE, LOOKUP_ROLE

ROLES = [
    f"""
    DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
    """
    for role in (APP_ROLE, LOOKUP_ROLE)
] + [
    f"""
    DO $$ BEGIN
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        THEN GRANT {role} TO CURRENT_USER; END IF;
    END $$
    """  # noqa: S608 - the two names above, no input
    for role in (APP_ROLE, LOOKUP_ROLE)
]

TENANT_FUNCTION = """
    CREATE FUNCTION app.tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$
"""

# name and arguments, result columns, query
LOOKUPS = {
    "find_tenants()": (
        "id uuid, rut text, name text",
        "SELECT id, rut, name FROM app.tenants ORDER BY created_at, rut",
    ),
    "find_tenant(wanted_rut text)": (
        "id uuid",
        "SELECT id FROM app.tenants WHERE rut = wanted_rut",
    ),
    "find_channel(wanted_id uuid)": (
        "tenant_id uuid",
        "SELECT tenant_id FROM app.channels WHERE id = wanted_id AND is_active",
    ),
    "find_members(wanted_email text)": (
        "tenant_id uuid, rut text, member_id uuid, role text, password_hash text",
        """SELECT m.tenant_id, t.rut, m.id, m.role, m.password_hash
           FROM app.members m JOIN app.tenants t ON t.id = m.tenant_id WHERE m.email = wanted_email""",
    ),
}

LOOKUP_COLUMNS = {
    "tenants": "id, rut, name, created_at",
    "channels": "id, tenant_id, is_active",
    "members": "id, tenant_id, email, role, password_hash",
}


def protect(table: str, tenant_column: str = "tenant_id") -> list[str]:
    """The statements that every tenant table needs when it is created."""
    return [
        f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY",
        f"""CREATE POLICY tenant_isolation ON app.{table} FOR ALL TO {APP_ROLE}
            USING ({tenant_column} = (SELECT app.tenant()))
            WITH CHECK ({tenant_column} = (SELECT app.tenant()))""",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.{table} TO {APP_ROLE}",
    ]


def open_lookups() -> list[str]:
    """The functions a caller without a tenant may use, each returning ids and little more."""
    statements = [f"GRANT USAGE, CREATE ON SCHEMA app TO {LOOKUP_ROLE}"]
    for table, columns in LOOKUP_COLUMNS.items():
        statements += [
            f"GRANT SELECT ({columns}) ON app.{table} TO {LOOKUP_ROLE}",
            f"CREATE POLICY lookup ON app.{table} FOR SELECT TO {LOOKUP_ROLE} USING (true)",
        ]
    for signature, (result, query) in LOOKUPS.items():
        statements += [
            f"""CREATE FUNCTION app.{signature} RETURNS TABLE ({result}) LANGUAGE sql STABLE SECURITY DEFINER
                SET search_path = pg_catalog, pg_temp ROWS 10
                AS $$ {query} $$""",
            f"REVOKE ALL ON FUNCTION app.{signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION app.{signature} TO {APP_ROLE}",
            f"ALTER FUNCTION app.{signature} OWNER TO {LOOKUP_ROLE}",
        ]
    return [*statements, f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP_ROLE}"]
