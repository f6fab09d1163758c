"""A filter that a list does not know is refused by name, never ignored."""

import httpx
import pytest

from tests.api.service import error_of


@pytest.mark.parametrize("path", ["/v1/products", "/v1/orders"])
@pytest.mark.parametrize("name", ["marca", "limite", "Limit", "q[]", ""])
async def test_an_unknown_filter_is_named(owner: httpx.AsyncClient, path: str, name: str) -> None:
    response = await owner.get(path, params={"limit": "5", name: "x"})
    assert response.status_code == 422
    error = error_of(response)
    assert f"«{name}»" in error["message"]
    assert [field["field"] for field in error["details"]["fields"]] == [name]
    assert "limit" in error["details"]["fields"][0]["message"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/products", {"limit": "1", "q": "martillo"}),
        ("/v1/products", {"after": "A"}),
        ("/v1/orders", {"limit": "1"}),
    ],
)
async def test_known_filters_pass(owner: httpx.AsyncClient, path: str, params: dict[str, str]) -> None:
    assert (await owner.get(path, params=params)).status_code == 200


async def test_a_stranger_is_asked_to_sign_in_first(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/v1/products", params={"marca": "x"})).status_code == 401
