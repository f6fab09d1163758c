"""Files made for one answer, gone once it was sent."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask


@asynccontextmanager
async def temporary_file(name: str, media_type: str) -> AsyncIterator[FileResponse]:
    """An answer whose file the block writes at `path`; should that fail, nothing of it stays."""
    with tempfile.NamedTemporaryFile(prefix="caserita-", suffix=Path(name).suffix, delete=False) as file:
        path = Path(file.name)
    remove = BackgroundTask(path.unlink, missing_ok=True)
    try:
        yield FileResponse(path, media_type=media_type, filename=name, background=remove)
    except BaseException:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - one system call
        raise
