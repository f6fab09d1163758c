"""Every setting, read once from the environment (and from `.env`); nothing below this reads it."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.http import parse_networks

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _level(name: str) -> str:
    if name.upper() not in LOG_LEVELS:
        raise PydanticCustomError("log_level", "es uno de {levels}", {"levels": ", ".join(LOG_LEVELS)})
    return name.upper()


def _proxies(text: str) -> str:
    """Addresses and networks, told apart by commas, or "*" alone."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    try:
        if names != ["*"]:
            for name in names:
                ip_network(name)
    except ValueError:
        message = "lleva direcciones o redes separadas por comas, como 10.0.0.0/8, o un solo *"
        raise PydanticCustomError("trusted_proxies", message) from None
    return ",".join(names)


def _networks(text: str) -> str:
    try:
        return ",".join(str(network) for network in parse_networks(text))
    except ValueError:
        message = "lleva direcciones o redes separadas por comas, como 127.0.0.1/32,10.0.0.0/8"
        raise PydanticCustomError("allowed_private_networks", message) from None


class Settings(BaseSettings):
    """Each field is the environment variable of the same name in capitals; `.env.example` explains them."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    storage_dir: Path = Path("./var")
    database_url: SecretStr | None = None
    database_service_url: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = "127.0.0.1"
    public_base_url: Annotated[str, AfterValidator(_without_slash)] = ""
    secret_keys: SecretStr | None = None
    jwt_secret: SecretStr | None = None
    log_level: Annotated[str, AfterValidator(_level)] = "INFO"
    upload_limit_mb: int = Field(default=10, ge=1, le=500)

    llm: str = ""
    llm_api_key: SecretStr | None = None
    llm_base_url: str | None = None
    llm_timeout_seconds: float = Field(default=20.0, gt=0, le=45)  # the rules brain needs the rest of a turn

    embeddings: str = ""
    embeddings_api_key: SecretStr | None = None
    embeddings_base_url: str | None = None
    vectors: Literal["faiss", "pgvector"] = "faiss"
    index_memory_mb: int = Field(default=1024, ge=16)

    twilio_api_url: Annotated[str, AfterValidator(_without_slash)] = ""
    meta_api_url: Annotated[str, AfterValidator(_without_slash)] = ""
    telegram_api_url: Annotated[str, AfterValidator(_without_slash)] = ""

    allowed_private_networks: Annotated[str, AfterValidator(_networks)] = ""

    transcription_base_url: Annotated[str, AfterValidator(_without_slash)] = ""
    transcription_model: str = ""
    transcription_api_key: SecretStr | None = None
    transcription_timeout_seconds: float = Field(default=20.0, gt=0, le=60)
    media_limit_mb: int = Field(default=16, ge=1, le=100)

    worker_concurrency: int = Field(default=8, ge=1, le=100)

    @property
    def base_url(self) -> str:
        """Where the world reaches this service: what providers sign and what links begin with."""
        return self.public_base_url or f"http://localhost:{self.port}"
