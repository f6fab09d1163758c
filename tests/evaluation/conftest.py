"""One service in process for all scenarios, on the embedded database of the tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.runtime import Runtime, open_runtime
from api.settings import Settings

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.fixture(scope="session")
async def runtime(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    settings = Settings.model_construct(
        storage_dir=tmp_path_factory.mktemp("evaluation"), database_url=SecretStr(database_url)
    )
    async with open_runtime(settings) as runtime:
        yield runtime
