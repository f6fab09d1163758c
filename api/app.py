"""The web application: routes, edges, and what lives as long as it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI

from api import auth, desk_webhook, erp, errors, health, n8n_callback, webchat, webhooks
from api.admin import (
    catalogue,
    channels,
    connections,
    conversation_settings,
    conversations,
    demand,
    desks,
    imports,
    knowledge,
    lexicon,
    media,
    model,
    order_changes,
    order_settings,
    orders,
    product_edits,
    products,
    prompts,
    quarantine,
    subscriptions,
    tenants,
    turns,
    unanswered,
    usage,
    workflows,
    workflows_connection,
)
from api.edge import BodyLimit, Edge
from api.open_channels import OpenChannels
from api.origins import WebchatOrigins
from api.pages import routes as pages
from api.rate_limits import RateLimits
from api.runtime import Runtime
from api.schemas import ErrorEnvelope, refusal
from api.settings import Settings

RuntimeFactory = Callable[[], AbstractAsyncContextManager[Runtime]]

PUBLIC = (pages, health, auth, webchat, webhooks, desk_webhook, n8n_callback)
ADMIN = (
    tenants,
    channels,
    imports,
    catalogue,
    product_edits,
    products,
    conversations,
    conversation_settings,
    unanswered,
    quarantine,
    orders,
    order_changes,
    order_settings,
    demand,
    knowledge,
    lexicon,
    media,
    usage,
    turns,
    prompts,
    model,
    connections,
    desks,
    erp,
    subscriptions,
    workflows,
    workflows_connection,
)

MEBIBYTE = 1024 * 1024
# Multipart boundaries and fields around the file itself.
FORM_OVERHEAD = 64 * 1024

DESCRIPTION = """La API de Caserita: el vendedor que atiende el WhatsApp y el chat web de tu tienda.

Inicia sesión en `POST /v1/auth/sign-in` y envía el `access_token` en cada llamada como
`Authorization: Bearer …`. Los montos van como texto exacto, las fechas en UTC.
Todo error responde `{"error": {"code", "message", "details"}}`.
"""


def create_app(runtime: Runtime | RuntimeFactory, settings: Settings | None = None) -> FastAPI:
    """The application over an open runtime, or over a factory of one that it opens and closes itself.

    `settings` only matter with a factory, for the size of an upload.
    """
    factory = (lambda: nullcontext(runtime)) if isinstance(runtime, Runtime) else runtime
    limits = runtime.settings if isinstance(runtime, Runtime) else (settings or Settings())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with factory() as opened, opened.listener:
            app.state.runtime = opened
            app.state.open_channels = OpenChannels(opened)
            app.state.rate_limits = RateLimits()
            # Loading what searches need takes a second; no shopper's first message should wait for it.
            await asyncio.to_thread(lambda: opened.indexes)
            yield

    app = FastAPI(
        title="Caserita",
        version=health.VERSION,
        description=DESCRIPTION,
        docs_url=None,  # its page loads scripts from elsewhere; ours is in api.pages
        redoc_url=None,
        lifespan=lifespan,
    )
    upload_limit = limits.upload_limit_mb * MEBIBYTE + FORM_OVERHEAD
    by_prefix = {
        "/v1/imports": upload_limit,
        "/v1/knowledge/imports": knowledge.MOST_MEBIBYTES * MEBIBYTE + FORM_OVERHEAD,
    }
    app.add_middleware(BodyLimit, default=MEBIBYTE, by_prefix=by_prefix)
    app.add_middleware(WebchatOrigins)
    app.add_middleware(Edge)
    errors.install(app)
    for part in (*PUBLIC, *ADMIN):
        app.include_router(part.router)
    pages.mount_static(app)
    _describe_refusals(app)
    return app


def _describe_refusals(app: FastAPI) -> None:
    """What any route may answer because of what stands around it, and FastAPI's own 422 in our envelope."""
    schema = app.openapi()
    models = schema["components"]["schemas"]
    envelope = ErrorEnvelope.model_json_schema(ref_template="#/components/schemas/{model}")
    models.update(envelope.pop("$defs"), ErrorEnvelope=envelope)
    for unused in ("HTTPValidationError", "ValidationError"):
        models.pop(unused, None)
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            possible = {
                401: "security" in operation,
                413: "requestBody" in operation,
                422: "422" in answers,
                503: path != "/healthz",
            }
            for status, is_possible in possible.items():
                if is_possible and (status == 422 or str(status) not in answers):
                    answers[str(status)] = refusal(status)
            operation["responses"] = dict(sorted(answers.items()))
