"""Whether the service works, part by part, for people and for whatever restarts it."""

import asyncio
from enum import StrEnum
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.dependencies import RuntimeNeeded
from api.errors import RETRY_SECONDS
from api.runtime import Runtime
from data.job_state import read_job_state
from data.outages import is_outage

router = APIRouter(tags=["Salud"])

VERSION = version("caserita")
PATIENCE_SECONDS = 2.0
LATE_SECONDS = 60.0


class ServiceState(StrEnum):
    UP = "up"
    DELAYED = "delayed"  # works, but behind
    DOWN = "down"
    UNKNOWN = "unknown"  # cannot be told while the database is down


class Services(BaseModel):
    database: ServiceState
    worker: Annotated[ServiceState, Field(description="¿Hay alguien atendiendo los trabajos?")]
    queue: Annotated[ServiceState, Field(description="delayed: hay trabajos esperando más de un minuto.")]
    index: Annotated[ServiceState, Field(description="delayed: se está construyendo el índice de alguna tienda.")]


class Health(BaseModel):
    status: Annotated[str, Field(description="healthy, degraded o unhealthy.")]
    version: str
    services: Services


class Alive(BaseModel):
    status: str = "ok"


@router.get("/healthz", summary="Señal de vida del proceso")
async def get_liveness() -> Alive:
    return Alive()


@router.get(
    "/health",
    summary="Estado de cada parte",
    responses={503: {"model": Health, "description": "La base de datos no responde."}},
)
async def get_health(runtime: RuntimeNeeded, response: Response) -> Health:
    services = await _services(runtime)
    if services.database is ServiceState.DOWN:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return Health(status="unhealthy", version=VERSION, services=services)
    is_whole = all(state is ServiceState.UP for _, state in services)
    return Health(status="healthy" if is_whole else "degraded", version=VERSION, services=services)


async def _services(runtime: Runtime) -> Services:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            jobs = await read_job_state(runtime.database)
    except Exception as error:
        if not is_outage(error):
            raise
        unknown = ServiceState.UNKNOWN
        return Services(database=ServiceState.DOWN, worker=unknown, queue=unknown, index=unknown)
    return Services(
        database=ServiceState.UP,
        worker=ServiceState.UP if jobs.worker_count else ServiceState.DOWN,
        queue=ServiceState.DELAYED if jobs.oldest_seconds > LATE_SECONDS else ServiceState.UP,
        index=ServiceState.DELAYED if runtime.indexes.is_building else ServiceState.UP,
    )
