"""The workflows of an n8n, by its public API; and whether a connection works."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.errors import ConnectorError, Verdict
from connectors.http import Answer, GuardedHttp
from connectors.n8n.access import N8nAccess

_PAGE = 100
MOST_PAGES = 20
MOST_BYTES = 32 * 1024 * 1024  # items carry all of their nodes
_WEBHOOK = "n8n-nodes-base.webhook"


@dataclass(frozen=True, slots=True)
class ListedWorkflow:
    """`paths` are those of its webhooks that take a POST."""

    id: str
    name: str
    is_active: bool
    tags: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class N8nTrial:
    """`sentence` is for the owner."""

    is_working: bool
    code: str
    sentence: str


async def list_workflows(http: GuardedHttp, access: N8nAccess) -> list[ListedWorkflow]:
    """Raises ConnectorError. Only names and paths are read: nodes and credentials stay where they are."""
    if not access.key:
        raise ConnectorError("no_key", Verdict.CONFIGURATION, "Para ver tus flujos falta la clave API de n8n.")
    found: list[ListedWorkflow] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        url = f"{access.url}/api/v1/workflows?limit={_PAGE}" + (f"&cursor={quote(cursor, safe='')}" if cursor else "")
        headers = {"x-n8n-api-key": access.key, "accept": "application/json"}
        page = _page(await http.request("GET", url, headers=headers, most_bytes=MOST_BYTES))
        found += [_workflow(item) for item in page["data"] if not item.get("isArchived")]
        cursor = page.get("nextCursor") or ""
        if not cursor:
            break
    return found


async def try_connection(http: GuardedHttp, access: N8nAccess) -> N8nTrial:
    """Starts nothing."""
    try:
        if not access.key:
            answer = await http.request("GET", f"{access.url}/healthz")
            if answer.status != 200:
                raise _not_n8n()
            return N8nTrial(True, "ok", "n8n responde. Sin clave API no podemos mostrarte la lista de tus flujos.")
        found = await list_workflows(http, access)
    except ConnectorError as error:
        return N8nTrial(False, error.code, error.sentence)
    active = sum(one.is_active for one in found)
    return N8nTrial(True, "ok", f"Conectado a n8n. Flujos: {len(found)}; publicados: {active}.")


def _page(answer: Answer) -> Mapping[str, Any]:
    if answer.status in (401, 403):
        sentence = "La clave API de n8n no es válida, venció, o no tiene el permiso workflow:list."
        raise ConnectorError("bad_key", Verdict.CONFIGURATION, sentence)
    if answer.status in (429, 502, 503, 504):
        raise ConnectorError("unavailable", Verdict.RETRY, "n8n no está disponible por ahora.")
    try:
        page = answer.json()
    except (ValueError, RecursionError) as error:
        raise _not_n8n() from error
    if answer.status != 200 or not isinstance(page, dict) or not isinstance(page.get("data"), list):
        raise _not_n8n()
    return page


def _workflow(item: Mapping[str, Any]) -> ListedWorkflow:
    nodes = [node for node in item.get("nodes") or () if node.get("type") == _WEBHOOK and not node.get("disabled")]
    paths = [
        str(node["parameters"]["path"])
        for node in nodes
        if _takes_post(node.get("parameters") or {}) and (node.get("parameters") or {}).get("path")
    ]
    return ListedWorkflow(
        id=str(item.get("id", "")),
        name=str(item.get("name", "")),
        is_active=bool(item.get("active")),
        tags=tuple(str(tag.get("name", "")) for tag in item.get("tags") or ()),
        paths=tuple(f"/webhook/{path.strip('/')}" for path in paths),
    )


def _takes_post(parameters: Mapping[str, Any]) -> bool:
    methods = parameters.get("httpMethod", "GET")
    return "POST" in (methods if isinstance(methods, list) else [methods])


def _not_n8n() -> ConnectorError:
    return ConnectorError("not_n8n", Verdict.CONFIGURATION, "En esa dirección no responde un n8n: revisa la URL.")
