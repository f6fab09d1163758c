"""`caserita search`: what the agent would find, one query a line."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import put, put_json, stdin_lines
from api.cli.running import find_tenant, run

if TYPE_CHECKING:
    from api.runtime import Runtime
    from data.catalogue_search import Hit


def search(
    tenant: Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Cuántos resultados por búsqueda.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Una línea JSON por búsqueda.")] = False,
) -> None:
    """Busca en el catálogo: una búsqueda por línea de la entrada."""

    async def work(runtime: "Runtime") -> None:
        from agent.retriever import Retriever

        tenant_id = await find_tenant(runtime, tenant)
        retriever = Retriever(runtime.database, runtime.indexes, tenant_id)
        await runtime.indexes.get(tenant_id)  # built before the clock starts
        async for query in stdin_lines("Busca: "):
            started = time.perf_counter()
            hits = await retriever.hits(query, limit)
            milliseconds = (time.perf_counter() - started) * 1000
            if as_json:
                put_json({"query": query, "hits": [_row(hit) for hit in hits], "ms": round(milliseconds, 2)})
            else:
                _show(query, hits)

    run(work)


def _row(hit: "Hit") -> dict[str, Any]:
    from data.money import plain

    item = hit.item
    return {
        "sku": item.sku,
        "name": item.name,
        "score": round(hit.score, 4),
        "price": plain(item.unit_price, item.currency),
        "available": item.available,
    }


def _show(query: str, hits: "list[Hit]") -> None:
    from data.money import spoken

    if not hits:
        put(f"{query}: nada parecido en el catálogo.")
    for hit in hits:
        item = hit.item
        stock = "sin contar" if item.available is None else f"quedan {item.available}"
        put(f"{item.sku:<16} {spoken(item.unit_price, item.currency):>12}  {item.title} ({stock})")
