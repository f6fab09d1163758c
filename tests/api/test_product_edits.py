"""Products written by hand: found at once, undone like an import, never half written or over somebody else's change."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.service import Service, Store, error_of

IMAGES = ["https://a.cl/1.jpg", "https://a.cl/w_1,h_2/2.jpg"]


def polera(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Polera básica", "brand": "Faena", "category": "Ropa", "description": "Algodón.\nSe lava en frío.",
        "synonyms": ["remera"], "tags": ["verano"], "images": IMAGES,
        "variants": [
            {"sku": "P-S", "price": "6990", "stock": 3, "options": {"Talla": "S"}, "barcode": "7801234567890"},
            {"sku": "P-M", "price": 7990, "stock": None, "options": {"Talla": "M"}, "unit": "un"},
        ],
    } | changes  # fmt: skip


async def created(owner: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await owner.post("/v1/products", json=polera(**changes))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["etag"] == f'"{body["version"]}"'
    assert (await owner.get(response.headers["location"])).json() == body
    return body


async def versions(owner: httpx.AsyncClient) -> list[tuple[str, int, int, int]]:
    found = (await owner.get("/v1/catalogue/versions")).json()["versions"]
    return [(each["kind"], each["created"], each["updated"], each["archived"]) for each in found]


async def found(service: Service, owner: httpx.AsyncClient, query: str) -> list[str]:
    return [each["sku"] for each in (await owner.get("/v1/products", params={"q": query})).json()["products"]]


async def test_a_new_product_is_found_and_said_as_written(service: Service, owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    assert {name: body[name] for name in ("name", "brand", "synonyms", "tags", "images", "is_archived")} == {
        "name": "Polera básica", "brand": "Faena", "synonyms": ["remera"], "tags": ["verano"], "images": IMAGES,
        "is_archived": False,
    }  # fmt: skip
    assert body["description"] == "Algodón.\nSe lava en frío."
    assert [(each["sku"], each["price"], each["stock"], each["options"]) for each in body["variants"]] == [
        ("P-S", "6990", 3, {"talla": "S"}),
        ("P-M", "7990", None, {"talla": "M"}),
    ]
    assert set(await found(service, owner, "remera")) == {"P-S", "P-M"}
    assert await versions(owner) == [("edit", 2, 0, 0)]


async def test_a_change_is_seen_by_searches_and_can_be_undone(service: Service, owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    changed = await owner.patch(
        f"/v1/products/{body['id']}",
        json={"name": "Camiseta", "variants": [{"sku": "p-s", "price": "5990"}, {"sku": "P-L", "price": "8990"}]},
    )
    assert changed.status_code == 200, changed.text
    after = changed.json()
    assert [(each["sku"], each["price"], each["stock"]) for each in after["variants"]] == [
        ("p-s", "5990", 3), ("P-M", "7990", None), ("P-L", "8990", None),
    ]  # fmt: skip
    assert (after["synonyms"], after["images"]) == (["remera"], IMAGES)
    assert set(await found(service, owner, "camiseta")) == {"p-s", "P-M", "P-L"}
    assert await versions(owner) == [("edit", 1, 2, 0), ("edit", 2, 0, 0)]

    assert (await owner.post("/v1/catalogue/versions/1/restore")).status_code == 200
    back = (await owner.get(f"/v1/products/{body['id']}")).json()
    assert (back["name"], [each["price"] for each in back["variants"] if not each["is_archived"]]) == (
        "Polera básica", ["6990", "7990"],
    )  # fmt: skip
    assert back["version"] != after["version"]


async def test_writing_the_same_twice_is_writing_it_once(owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    address, etag = f"/v1/products/{body['id']}", {"If-Match": f'"{body["version"]}"'}
    smaller = polera(variants=polera()["variants"][:1], tags=[])
    first, again = [await owner.put(address, json=smaller, headers=etag) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert [(each["sku"], each["is_archived"]) for each in first.json()["variants"]] == [("P-S", False), ("P-M", True)]
    assert await versions(owner) == [("edit", 0, 1, 1), ("edit", 2, 0, 0)]


async def test_a_change_over_somebody_elses_is_refused(owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    address, old = f"/v1/products/{body['id']}", body["version"]
    assert (await owner.patch(address, json={"brand": "Otra"})).status_code == 200
    for status, response in (
        (412, await owner.patch(address, json={"brand": "Mía"}, headers={"If-Match": f'"{old}"'})),
        (409, await owner.patch(address, json={"brand": "Mía", "version": old})),
        (412, await owner.put(address, json=polera(brand="Mía"), headers={"If-Match": f'W/"{old}"'})),
        (412, await owner.post(f"{address}/archive", headers={"If-Match": f'"{old}"'})),
    ):
        assert response.status_code == status
        error = error_of(response)
        assert "cambió mientras lo editabas" in error["message"]
        assert error["details"]["version"] == (await owner.get(address)).json()["version"]
    assert (await owner.get(address)).json()["brand"] == "Otra"


async def test_of_two_changes_at_once_one_is_told(owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    etag = {"If-Match": f'"{body["version"]}"'}
    answers = await asyncio.gather(
        *(owner.patch(f"/v1/products/{body['id']}", json={"brand": f"M{n}"}, headers=etag) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_an_import_in_between_is_noticed(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    sheet = b"SKU;Nombre;Precio;Talla\nP-S;Polera b\xc3\xa1sica;1000;S\n"
    form = {"mode": "update"}
    import_id = (await owner.post("/v1/imports", files={"file": ("a.csv", sheet)}, data=form)).json()["id"]
    await service.runtime.imports.run(store.tenant_id, UUID(import_id))
    response = await owner.patch(
        f"/v1/products/{body['id']}", json={"brand": "X"}, headers={"If-Match": f'"{body["version"]}"'}
    )
    assert response.status_code == 412


async def test_what_is_archived_is_not_sold_and_comes_back(service: Service, owner: httpx.AsyncClient) -> None:
    body = await created(owner)
    address = f"/v1/products/{body['id']}"
    await owner.put(address, json=polera(variants=polera()["variants"][:1]))
    for _ in range(2):
        archived = await owner.post(f"{address}/archive")
        assert (archived.status_code, archived.json()["is_archived"]) == (200, True)
    assert await found(service, owner, "polera") == []
    assert (await owner.patch(address, json={"brand": "X"})).status_code == 422
    for _ in range(2):
        restored = (await owner.post(f"{address}/restore")).json()
    assert [each["sku"] for each in restored["variants"] if not each["is_archived"]] == ["P-S"]
    assert await found(service, owner, "polera") == ["P-S"]
    assert len(await versions(owner)) == 4


async def test_a_code_that_is_sold_already_is_refused(owner: httpx.AsyncClient) -> None:
    await created(owner)
    response = await owner.post("/v1/products", json=polera(name="Otra"))
    assert response.status_code == 409
    assert "«P-S»" in error_of(response)["message"]
    assert len(await versions(owner)) == 1


VARIANT: dict[str, Any] = {"sku": "A", "price": "1990"}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " \u200b"}),
        ("name", {"name": "!!!"}),
        ("name", {"name": "x" * 201}),
        ("colour", {"colour": "rojo"}),
        ("variants.0.talla", {"variants": [VARIANT | {"talla": "S"}]}),
        ("variants", {"variants": []}),
        ("variants.1.sku", {"variants": [VARIANT, VARIANT | {"sku": "a"}]}),
        ("variants.0.sku", {"variants": [VARIANT | {"sku": "x" * 65}]}),
        ("variants.0.sku", {"variants": [VARIANT | {"sku": "7,80E+12"}]}),
        *(
            ("variants.0.price", {"variants": [VARIANT | {"price": price}]})
            for price in ("0", "-1", "1990.5", "5.990", "gratis", True, None, "NaN", "1e30", "Infinity", 10**12)
        ),
        *(
            ("variants.0.stock", {"variants": [VARIANT | {"stock": stock}]})
            for stock in (-1, 1.5, "3", True, 10**10)
        ),
        ("variants.0.options.talla", {"variants": [VARIANT | {"options": {"talla": ""}}]}),
        ("variants.0.options.Size", {"variants": [VARIANT | {"options": {"talla": "S", "Size": "M"}}]}),
        ("synonyms.0", {"synonyms": ["uno, dos"]}),
        ("tags.1", {"tags": ["a", ""]}),
        *(
            ("images.0", {"images": [link]})
            for link in (
                "http://a.cl/1.jpg", "javascript:alert(1)", "https://", "https://localhost/1.jpg", "https://10.0.0.1/a",
                "https://u:p@a.cl/1.jpg", "https://a.cl/1 2.jpg", "https://a.cl/" + "x" * 1_000, "//a.cl/1.jpg",
                "https://169.254.169.254/x", "https://a.cl/|x", "https://a.cl:x/1", "https://a..cl/1",
            )
        ),
        ("images", {"images": [f"https://a.cl/{n}.jpg" for n in range(21)]}),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_named_in_spanish(
    owner: httpx.AsyncClient, field: str, changes: dict[str, Any]
) -> None:
    response = await owner.post("/v1/products", json=polera(**changes))
    assert response.status_code == 422, response.text
    faults = error_of(response)["details"]["fields"]
    assert field in [fault["field"] for fault in faults]
    assert all(fault["message"] != "No es válido." for fault in faults)
    assert await versions(owner) == []


@pytest.mark.parametrize("text", ["=1+1", "@cmd", "+56", "-10% hoy", "'=x", "Ñandú 🧸", 'con "comillas"; y coma'])
async def test_text_is_kept_as_it_is(owner: httpx.AsyncClient, text: str) -> None:
    body = await created(owner, name=text, brand=text, category=text, description=text)
    assert {body[name] for name in ("name", "brand", "category", "description")} == {text}


async def test_an_unknown_product_is_not_found(owner: httpx.AsyncClient) -> None:
    address = f"/v1/products/{uuid4()}"
    for response in (
        await owner.get(address),
        await owner.put(address, json=polera()),
        await owner.patch(address, json={}),
        await owner.post(f"{address}/archive"),
        await owner.post(f"{address}/restore"),
    ):
        assert response.status_code == 404


async def test_the_catalogue_goes_out_and_comes_back_the_same(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    await created(owner, name="=1+1")
    for kind, media_type in (("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats")):
        sheet = await owner.get("/v1/products/export", params={"format": kind})
        assert sheet.status_code == 200
        assert sheet.headers["content-type"].startswith(media_type)
        assert f".{kind}" in sheet.headers["content-disposition"]
        upload = {"file": (f"c.{kind}", sheet.content)}
        import_id = (await owner.post("/v1/imports", files=upload)).json()["id"]
        await service.runtime.imports.run(store.tenant_id, UUID(import_id))
        done = (await owner.get(f"/v1/imports/{import_id}")).json()
        assert [done[name] for name in ("created", "updated", "archived", "unchanged", "error_count")] == [
            0,
            0,
            0,
            2,
            0,
        ]
    assert (await owner.get("/v1/products/export", params={"format": "pdf"})).status_code == 422
