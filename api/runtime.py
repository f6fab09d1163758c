"""Opens and closes everything a process of Caserita needs; the only place that names concrete classes."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from api.settings import Settings
from channels.access import open_access
from channels.adapter import Adapter, ChannelAccess
from channels.botpress import Botpress
from channels.chatwoot.bot import Chatwoot
from channels.desk.inbox import DeskPoller
from channels.desk.telling import Desk
from channels.incoming.media import MediaStore
from channels.incoming.transcription import Transcriber
from channels.meta.whatsapp import MetaWhatsApp
from channels.outgoing.typing import TypingIndicator
from channels.pull import PulledChannel
from channels.telegram.bot import Telegram
from channels.twilio.content import StoredContentIds
from channels.twilio.whatsapp import TwilioWhatsApp
from connectors.http import GuardedHttp, parse_networks
from connectors.tls import trusted
from data.database import Database, as_service
from data.directory import Directory
from data.embedded import start_embedded
from data.encryption import SecretBox, kept_key
from data.migrate import migrate
from data.models import Channel
from data.pgvectors import check_pgvector
from data.states import ChannelKind

if TYPE_CHECKING:
    from agent.brains.llm.brain import LlmBrain
    from agent.orders.following import OrderFollower
    from agent.orders.submitting import OrderSubmitter
    from agent.triggers.lanes import Lanes
    from agent.triggers.running import WorkflowRunner
    from agent.triggers.sending import EventSender
    from agent.turn import Agent
    from api.listener import Listener
    from data.catalogue_index import CatalogueIndexes
    from data.knowledge_index import KnowledgeIndexes
    from ingestion.imports import Imports
    from ingestion.sources.odoo_sync import OdooSync

SHORTEST_JWT_SECRET = 32


class StorageUnusable(Exception):
    """The storage folder cannot be written to; `reason` is the system's own word for it."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.folder = folder
        self.reason = reason


