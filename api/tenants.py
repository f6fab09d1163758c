"""Opening a store: the tenant, its web chat and its owner, all in one transaction."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

from api.passwords import LONGEST, SHORTEST, hash_password
from api.runtime import Runtime
from channels.access import create_channel
from data.states import ChannelKind, Role

LONGEST_NAME = 120
_EMAIL = re.compile(r"[^@\s,;<>()]{1,64}@[^@\s,;<>()]+\.[^@\s.,;<>()]{2,63}")


class BadTenant(ValueError):
    """What has to be corrected before a store can be opened, in Spanish."""


@dataclass(frozen=True, slots=True)
class NewTenant:
    id: UUID
    rut: str
    name: str
    webchat_id: UUID
    owner_id: UUID | None


async def create_tenant(
    runtime: Runtime, rut: str, name: str, owner_email: str | None = None, password: str | None = None
) -> NewTenant:
    """Open a store. `rut` is canonical (api.rut); an owner is made when e-mail and password are given.

    Raises BadTenant, and data.errors.AlreadyExists when the RUT is taken.
    """
    name = clean_name(name)
    email = clean_email(owner_email) if owner_email is not None else None
    password_hash = await hash_password(check_password(password)) if password is not None else None
    tenant_id = uuid4()
    async with runtime.database.transaction(tenant_id) as tx:
        tenant = await tx.tenants.create(rut, name)
        webchat = await create_channel(tx, runtime.secrets, ChannelKind.WEBCHAT, "Chat web", "web", {}, {})
        owner = await tx.members.add(email, password_hash, Role.OWNER) if email and password_hash else None
    return NewTenant(tenant_id, tenant.rut, tenant.name, webchat.id, owner.id if owner else None)


def clean_name(name: str) -> str:
    """Raises BadTenant."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadTenant(f"El nombre de la tienda debe tener entre 1 y {LONGEST_NAME} caracteres.")
    return name


def clean_email(email: str) -> str:
    """In lower case. Raises BadTenant."""
    email = email.strip().lower()
    if len(email) > 254 or _EMAIL.fullmatch(email) is None:
        raise BadTenant("El correo no es válido. Escríbelo como nombre@ejemplo.cl.")
    return email


def check_password(password: str) -> str:
    """Raises BadTenant."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadTenant(f"La contraseña debe tener entre {SHORTEST} y {LONGEST} caracteres.")
    return password
