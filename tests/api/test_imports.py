"""Uploading a spreadsheet: kept under our own name, run by a worker, told in figures."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID, uuid4

import httpx
import pytest

from api.admin.imports import progress_of
from data.states import ImportStatus, Role
from tests.api.service import UPLOAD_LIMIT_MB, Service, Store, error_of

SHEET = b"SKU;Nombre;Precio;Stock\nA-1;Martillo;$8.990;3\nA-2;Alicate;abc;1\n"
LIMIT = UPLOAD_LIMIT_MB * 1024 * 1024


async def upload(
    client: httpx.AsyncClient,
    content: bytes = SHEET,
    name: str = "inventario.csv",
    form: Mapping[str, str] | None = None,
) -> httpx.Response:
    return await client.post("/v1/imports", files={"file": (name, content)}, data=form or {})


async def test_an_upload_becomes_the_catalogue(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    response = await upload(owner)
    assert response.status_code == 202
    opened = response.json()
    assert (opened["status"], opened["progress"], opened["dry_run"]) == ("pending", 0.0, False)

    await service.runtime.imports.run(store.tenant_id, UUID(opened["id"]))
    done = (await owner.get(f"/v1/imports/{opened['id']}")).json()
    assert (done["status"], done["progress"]) == ("completed", 1.0)
    assert (done["created"], done["updated"], done["unchanged"], done["archived"]) == (1, 0, 0, 0)
    assert [(error["row"], error["column"]) for error in done["errors"]] == [(3, "Precio")]
    assert done["failure"] is None

    (listed,) = (await owner.get("/v1/imports")).json()["imports"]
    assert (listed["id"], listed["error_count"], listed["errors"]) == (opened["id"], 1, [])
    product = (await owner.get("/v1/products/a-1")).json()
    assert (product["name"], product["price"], product["available"]) == ("Martillo", "8990", 3)


async def test_the_upload_waits_in_the_queue(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    from sqlalchemy import text

    import_id = (await upload(owner, form={"dry_run": "true", "mode": "update"})).json()["id"]
    async with service.runtime.database.lookup() as connection:
        statement = text("SELECT args FROM procrastinate_jobs WHERE args->>'import_id' = :id")
        args = (await connection.execute(statement, {"id": import_id})).scalar_one()
    assert args == {"tenant_id": str(store.tenant_id), "import_id": import_id}


async def test_the_clients_file_name_never_becomes_a_path(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    import_id = (await upload(owner, name="../../../etc/passwd")).json()["id"]
    folder = service.runtime.settings.storage_dir / "imports" / str(store.tenant_id)
    assert [path.name for path in folder.iterdir()] == [import_id]


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_file_beyond_the_limit_is_refused(owner: httpx.AsyncClient, is_announced: bool) -> None:
    boundary = "caserita"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    body = head + b"x" * (LIMIT * 2) + f"\r\n--{boundary}--\r\n".encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    response = await owner.post(
        "/v1/imports",
        content=body if is_announced else in_pieces(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    assert ("content-length" in response.request.headers) == is_announced
    assert response.status_code == 413
    assert error_of(response)["code"] == "PAYLOAD_TOO_LARGE"
    assert (await owner.get("/v1/imports")).json()["imports"] == []


async def test_a_file_just_beyond_the_limit_is_told_the_limit(owner: httpx.AsyncClient) -> None:
    response = await upload(owner, b"x" * (LIMIT + 1))
    assert response.status_code == 413
    assert error_of(response)["details"] == {"limit_mb": UPLOAD_LIMIT_MB}


@pytest.mark.parametrize("form", [{"mode": "erase"}, {"dry_run": "perhaps"}])
async def test_an_unknown_choice_is_refused(owner: httpx.AsyncClient, form: dict[str, str]) -> None:
    response = await upload(owner, form=form)
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["field"] in form


async def test_a_form_without_a_file_is_refused(owner: httpx.AsyncClient) -> None:
    response = await owner.post("/v1/imports", data={"mode": "update"})
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["field"] == "file"


async def test_a_file_that_is_no_spreadsheet_leaves_the_catalogue_alone(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    import_id = (await upload(owner, b"%PDF-1.7 nada", "precios.pdf")).json()["id"]
    await service.runtime.imports.run(store.tenant_id, UUID(import_id))
    failed = (await owner.get(f"/v1/imports/{import_id}")).json()
    assert failed["status"] == "failed"
    assert failed["failure"]["message"]
    assert (await owner.get("/v1/products")).json()["total"] == 0


async def test_an_unknown_import_is_not_found(owner: httpx.AsyncClient) -> None:
    assert (await owner.get(f"/v1/imports/{uuid4()}")).status_code == 404


async def test_a_seller_cannot_upload(service: Service, store: Store) -> None:
    async with service.client(store.tokens[Role.SELLER]) as client:
        assert (await upload(client)).status_code == 403


@pytest.mark.parametrize(
    ("status", "processed", "rows", "figure"),
    [
        (ImportStatus.PENDING, 0, 0, 0.0),
        (ImportStatus.PROCESSING, 0, 10, 0.0),
        (ImportStatus.PROCESSING, 5, 10, 0.5),
        (ImportStatus.PROCESSING, 10, 10, 0.99),
        (ImportStatus.COMPLETED, 10, 10, 1.0),
        (ImportStatus.FAILED, 0, 0, 1.0),
    ],
)
def test_progress_is_whole_only_when_it_ended(status: ImportStatus, processed: int, rows: int, figure: float) -> None:
    assert progress_of(status, processed, rows) == figure


async def test_a_dry_run_shows_what_would_change(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    first = (await upload(owner, b"SKU;Nombre;Precio;Stock\nA-1;Martillo;8990;3\nA-2;Clavo;50;9\n")).json()["id"]
    await service.runtime.imports.run(store.tenant_id, UUID(first))
    changed = b"SKU;Nombre;Precio;Stock\nA-1;Martillo;89900;2\nA-3;Perno;70;1\n"
    import_id = (await upload(owner, changed, form={"dry_run": "true"})).json()["id"]
    await service.runtime.imports.run(store.tenant_id, UUID(import_id))

    seen = (await owner.get(f"/v1/imports/{import_id}", params={"changes_limit": 2})).json()
    assert [(each["kind"], each["sku"]) for each in seen["changes"]] == [("updated", "A-1"), ("archived", "A-2")]
    assert {key: seen["changes"][0][key] for key in ("old_price", "new_price", "old_stock", "new_stock")} == {
        "old_price": "8990", "new_price": "89900", "old_stock": 3, "new_stock": 2,
    }  # fmt: skip
    assert "«Martillo» de $8.990 a $89.900" in seen["warnings"][0]
    assert (seen["changes_total"], seen["changes_next"]) == (3, 2)
    rest = (await owner.get(f"/v1/imports/{import_id}", params={"changes_after": 2})).json()
    assert [(each["kind"], each["sku"]) for each in rest["changes"]] == [("created", "A-3")]
    assert rest["changes_next"] is None
    assert (await owner.get("/v1/products/a-1")).json()["price"] == "8990"


async def test_the_owner_says_once_what_the_columns_are(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    odd = b"Ref;Glosa;Xyz;Bodega\nA-1;Martillo;8990;3\n"
    form = {"mapping": '{"Xyz": "price", "Glosa": "name", "Ref": "sku"}'}
    for number, fields in enumerate((form, {})):
        import_id = (await upload(owner, odd.replace(b"8990", b"%d990" % number), form=fields)).json()["id"]
        await service.runtime.imports.run(store.tenant_id, UUID(import_id))
        seen = (await owner.get(f"/v1/imports/{import_id}")).json()
        assert (seen["failure"], seen["columns"]["Xyz"]) == (None, "price")

    saved = await owner.put("/v1/imports/mapping", json={"headers": ["Uno", "Dos"], "columns": {"Dos": "price"}})
    assert saved.status_code == 204
    refused = await owner.put("/v1/imports/mapping", json={"headers": ["Uno"], "columns": {"Uno": "precio"}})
    assert (refused.status_code, "«precio»" in error_of(refused)["message"]) == (422, True)
    assert (await upload(owner, odd, form={"mapping": "[1]"})).status_code == 422


async def test_only_the_bad_rows_can_be_downloaded(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    import_id = (await upload(owner)).json()["id"]
    await service.runtime.imports.run(store.tenant_id, UUID(import_id))
    sheet = await owner.get(f"/v1/imports/{import_id}/bad-rows.csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "Alicate" in sheet.text
    assert "Martillo" not in sheet.text


async def test_a_waiting_import_is_cancelled_at_once(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    import_id = (await upload(owner)).json()["id"]
    cancelled = await owner.post(f"/v1/imports/{import_id}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    await service.runtime.imports.run(store.tenant_id, UUID(import_id))
    assert (await owner.get("/v1/products/a-1")).status_code == 404
    assert (await owner.post(f"/v1/imports/{import_id}/cancel")).status_code == 409


async def test_an_earlier_catalogue_comes_back(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    for price in (1000, 2000):
        sheet = f"SKU;Nombre;Precio\nA-1;Martillo;{price}\n".encode()
        await service.runtime.imports.run(store.tenant_id, UUID((await upload(owner, sheet)).json()["id"]))
    versions = (await owner.get("/v1/catalogue/versions")).json()["versions"]
    assert [(each["version"], each["kind"], each["created"]) for each in versions] == [
        (2, "import", 0),
        (1, "import", 1),
    ]
    assert (await owner.post("/v1/catalogue/versions/1/restore")).json()["kind"] == "restore"
    assert (await owner.get("/v1/products/a-1")).json()["price"] == "1000"
    assert (await owner.post("/v1/catalogue/versions/99/restore")).status_code == 404
