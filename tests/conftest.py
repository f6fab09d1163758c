"""Fixtures every test may use."""

from tests.database import database, database_url, other_tenant_id, service_url, tenant_id

__all__ = ["database", "database_url", "other_tenant_id", "service_url", "tenant_id"]
