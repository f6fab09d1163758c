"""The owner tells the shop's answers, loads files of them, and answers what shoppers asked in vain."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from data.states import Role
from tests.api.service import Service, Store, error_of

CSV = "Tema,Pregunta,Respuesta\nHorario,¿A qué hora abren?,De 9 a 18 hrs.\nPago,¿Aceptan débito?,\n"


@pytest.fixture
async def admin(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(store.tokens[Role.ADMIN]) as client:
        yield client


async def load(admin: httpx.AsyncClient, content: str, name: str = "a.csv", **form: str) -> httpx.Response:
    return await admin.post("/v1/knowledge/imports", files={"file": (name, content.encode())}, data=form)


async def test_an_entry_is_written_found_changed_and_deleted(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/v1/knowledge", json={"question": "¿Arriendan andamios?", "answer": "Sí, $9.990 al día."})
    assert made.status_code == 201
    entry_id = made.json()["id"]
    found = (await admin.get("/v1/knowledge/search", params={"q": "arriendan andamio?"})).json()["hits"]
    assert [hit["entry"]["id"] for hit in found] == [entry_id]
    changed = await admin.put(
        f"/v1/knowledge/{entry_id}", json={"question": "¿Arriendan andamios?", "answer": "Ya no."}
    )
    assert changed.json()["answer"] == "Ya no."
    hit = (await admin.get("/v1/knowledge/search", params={"q": "arriendan andamio?"})).json()["hits"][0]
    assert hit["entry"]["answer"] == "Ya no."
    assert (await admin.delete(f"/v1/knowledge/{entry_id}")).status_code == 204
    assert (await admin.get(f"/v1/knowledge/{entry_id}")).status_code == 404
    assert (await admin.get("/v1/knowledge/search", params={"q": "arriendan andamio?"})).json()["hits"] == []


async def test_a_question_has_one_answer(admin: httpx.AsyncClient) -> None:
    body = {"question": "¿Tienen wifi?", "answer": "Sí."}
    assert (await admin.post("/v1/knowledge", json=body)).status_code == 201
    again = await admin.post("/v1/knowledge", json=body | {"question": "tienen wifi"})
    assert (again.status_code, error_of(again)["code"]) == (409, "CONFLICT")
    empty = await admin.post("/v1/knowledge", json={"question": "¿?", "answer": "Sí."})
    assert empty.status_code == 422


async def test_an_entry_that_is_switched_off_is_not_found(admin: httpx.AsyncClient) -> None:
    body = {"question": "¿Afilan cadenas?", "answer": "Sí.", "is_active": False}
    assert (await admin.post("/v1/knowledge", json=body)).json()["is_active"] is False
    assert (await admin.get("/v1/knowledge/search", params={"q": "afilan cadenas"})).json()["hits"] == []


async def test_a_file_shows_what_it_would_change_then_changes_it_once(admin: httpx.AsyncClient) -> None:
    dry = (await load(admin, CSV, dry_run="true")).json()
    assert (dry["created"], [error["code"] for error in dry["errors"]]) == (1, ["ANSWER_MISSING"])
    assert dry["changes"][0] == {
        "kind": "created", "question": "¿A qué hora abren?", "old_answer": None, "new_answer": "De 9 a 18 hrs.",
    }  # fmt: skip
    assert (await admin.get("/v1/knowledge/search", params={"q": "a que hora abren"})).json()["hits"] == []
    assert (await load(admin, CSV)).json()["created"] == 1
    again = (await load(admin, CSV)).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 1)
    moved = (await load(admin, CSV.replace("18", "19"))).json()
    assert [(one["old_answer"], one["new_answer"]) for one in moved["changes"]] == [
        ("De 9 a 18 hrs.", "De 9 a 19 hrs.")
    ]


async def test_replacing_removes_what_the_file_lacks_unless_it_could_not_be_read_whole(
    admin: httpx.AsyncClient,
) -> None:
    await admin.post("/v1/knowledge", json={"question": "¿Hacen clases?", "answer": "No."})
    with_errors = (await load(admin, CSV, mode="replace")).json()
    assert with_errors["removed"] == 0
    whole = (await load(admin, "pregunta,respuesta\n¿Abren el lunes?,Sí.\n", mode="replace")).json()
    assert whole["removed"] >= 1
    entries = (await admin.get("/v1/knowledge")).json()["entries"]
    assert [entry["question"] for entry in entries] == ["¿Abren el lunes?"]


async def test_a_file_that_is_no_list_of_questions_is_refused_with_what_to_do(admin: httpx.AsyncClient) -> None:
    refused = await load(admin, "\x89PNG\r\n", "foto.md")
    assert refused.status_code == 422
    assert "foto.md" in error_of(refused)["message"]


async def test_what_was_asked_in_vain_is_answered_or_dismissed(
    service: Service, store: Store, admin: httpx.AsyncClient
) -> None:
    now = datetime.now(UTC)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        for text in ("¿Tienen estacionamiento?", "hola, tienen estacionamiento porfa", "¿Aceptan dólares?"):
            await tx.suggestions.keep(text, now=now)
    rows = (await admin.get("/v1/knowledge/suggestions")).json()["suggestions"]
    assert [(row["example"], row["count"]) for row in rows] == [
        ("¿Tienen estacionamiento?", 2), ("¿Aceptan dólares?", 1),
    ]  # fmt: skip
    answered = await admin.post(f"/v1/knowledge/suggestions/{rows[0]['id']}/answer", json={"answer": "Sí, gratis."})
    assert (answered.status_code, answered.json()["question"]) == (201, "¿Tienen estacionamiento?")
    dismissed = await admin.post(f"/v1/knowledge/suggestions/{rows[1]['id']}/dismiss")
    assert dismissed.json()["status"] == "dismissed"
    assert (await admin.get("/v1/knowledge/suggestions")).json()["suggestions"] == []
    hits = (await admin.get("/v1/knowledge/search", params={"q": "hay donde estacionar"})).json()["hits"]
    assert [hit["entry"]["answer"] for hit in hits] == ["Sí, gratis."]


async def test_nothing_of_another_store_is_seen_or_touched(
    service: Service, store: Store, other_store: Store, admin: httpx.AsyncClient
) -> None:
    async with service.client(other_store.tokens[Role.OWNER]) as other:
        made = await other.post("/v1/knowledge", json={"question": "¿Secreto?", "answer": "Sí."})
    path = f"/v1/knowledge/{made.json()['id']}"
    body = {"question": "¿Robado?", "answer": "Sí."}
    for response in (await admin.get(path), await admin.put(path, json=body), await admin.delete(path)):
        assert (response.status_code, error_of(response)["code"]) == (404, "NOT_FOUND")
    missing = await admin.post(f"/v1/knowledge/suggestions/{uuid4()}/dismiss")
    assert missing.status_code == 404
    assert (await admin.get("/v1/knowledge/search", params={"q": "secreto"})).json()["hits"] == []