class UnsafeSetting(Exception):
    """A setting that would leave a door open; `name` is its environment variable."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


@dataclass
class Runtime:
    """Built once a process, passed on. `database_url` is the service's address, for workers and listeners."""

    settings: Settings
    database_url: str = field(repr=False)
    database: Database
    secrets: SecretBox = field(repr=False)
    jwt_secret: bytes = field(repr=False)

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.database)

    @cached_property
    def indexes(self) -> "CatalogueIndexes":
        from data.catalogue_index import CatalogueIndexes  # noqa: PLC0415 - as `agent`
        from data.search.embedders import embedder_named, make_embedder  # noqa: PLC0415

        settings = self.settings
        key = settings.embeddings_api_key.get_secret_value() if settings.embeddings_api_key else ""
        return CatalogueIndexes(
            self.database,
            make_embedder(settings.embeddings, key, settings.embeddings_base_url),
            folder=settings.storage_dir / "indexes",
            vectors=settings.vectors,
            others=lambda name: embedder_named(name, key, settings.embeddings_base_url),
            most_bytes=settings.index_memory_mb * 1024**2,
        )

    @cached_property
    def knowledge(self) -> "KnowledgeIndexes":
        from data.knowledge_index import KnowledgeIndexes  # noqa: PLC0415 - as `agent`

        return KnowledgeIndexes(self.database)

    @cached_property
    def imports(self) -> "Imports":
        from ingestion.imports import Imports  # noqa: PLC0415 - as `agent`

        return Imports(self.database, self.indexes.embedder, self.settings.storage_dir)

    @cached_property
    def adapters(self) -> Mapping[ChannelKind, Adapter]:
        adapters: list[Adapter] = [
            self.twilio,
            self.meta,
            self.telegram,
            Botpress(self.http),
            Chatwoot(self.http),
            PulledChannel(ChannelKind.WEBCHAT),
            PulledChannel(ChannelKind.TERMINAL),
        ]
        return {adapter.kind: adapter for adapter in adapters}

    @cached_property
    def twilio(self) -> TwilioWhatsApp:
        return TwilioWhatsApp(self.settings.twilio_api_url, content_ids=StoredContentIds(self.database))

    @cached_property
    def meta(self) -> MetaWhatsApp:
        return MetaWhatsApp(self.settings.meta_api_url)

    @cached_property
    def telegram(self) -> Telegram:
        return Telegram(self.settings.telegram_api_url)

    @cached_property
    def media(self) -> MediaStore:
        settings = self.settings
        return MediaStore(
            self.database,
            self.adapters,
            self.open_access,
            settings.storage_dir / "media",
            settings.media_limit_mb * 1024**2,
            self.transcriber,
        )

    @cached_property
    def desk(self) -> Desk:
        """What Chatwoot is told of conversations."""
        return Desk(self.database, self.http, self.secrets, self.open_access, self.media.path)

    @cached_property
    def desk_poller(self) -> DeskPoller:
        return DeskPoller(self.database, self.http, self.secrets)

    @cached_property
    def transcriber(self) -> Transcriber | None:
        """None: shoppers are asked to type."""
        settings = self.settings
        if not settings.transcription_base_url or not settings.transcription_model:
            return None
        key = settings.transcription_api_key.get_secret_value() if settings.transcription_api_key else ""
        return Transcriber(
            httpx.AsyncClient(trust_env=False, verify=trusted()),
            settings.transcription_base_url,
            settings.transcription_model,
            key,
            settings.transcription_timeout_seconds,
        )

    @cached_property
    def http(self) -> GuardedHttp:
        """To addresses that tenants choose."""
        return GuardedHttp(parse_networks(self.settings.allowed_private_networks))

    @cached_property
    def follower(self) -> "OrderFollower":
        """What became of orders there."""
        from agent.orders.following import OrderFollower  # noqa: PLC0415 - as `agent`

        return OrderFollower(self.database, self.http, self.secrets)

    @cached_property
    def odoo_sync(self) -> "OdooSync":
        from ingestion.sources.odoo_sync import OdooSync  # noqa: PLC0415 - as `agent`

        return OdooSync(self.database, self.http, self.secrets, self.imports, self.settings.storage_dir)

    @cached_property
    def submitter(self) -> "OrderSubmitter":
        """Placed orders into the shops' own systems."""
        from agent.orders.submitting import OrderSubmitter  # noqa: PLC0415 - as `agent`

        return OrderSubmitter(self.database, self.http, self.secrets, self.settings.base_url)

    @cached_property
    def lanes(self) -> "Lanes":
        """Calls that no job waits for."""
        from agent.triggers.lanes import Lanes  # noqa: PLC0415 - as `agent`

        return Lanes()

    @cached_property
    def events(self) -> "EventSender":
        """What happened, to those who subscribed."""
        from agent.triggers.sending import EventSender  # noqa: PLC0415 - as `agent`

        return EventSender(self.database, self.http, self.secrets, self.lanes)

    @cached_property
    def workflows(self) -> "WorkflowRunner":
        from agent.triggers.running import WorkflowRunner  # noqa: PLC0415 - as `agent`

        return WorkflowRunner(self.database, self.http, self.secrets, self.lanes, self.settings.base_url)

    @cached_property
    def agent(self) -> "Agent":
        """Made when first needed: a search or an import has no use for a language model's libraries."""
        from agent.brains.llm.own import OwnModels  # noqa: PLC0415
        from agent.brains.rules.brain import RulesBrain  # noqa: PLC0415
        from agent.orders.pricing import OdooPrices  # noqa: PLC0415
        from agent.turn import Agent  # noqa: PLC0415

        return Agent(
            self.database,
            self.indexes,
            RulesBrain(),
            _llm_brain(self.settings),
            models=OwnModels(self.secrets, self.settings.llm_timeout_seconds),
            knowledge=self.knowledge,
            workflows=self.workflows,
            prices=OdooPrices(self.database, self.http, self.secrets),
            on_thinking=self.typing,
        )

    @cached_property
    def typing(self) -> TypingIndicator:
        return TypingIndicator(self.database, self.adapters, self.open_access)

    @cached_property
    def listener(self) -> "Listener":
        """Hears of new messages; only a server starts it."""
        from api.listener import Listener  # noqa: PLC0415

        return Listener(self.database_url)

    async def close(self) -> None:
        if "lanes" in self.__dict__:
            await self.lanes.close()
        if "typing" in self.__dict__:
            await self.typing.close()
        if "indexes" in self.__dict__:
            await self.indexes.close()
        if "twilio" in self.__dict__:
            await self.twilio.close()
        if "meta" in self.__dict__:
            await self.meta.close()
        if "telegram" in self.__dict__:
            await self.telegram.close()
        transcriber = self.__dict__.get("transcriber")
        if isinstance(transcriber, Transcriber):
            await transcriber.client.aclose()
        if "http" in self.__dict__:
            await self.http.close()

    def open_access(self, channel: Channel) -> ChannelAccess:
        """A channel as its adapter needs it. Raises data.encryption.SecretUnreadable."""
        return open_access(channel, self.secrets, self.settings.base_url)


