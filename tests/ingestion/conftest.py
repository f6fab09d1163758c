"""A shop for the tests of what uploads do."""

from pathlib import Path
from uuid import UUID

import pytest

from data.database import Database
from tests.ingestion.shop import Shop


@pytest.fixture
def shop(database: Database, tenant_id: UUID, tmp_path: Path) -> Shop:
    return Shop(database, tenant_id, tmp_path)
