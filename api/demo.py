"""The demo store: made once, then left as its owner wants it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from api.passwords import hash_password
from api.runtime import Runtime
from api.tenants import create_tenant
from data.errors import AlreadyExists
from data.states import Role
from ingestion.knowledge.imports import import_knowledge

RUT = "76543210-3"
NAME = "Ferretería y Hogar La Esquina"
EMAIL = "dueno@demo.caserita.cl"
_SAMPLES = Path(__file__).parent.parent / "data" / "samples"
CATALOGUE, KNOWLEDGE = _SAMPLES / "ferreteria_demo.csv", _SAMPLES / "ferreteria_preguntas.csv"


@dataclass(frozen=True, slots=True)
class Demo:
    """`password` None: the file that kept it is gone, or another installation made the store."""

    rut: str
    email: str
    password: str | None


async def prepare_demo(runtime: Runtime) -> Demo:
    """The demo store, made with its catalogue when there is none."""
    path = runtime.settings.storage_dir / "demo.json"
    tenant_id = await runtime.directory.tenant_by_rut(RUT)
    if tenant_id is None:
        # Random, so that no installation has a password that others know.
        demo = Demo(RUT, EMAIL, secrets.token_urlsafe(9))
        try:
            tenant_id = (await create_tenant(runtime, RUT, NAME, demo.email, demo.password)).id
            _write(path, demo)
        except AlreadyExists:  # another process was first
            tenant_id = await runtime.directory.tenant_by_rut(RUT)
            assert tenant_id is not None
    await _add_owner(runtime, tenant_id, path)
    await _fill(runtime, tenant_id)
    return _read(path)


async def _add_owner(runtime: Runtime, tenant_id: UUID, path: Path) -> None:
    """Someone to sign in, where the store was made without: by hand, or by a start that was cut off."""
    async with runtime.database.transaction(tenant_id) as tx:
        if await tx.members.all():
            return
        demo = Demo(RUT, EMAIL, secrets.token_urlsafe(9))
        assert demo.password is not None
        await tx.members.add(EMAIL, await hash_password(demo.password), Role.OWNER)
        _write(path, demo)


async def _fill(runtime: Runtime, tenant_id: UUID) -> None:
    """Import the samples once: what its owner emptied later stays empty."""
    async with runtime.database.transaction(tenant_id) as tx:
        if any(record.failure is None and record.finished_at for record in await tx.imports.recent()):
            return
    import_id = await runtime.imports.open(tenant_id, CATALOGUE, CATALOGUE.name, enqueue=False)
    await runtime.imports.run(tenant_id, import_id)
    await import_knowledge(runtime.database, tenant_id, KNOWLEDGE, KNOWLEDGE.name)


def _write(path: Path, demo: Demo) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(demo), file)


def _read(path: Path) -> Demo:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Demo(RUT, str(stored["email"]), str(stored["password"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Demo(RUT, EMAIL, None)
