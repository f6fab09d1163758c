"""Tenants' secrets at rest: AES-256-GCM, bound to the tenant, table and field they belong to."""

import base64
import binascii
import json
import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.errors import DataError

KEY_BYTES = 32
_NONCE_BYTES = 12


class SecretUnreadable(DataError):
    """A stored secret was written with another key, or moved from where it belongs."""


class BadSecretKey(DataError):
    """SECRET_KEYS must be 32 random bytes in base64 each, separated by commas."""


class SecretBox:
    """Seals with the first key, opens with any: put a new key first to rotate."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadSecretKey
        self._ciphers = [AESGCM(key) for key in keys]

    @classmethod
    def from_text(cls, keys: str) -> "SecretBox":
        """Comma-separated base64. Raises BadSecretKey."""
        try:
            return cls([base64.b64decode(key.strip(), validate=True) for key in keys.split(",") if key.strip()])
        except binascii.Error as error:
            raise BadSecretKey from error

    @classmethod
    def from_file(cls, path: Path) -> "SecretBox":
        """The key kept at `path`, made there (readable by its owner only) when there is none."""
        return cls.from_text(kept_key(path))

    def seal(self, values: dict[str, str], tenant_id: UUID, place: str) -> bytes:
        """`place` names the table and row, such as "channels/<id>"; the same is needed to open."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, json.dumps(values).encode(), _binding(tenant_id, place))

    def open(self, sealed: bytes, tenant_id: UUID, place: str) -> dict[str, str]:
        """Raises SecretUnreadable."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for cipher in self._ciphers:
            try:
                opened: dict[str, str] = json.loads(cipher.decrypt(nonce, ciphertext, _binding(tenant_id, place)))
            except InvalidTag:
                continue
            return opened
        raise SecretUnreadable


def kept_key(path: Path) -> str:
    """32 random bytes in base64, kept at `path`: made there, readable by its owner only, when there are none.

    Two processes that start together get the same key, and never half of one.
    """
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii")


def _binding(tenant_id: UUID, place: str) -> bytes:
    return f"caserita/1/{tenant_id}/{place}".encode()
