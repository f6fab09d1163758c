"""Files that shoppers sent, for the people of the shop."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.dependencies import RuntimeNeeded, Seller
from api.errors import Missing
from api.schemas import errors
from data.states import MediaStatus

router = APIRouter(prefix="/v1/media", tags=["Conversaciones"])

# What a browser may show where it is; anything else is only downloaded.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
}


@router.get(
    "/{media_id}",
    summary="Ver un archivo que envió un cliente",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}, **errors(401, 403, 404)},
)
async def get_media(media_id: UUID, principal: Seller, runtime: RuntimeNeeded) -> FileResponse:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        media = await tx.media.get(media_id)
    if media is None or media.status is not MediaStatus.STORED:
        raise Missing
    path = runtime.media.path(media)
    if not path.is_file():
        raise Missing
    is_shown = media.content_type in SHOWN
    return FileResponse(
        path,
        media_type=media.content_type,
        filename=media.filename or f"{media.kind.value}-{media.id}",
        content_disposition_type="inline" if is_shown else "attachment",
        headers=_HEADERS,
    )
