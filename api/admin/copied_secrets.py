"""Secrets as people copy them from a provider's page: what came along is dropped, what is none is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, SecretStr


@dataclass(frozen=True, slots=True)
class Length:
    """How many characters such a secret has."""

    least: int = 16
    most: int = 200


def clean_secret(value: str, length: Length) -> str:
    """Raises ValueError for what is blank, cut or two at once."""
    value = value.strip()
    if not length.least <= len(value) <= length.most or len(value.split()) != 1:
        raise ValueError(f"Cópialo entero y sin espacios: tiene entre {length.least} y {length.most} caracteres.")
    return value


def copied(length: Length) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(clean_secret(secret.get_secret_value(), length)))


TOKEN = Length()
CHOSEN = Length(8)  # a word of the owner's
Secret = Annotated[SecretStr, copied(TOKEN)]


def opened(secrets: Mapping[str, SecretStr | None]) -> dict[str, str]:
    """Those that were given."""
    return {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