@asynccontextmanager
async def open_runtime(settings: Settings, *, application_name: str = "caserita") -> AsyncIterator[Runtime]:
    """Everything ready: the database started, migrated and checked.

    Raises StorageUnusable, UnsafeSetting, DataError, data.search.embedding.EmbedderError.
    """
    prepare_storage(settings.storage_dir)
    url = await prepare_database(settings)
    database = Database(url, application_name=application_name)
    try:
        await database.check(needs_plain_login=_has_service_login(settings))
        if settings.vectors == "pgvector":
            await check_pgvector(database)
        runtime = Runtime(
            settings=settings,
            database_url=url,
            database=database,
            secrets=_secret_box(settings),
            jwt_secret=_jwt_secret(settings),
        )
        try:
            yield runtime
        finally:
            await runtime.close()
    finally:
        await database.close()


def prepare_storage(folder: Path) -> None:
    """Make the storage folder and write in it for real: permissions do not tell of a full or read-only disk.

    Raises StorageUnusable.
    """
    trial = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # the embedded PostgreSQL opens it as far as it needs
        (folder / "keys").mkdir(exist_ok=True, mode=0o700)
        trial.write_bytes(b"caserita")
        trial.unlink()
    except OSError as error:
        raise StorageUnusable(folder, error.strerror or str(error)) from error


async def prepare_database(settings: Settings) -> str:
    """The service's address of a database at the schema of this version, started if it is our own.

    Raises DatabaseUnavailable.
    """
    service_url = None
    if settings.database_url is None:
        url = await asyncio.to_thread(start_embedded, settings.storage_dir.absolute())
        service_url = as_service(url)
    else:
        url = settings.database_url.get_secret_value()
        if settings.database_service_url is not None:
            service_url = settings.database_service_url.get_secret_value()
    await migrate(url, service_url)
    return service_url or url


def _has_service_login(settings: Settings) -> bool:
    return settings.database_url is None or settings.database_service_url is not None


def _llm_brain(settings: Settings) -> "LlmBrain | None":
    """None when no model is set: the rules brain takes every turn. Raises ModelSettingInvalid."""
    if not settings.llm:
        return None
    from agent.brains.llm.brain import LlmBrain  # noqa: PLC0415
    from agent.brains.llm.models import make_chat_model  # noqa: PLC0415
    from data.model_prices import price_of  # noqa: PLC0415

    model = make_chat_model(
        settings.llm,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        base_url=settings.llm_base_url,
        timeout_seconds=settings.llm_timeout_seconds,
    )
    price = None if settings.llm_base_url else price_of(settings.llm)
    return LlmBrain(model, name=settings.llm, price=price, timeout_seconds=settings.llm_timeout_seconds)


def _secret_box(settings: Settings) -> SecretBox:
    if settings.secret_keys is not None:
        return SecretBox.from_text(settings.secret_keys.get_secret_value())
    return SecretBox.from_file(settings.storage_dir / "keys" / "secrets.key")


def _jwt_secret(settings: Settings) -> bytes:
    if settings.jwt_secret is None:
        return kept_key(settings.storage_dir / "keys" / "jwt.key").encode()
    secret = settings.jwt_secret.get_secret_value().encode()
    if len(secret) < SHORTEST_JWT_SECRET:
        raise UnsafeSetting("JWT_SECRET", f"debe tener {SHORTEST_JWT_SECRET} caracteres o más")
    return secret
