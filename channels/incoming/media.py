"""Files that shoppers sent: fetched after intake with their channel's credentials, kept under the storage folder.

A voice note holds its conversation's lock while it is fetched and transcribed, so the turn reads its words.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import Adapter, Attachment, ChannelAccess, FetchedMedia, FetchesMedia
from channels.errors import SendError
from channels.incoming.cleaning import clean_text
from channels.incoming.transcription import Transcriber
from data.content import MediaKind
from data.database import Database
from data.encryption import SecretUnreadable
from data.jobs import JobName
from data.models import Channel, Media
from data.states import ChannelKind, MediaStatus
from data.tenant_settings import media_kept_for

# A voice note is waited for: what a moment later would bring is tried at once.
_WAITS = (1.0, 2.0)
_SPOKEN = frozenset({"", "[audio]", "[voz]"})
FILENAME_LIMIT = 200
_MOST_FORGOTTEN = 1_000  # of a tenant, in one hourly run

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MediaStore:
    """Runs FETCH_MEDIA jobs; doing one again fetches only what is missing. `limit` is in bytes a file."""

    database: Database
    adapters: Mapping[ChannelKind, Adapter]
    open_access: Callable[[Channel], ChannelAccess]
    folder: Path
    limit: int
    transcriber: Transcriber | None = None

    def path(self, media: Media) -> Path:
        """Where the file is. Raises ValueError for one that was not stored."""
        if media.path is None:
            raise ValueError("not stored")
        return self.folder / str(media.tenant_id) / media.path

    async def fetch(self, tenant_id: UUID, message_id: UUID) -> None:
        """Raises SendError when a file may still come, so that the job is tried again."""
        async with self.database.transaction(tenant_id) as tx:
            message = await tx.messages.get(message_id, lock=True)
            channel = await tx.channels.get(message.channel_id) if message else None
            if message is None or channel is None:
                return
            is_first_time = not await tx.media.of_messages([message_id])
            rows = await tx.media.open(message_id, _attachments(message.payload))
            has_voice = any(row.kind is MediaKind.AUDIO for row in rows)
            if is_first_time and has_voice and self.transcriber is None:
                # Nothing will be read in it, so its turn need not wait.
                await tx.jobs.defer(JobName.FETCH_MEDIA, lock=f"media:{message_id}", message_id=message_id)
                return
        failure = await self._fetch_all(channel, rows, waits=_WAITS if is_first_time and has_voice else ())
        if failure is None:
            return
        if not is_first_time:
            raise failure
        async with self.database.transaction(tenant_id) as tx:  # apart from the turn, which waits for this job
            await tx.jobs.defer(JobName.FETCH_MEDIA, lock=f"media:{message_id}", message_id=message_id)

    async def give_up(self, tenant_id: UUID, message_id: UUID) -> None:
        """The last resort of a job that failed to the end: the files are not coming."""
        async with self.database.transaction(tenant_id) as tx:
            for media in await tx.media.of_messages([message_id]):
                if media.status is MediaStatus.PENDING:
                    media.status, media.error = MediaStatus.FAILED, "provider_unavailable"

    async def forget_old(self, tenant_id: UUID, now: datetime) -> int:
        """Remove the files kept for longer than their shop says; what was said in voice notes stays. Returns how many.

        One that cannot be removed is tried again the next time.
        """
        async with self.database.transaction(tenant_id) as tx:
            kept_for = media_kept_for(await tx.tenants.get())
            old = [] if kept_for is None else await tx.media.stored_before(now - kept_for, _MOST_FORGOTTEN)
        gone = [media.id for media in old if await asyncio.to_thread(_remove, self.path(media))]
        async with self.database.transaction(tenant_id) as tx:
            for media_id in gone:
                stored = await tx.media.get(media_id)
                if stored is not None:
                    stored.status, stored.path, stored.error = MediaStatus.FAILED, None, "expired"
        return len(gone)

    async def _fetch_all(self, channel: Channel, rows: Sequence[Media], waits: Sequence[float]) -> SendError | None:
        failure = None
        for media in rows:
            if media.status is not MediaStatus.PENDING:
                continue
            fetched = await self._fetch_one(channel, media, waits)
            if isinstance(fetched, FetchedMedia):
                await self._keep(media, fetched)
                if media.kind is MediaKind.AUDIO and self.transcriber is not None:
                    text = await self.transcriber.transcribe(fetched.body, fetched.content_type)
                    await self._read_out(media, clean_text(text))
            elif fetched.retryable:
                failure = fetched
            else:
                await self._note_failed(media, fetched)
        return failure

    async def _fetch_one(self, channel: Channel, media: Media, waits: Sequence[float]) -> FetchedMedia | SendError:
        adapter: object = self.adapters.get(channel.kind)
        if not isinstance(adapter, FetchesMedia):
            return SendError("unsupported", "the channel has no files")
        attachment = Attachment(media.kind, media.reference, media.content_type, media.filename)
        for wait in (*waits, None):
            try:
                return await adapter.fetch_media(self.open_access(channel), attachment, self.limit)
            except SecretUnreadable as error:
                return SendError("bad_credentials", str(error))
            except SendError as error:
                if not error.retryable or wait is None:
                    return error
                await asyncio.sleep(wait)
        raise AssertionError("the last wait is none")

    async def _keep(self, media: Media, fetched: FetchedMedia) -> None:
        await asyncio.to_thread(_write, self.folder / str(media.tenant_id), str(media.id), fetched.body)
        async with self.database.transaction(media.tenant_id) as tx:
            stored = await tx.media.get(media.id)
            if stored is None:
                return
            stored.status, stored.path, stored.error = MediaStatus.STORED, str(media.id), None
            stored.content_type, stored.byte_count = fetched.content_type, len(fetched.body)
            stored.filename = stored.filename or clean_text(fetched.filename)[:FILENAME_LIMIT]

    async def _note_failed(self, media: Media, error: SendError) -> None:
        log.warning("media_refused", media_id=str(media.id), code=error.code)
        async with self.database.transaction(media.tenant_id) as tx:
            stored = await tx.media.get(media.id)
            if stored is not None:
                stored.status, stored.error = MediaStatus.FAILED, error.code

    async def _read_out(self, media: Media, text: str) -> None:
        """What was said becomes the message's text, unless its turn was taken already."""
        if not text:
            return
        async with self.database.transaction(media.tenant_id) as tx:
            stored = await tx.media.get(media.id)
            message = await tx.messages.get(media.message_id, lock=True)
            if stored is None or message is None:
                return
            stored.transcript = text
            conversation = await tx.conversations.get(message.conversation_id)
            if message.position <= conversation.answered_position:
                return
            said = "" if message.text.strip().casefold() in _SPOKEN else message.text
            message.text = f"{said}\n{text}".strip()
            message.payload = message.payload | {"transcribed": True}
            await tx.jobs.notify("messages", f"{tx.tenant_id}/{message.conversation_id}")


def _attachments(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As the table takes them; the payload was cleaned when it was kept."""
    return [
        {
            "kind": MediaKind(each["kind"]),
            "reference": str(each["reference"]),
            "content_type": str(each.get("content_type", ""))[:FILENAME_LIMIT],
            "filename": str(each.get("filename", ""))[:FILENAME_LIMIT],
        }
        for each in payload.get("attachments", [])
        if isinstance(each, Mapping) and each.get("reference") and each.get("kind") in set(MediaKind)
    ]


def _remove(path: Path) -> bool:
    """Whether it is gone, also when it was gone before."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("media_not_removed", path=path.name, error=str(error))
        return False
    return True


def _write(folder: Path, name: str, body: bytes) -> None:
    """Whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{name}.part"
    part.write_bytes(body)
    part.replace(folder / name)
