"""A shop's own words: checked, kept, and used by every search of that shop only."""

from pathlib import Path
from uuid import UUID

import httpx
import pytest

from agent.brains.rules.products.choosing import choose
from agent.retriever import Retriever
from data.catalogue_index import CatalogueIndexes
from data.knowledge_index import KnowledgeIndexes
from data.search.embedders import HashedNgramEmbedder
from data.states import Role
from tests.api.service import Service, Store, error_of

GROUPS = {"groups": [["Pichicatero", "taladro  percutor"], ["zapatuna", "despacho"]]}


async def add_product(client: httpx.AsyncClient, sku: str, name: str) -> None:
    made = await client.post("/v1/products", json={"name": name, "variants": [{"sku": sku, "price": "1000"}]})
    assert made.status_code == 201, made.text


async def found(client: httpx.AsyncClient, words: str) -> list[str]:
    answer = (await client.get("/v1/products", params={"q": words})).json()
    return [product["name"] for product in answer["products"]]


async def told(client: httpx.AsyncClient, question: str) -> list[str]:
    hits = (await client.get("/v1/knowledge/search", params={"q": question})).json()["hits"]
    return [hit["entry"]["answer"] for hit in hits]


async def test_the_searches_of_one_shop_take_its_words_at_once(
    service: Service, owner: httpx.AsyncClient, other_store: Store
) -> None:
    async with service.client(other_store.tokens[Role.OWNER]) as other:
        for client in (owner, other):
            await add_product(client, "T-1", "Taladro percutor 13 mm")
            await add_product(client, "M-1", "Martillo carpintero")
            entry = {"question": "¿Hacen despacho a Valdivia?", "answer": "Sí, los martes."}
            assert (await client.post("/v1/knowledge", json=entry)).status_code == 201
            assert await found(client, "tienen pichicateros?") == []
            assert await told(client, "tienen zapatuna") == []
        changed = await owner.put("/v1/lexicon", json=GROUPS)
        assert changed.json() == {"groups": [["pichicatero", "taladro percutor"], ["zapatuna", "despacho"]]}
        assert (await owner.get("/v1/lexicon")).json() == changed.json()
        assert await found(owner, "tienen pichicateros?") == ["Taladro percutor 13 mm"]
        assert await told(owner, "tienen zapatuna") == ["Sí, los martes."]
        assert (await other.get("/v1/lexicon")).json() == {"groups": []}
        assert await found(other, "tienen pichicateros?") == []
        assert await told(other, "tienen zapatuna") == []
    await owner.put("/v1/lexicon", json={"groups": []})
    assert await found(owner, "tienen pichicateros?") == []
    assert await told(owner, "tienen zapatuna") == []


async def test_a_process_that_starts_has_them_and_no_older_snapshot(
    service: Service, store: Store, owner: httpx.AsyncClient, tmp_path: Path
) -> None:
    def start() -> CatalogueIndexes:
        return CatalogueIndexes(service.runtime.database, HashedNgramEmbedder(), folder=tmp_path)

    async def hits(indexes: CatalogueIndexes, tenant_id: UUID) -> int:
        return len(await indexes.search(tenant_id, "pichicatero", 5))

    await add_product(owner, "T-1", "Taladro percutor 13 mm")
    running = start()
    assert await hits(running, store.tenant_id) == 0
    await owner.put("/v1/lexicon", json=GROUPS)
    assert await hits(running, store.tenant_id) == 1
    assert [await hits(start(), store.tenant_id) for _ in range(2)] == [1, 1]
    await owner.put("/v1/lexicon", json={"groups": []})
    assert await hits(start(), store.tenant_id) == 0
    await owner.put("/v1/lexicon", json=GROUPS)
    found = await KnowledgeIndexes(service.runtime.database).search(store.tenant_id, "zapatuna", 3)
    assert found == []


async def test_the_rules_brain_takes_what_is_found_for_what_was_asked(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    await add_product(owner, "T-1", "Taladro percutor 13 mm")
    await owner.put("/v1/lexicon", json=GROUPS)
    indexes = CatalogueIndexes(service.runtime.database, HashedNgramEmbedder())
    items = await Retriever(service.runtime.database, indexes, store.tenant_id).search("pichicatero", 5)
    clear = choose("pichicatero", items).clear
    assert clear is not None and clear.sku == "T-1"


async def test_duplicates_are_merged_and_the_same_list_changes_nothing(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    groups = [["Chomba", "chombas", "polera piqué", "POLERA PIQUE"], ["polera piqué", "chomba"], ["chomba", "polo"]]
    kept = (await owner.put("/v1/lexicon", json={"groups": groups})).json()
    assert kept == {"groups": [["chomba", "polera piqué"], ["chomba", "polo"]]}
    tenant = f"/v1/tenants/{store.tenant_id}"
    before = (await owner.get(tenant)).json()["catalogue_version"]
    assert (await owner.put("/v1/lexicon", json=kept)).json() == kept
    assert (await owner.get(tenant)).json()["catalogue_version"] == before
    await owner.patch(f"{tenant}/conversation-settings", json={"media_days": 3})
    assert (await owner.get("/v1/lexicon")).json() == kept


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (["chomba"], "al menos dos"),
        (["chomba", "Chombas"], "al menos dos"),
        ([], "al menos dos"),
        (["chomba", "¡!"], "no dice nada"),
        (["chomba", "de la"], "no dice nada"),
        (["chomba", "hola"], "no dice nada"),
        (["chomba", "x" * 61], "60 caracteres"),
        ([f"palabra{n}" for n in range(21)], "máximo es 20"),
        (["chomba\x00", "\x00"], "no dice nada"),
    ],
)
async def test_a_group_that_cannot_be_is_named(owner: httpx.AsyncClient, group: list[str], says: str) -> None:
    refused = await owner.put("/v1/lexicon", json={"groups": [["confort", "papel higiénico"], group]})
    assert refused.status_code == 422
    message = error_of(refused)["message"]
    assert "El grupo 2" in message and says in message
    assert (await owner.get("/v1/lexicon")).json() == {"groups": []}


async def test_too_many_groups_are_refused(owner: httpx.AsyncClient) -> None:
    groups = [[f"cosa{n}", f"asunto{n}"] for n in range(501)]
    assert "500" in error_of(await owner.put("/v1/lexicon", json={"groups": groups}))["message"]
    assert len((await owner.put("/v1/lexicon", json={"groups": groups[:500]})).json()["groups"]) == 500
