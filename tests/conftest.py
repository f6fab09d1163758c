"""Fixtures every test may use, and how properties are tried."""

from hypothesis import settings

from tests.database import database, database_url, other_tenant_id, service_url, tenant_id

__all__ = ["database", "database_url", "other_tenant_id", "service_url", "tenant_id"]

# How long one example takes says how busy the machine is, and nothing else.
settings.register_profile("caserita", deadline=None)
settings.load_profile("caserita")
