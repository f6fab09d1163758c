"""A tenant's other systems, opened for one request."""

from uuid import UUID

from api.errors import Missing
from api.runtime import Runtime
from connectors.n8n.access import N8nAccess
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import OdooCalls, connect
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

# Somebody is waiting for the answer.
CALL_SECONDS = 12.0


async def odoo_access(runtime: Runtime, tenant_id: UUID) -> OdooAccess:
    """Raises Missing, data.encryption.SecretUnreadable."""
    async with runtime.database.transaction(tenant_id) as tx:
        connection = await tx.connections.active(ConnectionKind.ODOO)
    if connection is None:
        raise Missing("Tu tienda no tiene un Odoo conectado.")
    return OdooAccess.read(connection.config, open_secrets(connection, runtime.secrets))


async def open_odoo(runtime: Runtime, tenant_id: UUID) -> tuple[OdooAccess, OdooCalls]:
    """Raises Missing, connectors.errors.ConnectorError."""
    access = await odoo_access(runtime, tenant_id)
    return access, await connect(runtime.http, access, call_seconds=CALL_SECONDS)


async def n8n_access(runtime: Runtime, tenant_id: UUID) -> N8nAccess:
    """Raises Missing, data.encryption.SecretUnreadable."""
    async with runtime.database.transaction(tenant_id) as tx:
        connection = await tx.connections.active(ConnectionKind.N8N)
    if connection is None:
        raise Missing("Tu tienda no tiene un n8n conectado.")
    return N8nAccess.read(connection.config, open_secrets(connection, runtime.secrets))
